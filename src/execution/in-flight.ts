/** Work that is completed once begun, even if its caller disconnects. */
export interface InFlight {
  run<T>(work: () => Promise<T>): Promise<T>
  /** Resolves when the work that is running now has ended, regardless of what begins later. */
  settled(): Promise<void>
  /** Resolves when nothing is running. */
  idle(): Promise<void>
}

export function createInFlight (): InFlight {
  const running = new Set<Promise<unknown>>()
  return {
    run: async work => {
      const begun = work()
      running.add(begun)
      try {
        return await begun
      } finally {
        running.delete(begun)
      }
    },
    settled: async () => { await Promise.allSettled([...running]) },
    idle: async () => { while (running.size > 0) await Promise.allSettled(running) }
  }
}
