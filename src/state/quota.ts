/** Counts what may happen only so often, for all replicas where it can. Throws when the store can not be reached. */
export interface Quota {
  /** Takes one of `most` in any hour; answers 0, or the milliseconds until there is one again. */
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
