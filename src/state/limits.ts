/** An hourly quota, shared by all replicas if possible. Throws while the store is unreachable. */
export interface Quota {
  /** Takes one of `most` in any hour; resolves with 0, or with the milliseconds until the next one is free. */
  take(account: string, most: number): Promise<number>
}

export const quotaWindowMs = 3600_000

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

/** The shared buckets; while they are unreachable, this process has buckets of its own, opened when they are first needed. */
export function withLocalBuckets (shared: TokenBuckets, openLocal: () => TokenBuckets): TokenBuckets {
  let local: TokenBuckets | null = null
  return {
    take: async (name, size, patienceMs) => {
      try {
        return await shared.take(name, size, patienceMs)
      } catch {
        return await (local ??= openLocal()).take(name, size, patienceMs)
      }
    }
  }
}
