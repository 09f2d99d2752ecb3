import { createLocalJWKSet, errors, type LocalJWKSet } from 'jose'
import { IssuerFault, type FetchKeys } from './issuer-client.ts'

/** Finds the key that a token's header names. Throws IssuerFault while there are no keys, and the package's own errors for a key that there is not. */
export type FindKey = (...asked: Parameters<LocalJWKSet>) => ReturnType<LocalJWKSet>

/** So long the issuer is not asked again: a key that it has withdrawn is taken no longer than this. */
const freshMs = 10 * 60_000
/** So long its last keys do when it can not be asked. */
const trustedMs = 60 * 60_000
/** Between two questions, whatever they brought: strangers can make up keys as fast as they like. */
const pauseMs = 10_000

interface Known {
  readonly find: LocalJWKSet
  readonly at: number
}

/**
 * The issuer's keys, asked for when first needed and then kept. An unknown key is looked for again, so that new ones are found
 * within ten seconds. Everybody waits for the same question. `clock` is in milliseconds and never goes back.
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
      fault = error instanceof IssuerFault ? error : new IssuerFault('the issuer\'s keys can not be used', { cause: error })
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
      // While the issuer is away nobody waits for it who can do without.
      if (fault === null || ageMs() >= trustedMs) await refreshed
    }
    if (known === null || ageMs() >= trustedMs) throw fault ?? new IssuerFault('the issuer was not asked yet')
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
