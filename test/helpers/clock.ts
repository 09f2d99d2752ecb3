import { systemClock, type Clock } from '../../src/domain/clock.ts'

/** The system's clock, running `factor` times as fast from now on. */
export function createFastClock (factor: number): Clock {
  const [epoch, origin] = [systemClock.now(), systemClock.elapsed()]
  const elapsed = (): number => (systemClock.elapsed() - origin) * factor
  return {
    now: () => Math.floor(epoch + elapsed()),
    elapsed,
    timer: (work, ms) => systemClock.timer(work, ms / factor),
    sleep: async (ms, signal) => await systemClock.sleep(ms / factor, signal)
  }
}

/** The system's clock, but whoever sleeps on it is woken at once, and as much time has passed. */
export interface LeapingClock extends Clock {
  readonly slept: readonly number[]
}

export function createLeapingClock (): LeapingClock {
  const slept: number[] = []
  const leapt = (): number => slept.reduce((sum, ms) => sum + ms, 0)
  return {
    now: () => systemClock.now() + leapt(),
    elapsed: () => systemClock.elapsed() + leapt(),
    timer: systemClock.timer,
    sleep: async (ms, signal) => {
      if (signal?.aborted === true) return false
      slept.push(ms)
      return true
    },
    slept
  }
}

/** A clock that only runs when it is asked to: whatever waits on it is woken in order. */
export interface ManualClock extends Clock {
  /** Lets so much time pass, and everything happen that is due in it. */
  readonly run: (ms: number) => Promise<void>
  /** Sets the wall clock forward, or back; timers do not notice. */
  readonly setBy: (ms: number) => void
}

/** Everything that can go on without time passing has gone on. */
const settled = async (): Promise<void> => { await new Promise<void>(resolve => { setImmediate(resolve) }) }

export function createManualClock (start = Date.parse('2026-11-21T10:00:00.000Z')): ManualClock {
  let now = start
  let setMs = 0
  const timers = new Set<{ readonly at: number, readonly work: () => void }>()
  const timer: Clock['timer'] = (work, ms) => {
    const entry = { at: now + Math.max(0, ms), work }
    timers.add(entry)
    return () => { timers.delete(entry) }
  }
  return {
    now: () => now + setMs,
    elapsed: () => now - start,
    setBy: ms => { setMs += ms },
    timer,
    sleep: async (ms, signal) => signal?.aborted !== true && await new Promise<boolean>(resolve => {
      const leave = (): void => { cancel(); resolve(false) }
      const cancel = timer(() => { signal?.removeEventListener('abort', leave); resolve(true) }, ms)
      signal?.addEventListener('abort', leave, { once: true })
    }),
    run: async ms => {
      const until = now + ms
      await settled()
      for (;;) {
        const [first] = [...timers].sort((a, b) => a.at - b.at)
        if (first === undefined || first.at > until) break
        timers.delete(first)
        now = first.at
        first.work()
        await settled()
      }
      now = until
    }
  }
}

/** A vendor's clock that stands still until the test lets time pass: nothing there ends early or late because the machine is busy. */
export interface StillClock {
  readonly now: () => number
  readonly pass: (ms: number) => void
}

export function createStillClock (): StillClock {
  let now = Date.now()
  return { now: () => now, pass: ms => { now += ms } }
}

/** Far beyond what a busy machine needs: only what never comes to pass takes so long. */
const patienceMs = 60_000

/** Waits until it holds; what throws does not hold yet. `told` says more when it never does. */
export async function eventually (holds: () => boolean | Promise<boolean>, told: () => string = () => ''): Promise<void> {
  const until = performance.now() + patienceMs
  for (;;) {
    try {
      if (await holds()) return
    } catch {}
    if (performance.now() > until) throw new Error(`it did not come to pass: ${told()}`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

/** The time of a store that passes only as this test says. */
export const timeBy = (now: () => number): Pick<Clock, 'now' | 'elapsed'> => ({ now, elapsed: now })
