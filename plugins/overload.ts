import { getHeapStatistics } from 'node:v8'
import type { FastifyInstance } from 'fastify'
import { GatewayError } from '../src/domain/failure.ts'
import type { Answered } from './answered.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The request counts as one in progress. */
    isAdmitted: boolean
  }
  interface FastifyContextConfig {
    /** Never refused because of overload: the route reports the load. */
    isNeverShed?: boolean
  }
}

export interface Overload {
  /** The limit of requests in progress. */
  readonly requests: () => number
  readonly shed: (reason: string) => void
  /** The share of the heap's limit that is used; for tests. */
  readonly heapShare?: () => number
}

/** The share of the heap's limit above which new requests are refused. */
const fullShare = 0.85
const heapCheckMs = 500

function usedShare (): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
  return used / limit
}

/**
 * Refuses new requests before memory runs out, so that those in progress can finish. Routes that require no permission (health) and the
 * metrics are exempt.
 */
export function installOverload (app: FastifyInstance, answered: Answered, { requests, shed, heapShare = usedShare }: Overload): void {
  let isHeapFull = false
  // Refused requests do not count: a burst of them would displace all others.
  let admitted = 0
  const heapCheck = setInterval(() => { isHeapFull = heapShare() > fullShare }, heapCheckMs).unref()
  app.addHook('onClose', async () => { clearInterval(heapCheck) })

  app.decorateRequest('isAdmitted', false)
  answered.each(request => { if (request.isAdmitted) admitted -= 1 })
  app.addHook('onRequest', (request, _reply, done) => {
    const { permission, isNeverShed } = request.matched.config
    if (permission === undefined || isNeverShed === true) { done(); return }
    const reason = admitted >= requests() ? 'requests' : isHeapFull ? 'heap' : null
    if (reason === null) {
      admitted += 1
      request.isAdmitted = true
      done()
      return
    }
    shed(reason)
    const detail = reason === 'requests' ? `${requests()} requests are already in progress` : 'the gateway is low on memory'
    throw new GatewayError('overloaded', detail)
  })
}
