import { bulkhead, BulkheadRejectedError } from 'cockatiel'
import { UpstreamError } from '../domain/failure.js'
import type { Buckets } from '../operations/buckets.js'
import { pause, remainingMs, untilEnd, type Call } from './call.js'

export interface GateSettings {
  readonly account: string
  /** Calls under way at one time. */
  readonly concurrency: number
  /** Calls that may wait for one of them to end. */
  readonly waiting: number
  /** Null: as fast as they come. */
  readonly perSecond: number | null
}

/** Lets so many calls to an account through at a time, and so many in a second. */
export interface Gate {
  /** Throws `overloaded` when too many wait already, or the wait would outlast the request. */
  pass<T>(call: Call, work: () => Promise<T>): Promise<T>
}

export function createGate (settings: GateSettings, buckets: Buckets, waited: (seconds: number) => void): Gate {
  const places = bulkhead(settings.concurrency, settings.waiting)

  const pace = async (call: Call): Promise<void> => {
    const { perSecond } = settings
    if (perSecond === null) return
    const size = { capacity: Math.max(1, Math.round(perSecond)), perSecond }
    const waitMs = await buckets.take(`{${settings.account}}:pace`, size, remainingMs(call))
    if (waitMs === null) throw overloaded('limits.requests_per_s of this account is used up for longer than this request may take')
    if (waitMs > 0 && !await pause(waitMs, call.signal)) throw overloaded('the request ended while it waited')
  }

  return {
    pass: async (call, work) => {
      const began = performance.now()
      let isGivenUp = false
      const inPlace = async () => {
        if (isGivenUp) throw overloaded('the request ended while it waited')
        await pace(call)
        const waitedMs = performance.now() - began
        if (waitedMs > 1) waited(waitedMs / 1000)
        return await work()
      }
      if (places.executionSlots > 0) return await inOne(places, inPlace)
      // Whoever waits for a place waits no longer than his request may take.
      return await untilEnd(call, inOne(places, inPlace), () => {
        isGivenUp = true
        return overloaded('limits.concurrency of this account was used up for as long as this request may take')
      })
    }
  }
}

async function inOne<T> (places: ReturnType<typeof bulkhead>, work: () => Promise<T>): Promise<T> {
  try {
    return await places.execute(work)
  } catch (error) {
    if (error instanceof BulkheadRejectedError) throw overloaded('limits.concurrency of this account is used up, and too many requests wait already')
    throw error
  }
}

const overloaded = (message: string): UpstreamError => new UpstreamError('overloaded', message, { notAttempted: true })
