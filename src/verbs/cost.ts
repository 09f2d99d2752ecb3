/** The maximum number of upstream calls of one request, without sign-ins and retries. */
export interface UpstreamCost {
  readonly calls: number
  /** Calls for each page of the provider's lists that is read. */
  readonly perPage?: number
  /** Calls for each row that is read by itself, and for each address in the request. */
  readonly perRow?: number
}

/** The most calls of one sign-in, needed once per token: VMmanager's key login takes three. */
export const signInCalls = 3

export const free: UpstreamCost = { calls: 0 }

/** The cost as a sentence for the documentation. Retries (at most two for a read) come on top. */
export function costText ({ calls, perPage = 0, perRow = 0 }: UpstreamCost): string {
  const parts = [
    ...(calls > 0 ? [String(calls)] : []),
    ...(perPage > 0 ? [`${perPage} for each page of the provider's lists`] : []),
    ...(perRow > 0 ? [`${perRow} for each row`] : [])
  ]
  if (parts.length === 0) return 'Upstream calls: none.'
  return `Upstream calls: at most ${parts.join(' and ')}; a sign-in adds up to ${signInCalls}, and retries after transient failures come on top.`
}
