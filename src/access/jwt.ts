import { errors, jwtVerify, type JWTPayload } from 'jose'
import type { HttpClient } from '../upstream/http.ts'
import { createKeyFetch, IssuerFault, type IssuerSettings } from './issuer-client.ts'
import { createIssuerKeys } from './issuer-keys.ts'
import { permissions, tokenNamePrefix, type Principal } from './principal.ts'

export interface TokenSettings extends IssuerSettings {
  readonly audience: string
  /** The claim that holds the permissions. */
  readonly claim: string
  /** Absent, and no `accounts_claim`: every account. */
  readonly accounts?: readonly string[] | undefined
  readonly accounts_claim?: string | undefined
}

/** Whose token this is; null for a refused one. Why stands in `onRefusal`, in our own words: nothing of the token, each reason once a minute. */
export type ReadToken = (token: string, onRefusal: (reason: string) => void) => Promise<Principal | null>

/** Whoever can check a signature must not be able to make one, so no HMAC; and never `none`. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
const clockToleranceS = 5
const mutedMs = 60_000
/** As much as node takes of all headers together. */
const longestToken = 16 * 1024
const form = /^[\w-]+\.[\w-]+\.[\w-]*$/
/** OpenID Connect Core 1.0, section 2: at most 255 ASCII characters. It becomes a name, so nothing invisible. */
const subjectForm = /^[ -~]{1,255}$/

/** Reads the issuer's tokens. Asks the issuer when the first one comes, never before. */
export function createTokenReader (settings: TokenSettings, http: HttpClient, clock: () => number = () => performance.now()): ReadToken {
  const { issuer, audience } = settings
  const findKey = createIssuerKeys(createKeyFetch(settings, http), clock)
  const mayTell = createMuting(clock)
  return async (token, onRefusal) => {
    if (!form.test(token)) return null
    try {
      if (token.length > longestToken) throw new errors.JWTInvalid('too long')
      const { payload } = await jwtVerify(token, findKey, { issuer, audience, algorithms, clockTolerance: clockToleranceS, requiredClaims: ['exp', 'sub'] })
      return toPrincipal(payload, settings)
    } catch (error) {
      const reason = reasonOf(error)
      if (mayTell(reason)) onRefusal(reason)
      return null
    }
  }
}

function toPrincipal (payload: JWTPayload, settings: TokenSettings): Principal {
  const subject: unknown = payload.sub
  if (typeof subject !== 'string' || !subjectForm.test(subject)) throw new errors.JWTClaimValidationFailed(claims.sub, payload, 'sub')
  const given = new Set(wordsOf(payload, settings.claim))
  const accounts = settings.accounts_claim === undefined ? settings.accounts ?? ['*'] : wordsOf(payload, settings.accounts_claim)
  return {
    name: `${tokenNamePrefix}${subject}`,
    permissions: new Set(permissions.filter(permission => given.has(permission) || given.has(`hawser:${permission}`))),
    accounts: accounts.includes('*') ? null : new Set(accounts)
  }
}

/** A claim as words: an array of strings, or one string separated by spaces. Anything else has none. */
function wordsOf (payload: JWTPayload, name: string): readonly string[] {
  const claim = Object.hasOwn(payload, name) ? payload[name] : undefined
  if (typeof claim === 'string') return claim.split(' ')
  const list: readonly unknown[] = Array.isArray(claim) ? claim : []
  return list.flatMap(word => typeof word === 'string' ? [word] : [])
}

const claims = {
  iss: 'it is not of the configured issuer',
  aud: 'it is not for the configured audience',
  exp: 'it has no exp that can be read',
  nbf: 'it is not valid yet',
  sub: 'it names no subject of 1 to 255 printable ASCII characters'
} as const

const reasons: ReadonlyMap<string, string> = new Map([
  ['ERR_JWT_EXPIRED', 'it has expired'],
  ['ERR_JWKS_NO_MATCHING_KEY', 'the issuer has no such key'],
  ['ERR_JWKS_MULTIPLE_MATCHING_KEYS', 'it does not say which of the issuer\'s keys'],
  ['ERR_JWS_SIGNATURE_VERIFICATION_FAILED', 'its signature is wrong'],
  ['ERR_JOSE_ALG_NOT_ALLOWED', 'its algorithm is not allowed']
])

/** The package's own messages may quote the token; its codes do not. */
function reasonOf (error: unknown): string {
  if (error instanceof IssuerFault) return error.message
  if (error instanceof errors.JWTClaimValidationFailed) {
    return Object.entries(claims).find(([claim]) => claim === error.claim)?.[1] ?? 'a claim of it has no meaning'
  }
  return (error instanceof errors.JOSEError ? reasons.get(error.code) : undefined) ?? 'it, or the issuer\'s key for it, can not be read'
}

/** Strangers can be refused as often as they like: each reason is told once a minute. There are few of them. */
function createMuting (clock: () => number): (reason: string) => boolean {
  const toldAt = new Map<string, number>()
  return reason => {
    const now = clock()
    if (now - (toldAt.get(reason) ?? Number.NEGATIVE_INFINITY) < mutedMs) return false
    toldAt.set(reason, now)
    return true
  }
}
