/** An hourly quota, shared by all replicas if possible. Throws while the store is unreachable. */
export interface Quota {
  /** Takes one of `most` in any hour; resolves with 0, or with the milliseconds until the next one is free. */
  take(account: string, most: number): Promise<number>
}

export const quotaWindowMs = 3600_000
