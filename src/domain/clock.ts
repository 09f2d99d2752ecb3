/** The gateway's clock. It is passed as an argument from `compose` down, so that a test can speed it up or control it. */
export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Monotonic: milliseconds since an arbitrary moment. */
  readonly elapsed: () => number
  /** Calls `work` once after `ms`; the returned function cancels it. A timer does not keep the process alive. */
  readonly timer: (work: () => void, ms: number) => () => void
  /** Resolves with true after `ms`, or with false as soon as the signal is aborted. */
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
