import { createLocalJWKSet, errors, type LocalJWKSet } from 'jose'
import { IssuerFault, type FetchKeys } from './issuer-client.ts'

/** Finds the key that a token's header names. Throws IssuerFault while there are no keys, and jose's own errors if there is no such key. */
export type FindKey = (...asked: Parameters<LocalJWKSet>) => ReturnType<LocalJWKSet>

/** How long the keys are used before they are fetched again: the longest time for which a withdrawn key is still accepted. */
const freshMs = 10 * 60_000
/** How long the last keys are used if the issuer is unreachable. */
const trustedMs = 60 * 60_000
/** The least time between two fetches, whatever their result: strangers can make up key ids at any rate. */
const pauseMs = 10_000

interface Known {
  readonly find: LocalJWKSet
  readonly at: number
}

/**
 * The issuer's keys, fetched on first use and then cached. An unknown key id triggers a new fetch, so that new keys are found within ten
 * seconds. Concurrent callers share one fetch. `clock` is in milliseconds and monotonic.
 */
export function createIssuerKeys (fetchKeys: FetchKeys, clock: () => number = () => performance.now()): FindKey {
  let known: Known | null = null
  let fault: IssuerFault | null = null
  let askedAt = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | null = null

  const load = async (): Promise<void> => {
    try {
      known = { find: createLocalJWKSet(await fetchKeys()), at: clock() }
      fault = null
    } catch (error) {
      fault = error instanceof IssuerFault ? error : new IssuerFault('the issuer\'s keys cannot be used', { cause: error })
    }
    asking = null
  }
  const refresh = async (): Promise<void> => {
    if (asking === null && clock() - askedAt < pauseMs) return
    if (asking === null) askedAt = clock()
    asking ??= load()
    await asking
  }
  const ageMs = (): number => known === null ? Number.POSITIVE_INFINITY : clock() - known.at

  return async (...asked) => {
    if (ageMs() >= freshMs) {
      const refreshed = refresh()
      // While the issuer is unreachable, requests that need no new key do not wait for it.
      if (fault === null || ageMs() >= trustedMs) await refreshed
    }
    if (known === null || ageMs() >= trustedMs) throw fault ?? new IssuerFault('the issuer\'s keys have not been fetched yet')
    const { find } = known
    try {
      return await find(...asked)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
    }
    await refresh()
    if (fault !== null) throw fault
    return await known.find(...asked)
  }
}
