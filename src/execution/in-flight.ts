/** Work that is finished once it is begun, whether its caller waits or not. */
export interface InFlight {
  run<T>(work: () => Promise<T>): Promise<T>
  /** Resolves when what runs now has ended, whatever has begun since. */
  settled(): Promise<void>
  /** Resolves when nothing runs. */
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
