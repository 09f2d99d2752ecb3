import { getHeapStatistics } from 'node:v8'
import type { FastifyInstance } from 'fastify'
import { GatewayError } from '../src/domain/failure.ts'
import type { Answered } from './answered.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** It counts as one that is being answered. */
    isAdmitted: boolean
  }
  interface FastifyContextConfig {
    /** Answered however busy the gateway is: it reports why. */
    isNeverShed?: boolean
  }
}

export interface Overload {
  /** So many requests are answered at one time. */
  readonly requests: () => number
  readonly shed: (reason: string) => void
  /** The share of the heap's limit that is used; for tests. */
  readonly heapShare?: () => number
}

/** The share of the heap's limit above which nothing new is begun. */
const fullShare = 0.85
const lookEveryMs = 500

function usedShare (): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
  return used / limit
}

/** Refuses before memory grows: what is being answered is finished instead. Routes that ask for no permission (health) stay open, and the metrics. */
export function installOverload (app: FastifyInstance, answered: Answered, { requests, shed, heapShare = usedShare }: Overload): void {
  let isHeapFull = false
  // Only admitted requests count: in a burst the refused ones would otherwise displace all others.
  let admitted = 0
  const look = setInterval(() => { isHeapFull = heapShare() > fullShare }, lookEveryMs).unref()
  app.addHook('onClose', async () => { clearInterval(look) })

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
