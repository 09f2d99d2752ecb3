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

/**
 * The principal of a token; null if it is refused. `onRefusal` gets the reason without any content of the token, each reason once a
 * minute.
 */
export type ReadToken = (token: string, onRefusal: (reason: string) => void) => Promise<Principal | null>

/** No HMAC, because a symmetric key that verifies can also sign; and never `none`. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
const clockToleranceS = 5
const mutedMs = 60_000
/** Node's limit for all headers together. */
const longestToken = 16 * 1024
const form = /^[\w-]+\.[\w-]+\.[\w-]*$/
/** OpenID Connect Core 1.0, section 2: at most 255 ASCII characters. The subject becomes a name, so it must be printable. */
const subjectForm = /^[ -~]{1,255}$/

/** Reads the issuer's tokens. The issuer is contacted when the first token arrives, not earlier. */
export function createTokenReader (settings: TokenSettings, http: HttpClient, clock: () => number = () => performance.now()): ReadToken {
  const { issuer, audience } = settings
  const findKey = createIssuerKeys(createKeyFetch(settings, http), clock)
  const isDue = createMuting(clock)
  const options = { issuer, audience, algorithms, clockTolerance: clockToleranceS, requiredClaims: ['exp', 'sub'] }
  return async (token, onRefusal) => {
    if (!form.test(token)) return null
    try {
      if (token.length > longestToken) throw new errors.JWTInvalid('too long')
      const { payload } = await jwtVerify(token, findKey, options)
      return toPrincipal(payload, settings)
    } catch (error) {
      const reason = reasonOf(error)
      if (isDue(reason)) onRefusal(reason)
      return null
    }
  }
}

function toPrincipal (payload: JWTPayload, settings: TokenSettings): Principal {
  const subject: unknown = payload.sub
  if (typeof subject !== 'string' || !subjectForm.test(subject)) throw new errors.JWTClaimValidationFailed(claims.sub, payload, 'sub')
  const claimed = new Set(wordsOf(payload, settings.claim))
  const accounts = settings.accounts_claim === undefined ? settings.accounts ?? ['*'] : wordsOf(payload, settings.accounts_claim)
  return {
    id: `${tokenNamePrefix}${subject}`,
    permissions: new Set(permissions.filter(permission => claimed.has(permission) || claimed.has(`hawser:${permission}`))),
    accounts: accounts.includes('*') ? null : new Set(accounts)
  }
}

/** A claim as a list: an array of strings, or one string separated by spaces. Anything else is an empty list. */
function wordsOf (payload: JWTPayload, name: string): readonly string[] {
  const claim = Object.hasOwn(payload, name) ? payload[name] : undefined
  if (typeof claim === 'string') return claim.split(' ')
  const list: readonly unknown[] = Array.isArray(claim) ? claim : []
  return list.flatMap(word => typeof word === 'string' ? [word] : [])
}

const claims = {
  iss: 'the token is not from the configured issuer',
  aud: 'the token is not for the configured audience',
  exp: 'the token has no valid exp claim',
  nbf: 'the token is not valid yet',
  sub: 'the token has no subject of 1 to 255 printable ASCII characters'
} as const

const reasons: ReadonlyMap<string, string> = new Map([
  ['ERR_JWT_EXPIRED', 'the token has expired'],
  ['ERR_JWKS_NO_MATCHING_KEY', 'the issuer has no such key'],
  ['ERR_JWKS_MULTIPLE_MATCHING_KEYS', 'the token does not identify one of the issuer\'s keys'],
  ['ERR_JWS_SIGNATURE_VERIFICATION_FAILED', 'the signature is invalid'],
  ['ERR_JOSE_ALG_NOT_ALLOWED', 'the algorithm is not allowed']
])

/** The messages of jose may quote the token; its codes do not. */
function reasonOf (error: unknown): string {
  if (error instanceof IssuerFault) return error.message
  if (error instanceof errors.JWTClaimValidationFailed) {
    return Object.entries(claims).find(([claim]) => claim === error.claim)?.[1] ?? 'a claim of the token is invalid'
  }
  return (error instanceof errors.JOSEError ? reasons.get(error.code) : undefined) ?? 'the token or the issuer\'s key cannot be read'
}

/** Anyone can cause refusals at any rate, so each of the few reasons is logged once a minute. */
function createMuting (clock: () => number): (reason: string) => boolean {
  const loggedAt = new Map<string, number>()
  return reason => {
    const now = clock()
    if (now - (loggedAt.get(reason) ?? Number.NEGATIVE_INFINITY) < mutedMs) return false
    loggedAt.set(reason, now)
    return true
  }
}
