import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** The status for a caller that disconnected before the response, as nginx logs it. */
const clientClosedRequest = 499

declare module 'fastify' {
  interface FastifyRequest {
    /** The framework's `routeOptions`, read once: its getter makes a new object each time. */
    matched: FastifyRequest['routeOptions']
  }
}

type Notify = (request: FastifyRequest, status: number, reply: FastifyReply) => void

export interface Answered {
  /** Calls `notify` once for each request, with the status, when the response was sent or the caller disconnected without one. */
  each(notify: Notify): void
}

/** Adds one `close` listener to each response, shared by all subscribers. Must be installed before any other hook. */
export function installAnswered (app: FastifyInstance): Answered {
  const all: Notify[] = []
  app.decorateRequest('matched')
  app.addHook('onRequest', (request, reply, done) => {
    request.matched = request.routeOptions
    const { raw } = reply
    // `close` follows `finish` immediately, on keep-alive connections too.
    raw.once('close', () => {
      const status = raw.headersSent ? reply.statusCode : clientClosedRequest
      for (const notify of all) notify(request, status, reply)
    })
    done()
  })
  return { each: notify => { all.push(notify) } }
}
