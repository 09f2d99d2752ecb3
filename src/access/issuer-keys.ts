import { createLocalJWKSet, errors, type LocalJWKSet } from 'jose'
import { IssuerFault, type FetchKeys } from './issuer-client.ts'

/** Finds the key that a token's header names. Throws IssuerFault while there are no keys, and jose's own errors if there is no such key. */
export type FindKey = (...token: Parameters<LocalJWKSet>) => ReturnType<LocalJWKSet>

/** The age at which the keys are fetched again; while the issuer is reachable, a withdrawn key is accepted no longer than this. */
const freshMs = 10 * 60_000
/** The age up to which the keys are used if the issuer is unreachable. */
const trustedMs = 60 * 60_000
/** The least time between two fetches, whatever their result: anyone can invent key ids at any rate. */
const pauseMs = 10_000

interface FetchedKeys {
  readonly find: LocalJWKSet
  readonly at: number
}

/**
 * The issuer's keys, fetched on first use and then cached. An unknown key id triggers a new fetch, so that new keys are found within ten
 * seconds. Concurrent callers share one fetch. `clock` is in milliseconds and monotonic.
 */
export function createIssuerKeys (fetchKeys: FetchKeys, clock: () => number = () => performance.now()): FindKey {
  let keys: FetchedKeys | null = null
  let fault: IssuerFault | null = null
  let fetchedAt = Number.NEGATIVE_INFINITY
  let fetching: Promise<void> | null = null

  const load = async (): Promise<void> => {
    try {
      keys = { find: createLocalJWKSet(await fetchKeys()), at: clock() }
      fault = null
    } catch (error) {
      fault = error instanceof IssuerFault ? error : new IssuerFault('the issuer\'s keys cannot be used', { cause: error })
    }
    fetching = null
  }
  const refresh = async (): Promise<void> => {
    if (fetching === null && clock() - fetchedAt < pauseMs) return
    if (fetching === null) fetchedAt = clock()
    fetching ??= load()
    await fetching
  }
  const ageMs = (): number => keys === null ? Number.POSITIVE_INFINITY : clock() - keys.at

  return async (...token) => {
    if (ageMs() >= freshMs) {
      const refreshed = refresh()
      // While the issuer is unreachable, requests that need no new key do not wait for it.
      if (fault === null || ageMs() >= trustedMs) await refreshed
    }
    if (keys === null || ageMs() >= trustedMs) throw fault ?? new IssuerFault('the issuer\'s keys have not been fetched yet')
    const { find } = keys
    try {
      return await find(...token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
    }
    await refresh()
    if (fault !== null) throw fault
    return await keys.find(...token)
  }
}
