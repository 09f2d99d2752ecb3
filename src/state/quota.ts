/** An hourly quota, shared by all replicas if possible. Throws while the store is unreachable. */
export interface Quota {
  /** Takes one of `most` in any hour; resolves with 0, or with the milliseconds until the next one is free. */
  take(account: string, most: number): Promise<number>
}

export const quotaWindowMs = 3600_000

/** For this process alone. */
export function createMemoryQuota (now: () => number = Date.now): Quota {
  const taken = new Map<string, number[]>()
  return {
    take: async (account, most) => {
      const recent = (taken.get(account) ?? []).filter(at => at > now() - quotaWindowMs)
      taken.set(account, recent)
      const [oldest] = recent
      if (recent.length >= most) return oldest === undefined ? quotaWindowMs : oldest + quotaWindowMs - now()
      recent.push(now())
      return 0
    }
  }
}
