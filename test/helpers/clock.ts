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
