import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { everybody } from '../src/access/principal.js'
import type { Account } from '../src/gateway/account.js'
import { createTally } from '../src/gateway/call.js'
import type { RequestContext } from '../src/gateway/context.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the gateway's rooms see of this request. */
    context: RequestContext
    /** The account of the path, once the caller is known to see it. */
    account: Account | null
    beganAt: number
  }
}

const ownId = /^[A-Za-z0-9._-]{1,64}$/

/** The caller's request id when it is a plain word, else a new one. */
export function requestIdOf (incoming: IncomingMessage): string {
  const given = incoming.headers['x-request-id']
  return typeof given === 'string' && ownId.test(given) ? given : randomUUID()
}

/** Resolves when no request is being answered. */
export type Drained = () => Promise<void>

/** Gives every request its context, and every answer the headers of section 1 of the contract. */
export function installContext (app: FastifyInstance, isServing: () => boolean): Drained {
  app.decorateRequest('account', null)
  app.decorateRequest('beganAt', 0)
  app.decorateRequest('context')

  let inFlight = 0
  let onEmpty = (): void => {}

  app.addHook('onRequest', async (request, reply) => {
    inFlight += 1
    const controller = new AbortController()
    reply.raw.once('close', () => {
      inFlight -= 1
      if (inFlight === 0) onEmpty()
      if (!reply.raw.writableFinished) controller.abort()
    })
    request.beganAt = performance.now()
    request.context = { requestId: request.id, signal: controller.signal, tally: createTally(), principal: everybody, held: null }
  })

  app.addHook('onSend', async (request, reply) => {
    const { tally } = request.context
    const total = performance.now() - request.beganAt
    const parts = [`gateway;dur=${Math.max(0, total - tally.upstreamMs).toFixed(1)}`, `upstream;dur=${tally.upstreamMs.toFixed(1)}`]
    if (tally.tokenMs >= 0.05) parts.push(`token;dur=${tally.tokenMs.toFixed(1)}`)
    // While stopping, a connection that is kept alive would keep the process.
    if (!isServing()) reply.header('connection', 'close')
    reply.header('x-request-id', request.id)
    reply.header('server-timing', parts.join(', '))
    reply.header('hawser-upstream-calls', String(tally.upstreamCalls))
  })

  return async () => {
    if (inFlight > 0) await new Promise<void>(resolve => { onEmpty = resolve })
  }
}
