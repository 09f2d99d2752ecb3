/** Token buckets: at most `capacity` tokens at once, refilled with `perSecond` tokens each second. */
export interface TokenBucketSize {
  readonly capacity: number
  readonly perSecond: number
}

/** Buckets by name, initially full; shared by all replicas if possible. */
export interface TokenBuckets {
  /**
   * Takes a token and resolves with the milliseconds until it may be used (0: now); null, without taking one, if that exceeds
   * `patienceMs`.
   */
  take(name: string, size: TokenBucketSize, patienceMs: number): Promise<number | null>
}

/** For this process alone. A bucket is stored as the time at which it would be full again. */
export function createMemoryTokenBuckets (now: () => number = Date.now): TokenBuckets {
  const fullAt = new Map<string, number>()
  return {
    take: async (name, { capacity, perSecond }, patienceMs) => {
      const tokenMs = 1000 / perSecond
      const next = Math.max(fullAt.get(name) ?? 0, now()) + tokenMs
      const waitMs = Math.max(0, next - capacity * tokenMs - now())
      if (waitMs > patienceMs) return null
      fullAt.set(name, next)
      return waitMs
    }
  }
}
