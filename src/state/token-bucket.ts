/** Drops that trickle in: at most `capacity` at once, `perSecond` more each second. */
export interface TokenBucketSize {
  readonly capacity: number
  readonly perSecond: number
}

/** Buckets by name, full at the start; for all replicas where they can be. */
export interface TokenBuckets {
  /** Takes a drop that may be used after so many milliseconds (0: now); null, and takes none, where that is more than `patienceMs`. */
  take(name: string, size: TokenBucketSize, patienceMs: number): Promise<number | null>
}

/** For this process alone. A bucket is the time at which it would be full again. */
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
