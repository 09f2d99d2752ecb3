/** Drops that trickle in: at most `capacity` at once, `perSecond` more each second. */
export interface BucketSize {
  readonly capacity: number
  readonly perSecond: number
}

/** Buckets by name, full at the start; for all replicas where they can be. */
export interface Buckets {
  /** Takes a drop that may be used after so many milliseconds (0: now); null, and takes none, where that is more than `patienceMs`. */
  take(name: string, size: BucketSize, patienceMs: number): Promise<number | null>
}

/** For this process alone. A bucket is the time at which it would be full again. */
export function createMemoryBuckets (now: () => number = Date.now): Buckets {
  const fullAt = new Map<string, number>()
  return {
    take: async (name, { capacity, perSecond }, patienceMs) => {
      const dropMs = 1000 / perSecond
      const next = Math.max(fullAt.get(name) ?? 0, now()) + dropMs
      const waitMs = Math.max(0, next - capacity * dropMs - now())
      if (waitMs > patienceMs) return null
      fullAt.set(name, next)
      return waitMs
    }
  }
}
