/** The most calls to the provider that one request may take, beside a sign-in. */
export interface UpstreamCost {
  readonly calls: number
  /** For each page of the provider's lists that is read. */
  readonly perPage?: number
  /** For each row that is read by itself, and for each address that is named. */
  readonly perRow?: number
}

/** What a sign-in may add, once in its lifetime: VMmanager's key login takes three calls. */
export const signInCalls = 3

export const free: UpstreamCost = { calls: 0 }

/** The cost as a sentence for the documentation. Repeats after passing faults (two for a read) come on top. */
export function costText ({ calls, perPage = 0, perRow = 0 }: UpstreamCost): string {
  const parts = [
    ...(calls > 0 ? [String(calls)] : []),
    ...(perPage > 0 ? [`${perPage} for each page of the provider's lists`] : []),
    ...(perRow > 0 ? [`${perRow} for each row`] : [])
  ]
  if (parts.length === 0) return 'Upstream calls: none.'
  return `Upstream calls: at most ${parts.join(' and ')}; a sign-in adds up to ${signInCalls}, a passing fault its repeats.`
}
