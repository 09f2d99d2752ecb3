import { getHeapStatistics } from 'node:v8'
import type { FastifyInstance } from 'fastify'
import { GatewayError } from '../src/domain/failure.js'

export interface Overload {
  /** So many requests are answered at one time. */
  readonly requests: () => number
  readonly shed: (reason: string) => void
}

/** The share of the heap's limit above which nothing new is begun. */
const heapShare = 0.85
const lookEveryMs = 500

/** Refuses before memory grows: what is being answered is finished instead. Routes that ask for no permission (health) stay open. */
export function installOverload (app: FastifyInstance, inFlight: () => number, { requests, shed }: Overload): void {
  let isHeapFull = false
  const look = setInterval(() => {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
    isHeapFull = used > limit * heapShare
  }, lookEveryMs).unref()
  app.addHook('onClose', async () => { clearInterval(look) })

  app.addHook('onRequest', async request => {
    if (request.routeOptions.config.permission === undefined) return
    const reason = inFlight() > requests() ? 'requests' : isHeapFull ? 'heap' : null
    if (reason === null) return
    shed(reason)
    throw new GatewayError('overloaded', reason === 'requests' ? `${requests()} requests are being answered already` : 'the memory is used up just now')
  })
}
