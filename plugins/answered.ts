import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** The status that other servers log when the caller has left before the answer. */
const callerLeft = 499

declare module 'fastify' {
  interface FastifyRequest {
    /** The route: the framework's `routeOptions`, which is a new object at every look. */
    matched: FastifyRequest['routeOptions']
  }
}

type Notify = (request: FastifyRequest, status: number, reply: FastifyReply) => void

export interface Answered {
  /** Calls once for each request, with the status, when the answer has gone out, or when the caller has left without one. */
  each(notify: Notify): void
}

/** One listener for each response serves all who want to know. To be called before any other hook. */
export function installAnswered (app: FastifyInstance): Answered {
  const all: Notify[] = []
  app.decorateRequest('matched')
  app.addHook('onRequest', (request, reply, done) => {
    request.matched = request.routeOptions
    const { raw } = reply
    // `close` follows `finish` at once, on a connection that is kept alive, too.
    raw.once('close', () => {
      const status = raw.headersSent ? reply.statusCode : callerLeft
      for (const notify of all) notify(request, status, reply)
    })
    done()
  })
  return { each: notify => { all.push(notify) } }
}
