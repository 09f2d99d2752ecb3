import { UpstreamError } from '../domain/failure.ts'
import type { Buckets } from '../state/token-bucket.ts'
import { leaving, remainingMs, type Call } from './call.ts'

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
  /**
   * Throws `overloaded` when too many wait already, the wait would outlast the request, or its caller leaves meanwhile: then `work` is never begun.
   * Who comes first goes first; a sign-in goes before all, because they would be refused without it.
   */
  pass<T>(call: Call, work: () => Promise<T>, isSignIn: boolean): Promise<T>
}

export function createGate (settings: GateSettings, buckets: Buckets, waited: (seconds: number) => void): Gate {
  const places = createPlaces(settings)

  const pace = async (call: Call): Promise<void> => {
    const { perSecond } = settings
    if (perSecond === null) return
    const size = { capacity: Math.max(1, Math.round(perSecond)), perSecond }
    const waitMs = await buckets.take(`{${settings.account}}:pace`, size, remainingMs(call))
    if (waitMs === null) throw overloaded('limits.requests_per_s of this account is used up for longer than this request may take')
    if (waitMs > 0 && !await call.clock.sleep(waitMs, leaving(call))) throw overloaded(left)
  }

  return {
    pass: async (call, work, isSignIn) => {
      const began = call.clock.elapsed()
      await places.enter(call, isSignIn)
      try {
        await pace(call)
        const waitedMs = call.clock.elapsed() - began
        if (waitedMs > 1) waited(waitedMs / 1000)
        return await work()
      } finally {
        places.leave()
      }
    }
  }
}

const left = 'the request ended while it waited'

/** Whoever leaves a place hands it to the one who has waited longest: nobody comes in between. */
function createPlaces ({ concurrency, waiting }: GateSettings) {
  const queue: Array<() => void> = []
  let taken = 0

  const wait = async (call: Call, isSignIn: boolean): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      const signal = leaving(call)
      const turn = (): void => { release(); resolve() }
      const giveUp = (why: string): void => {
        release()
        queue.splice(queue.indexOf(turn), 1)
        reject(overloaded(why))
      }
      const onLeave = (): void => { giveUp(left) }
      const cancel = call.clock.timer(() => { giveUp('limits.concurrency of this account was used up for as long as this request may take') }, Math.max(0, remainingMs(call)))
      const release = (): void => { cancel(); signal.removeEventListener('abort', onLeave) }
      signal.addEventListener('abort', onLeave, { once: true })
      if (isSignIn) queue.unshift(turn)
      else queue.push(turn)
    })
  }
  return {
    enter: async (call: Call, isSignIn: boolean): Promise<void> => {
      if (taken < concurrency) { taken += 1; return }
      if (leaving(call).aborted) throw overloaded(left)
      if (queue.length >= waiting && !isSignIn) throw overloaded('limits.concurrency of this account is used up, and too many requests wait already')
      await wait(call, isSignIn)
    },
    leave: (): void => {
      const next = queue.shift()
      if (next === undefined) taken -= 1
      else next()
    }
  }
}

const overloaded = (message: string): UpstreamError => new UpstreamError('overloaded', message, { notAttempted: true })
