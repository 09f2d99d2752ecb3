/** Time as the gateway sees it. It is an argument from `compose` down, so that a test can run it faster, or by hand. */
export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Milliseconds since an arbitrary moment; never set back. */
  readonly elapsed: () => number
  /** Calls `work` once after `ms`; the result cancels it. A timer keeps no process from ending. */
  readonly timer: (work: () => void, ms: number) => () => void
  /** Resolves with true after `ms`, or with false as soon as the signal is given. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<boolean>
}

export const systemClock: Clock = {
  now: Date.now,
  elapsed: () => performance.now(),
  timer: (work, ms) => {
    const timer = setTimeout(work, ms).unref()
    return () => { clearTimeout(timer) }
  },
  sleep: async (ms, signal) => {
    if (signal?.aborted === true) return false
    return await new Promise<boolean>(resolve => {
      const onAbort = (): void => { clearTimeout(timer); resolve(false) }
      const timer = setTimeout(() => { signal?.removeEventListener('abort', onAbort); resolve(true) }, ms)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }
}
