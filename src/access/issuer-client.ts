import type { JSONWebKeySet } from 'jose'
import { z } from 'zod'
import { HttpFault } from '../upstream/http-fault.ts'
import { toResponse, type HttpClient } from '../upstream/http.ts'

export interface IssuerSettings {
  readonly issuer: string
  /** The URL of the issuer's keys; absent: it is taken from the discovery document. */
  readonly jwks_url?: string | undefined
}

/** The issuer's keys could not be fetched. The message is for the operator; of the issuer's response it contains at most the status. */
export class IssuerFault extends Error {
  constructor (message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'IssuerFault'
  }
}

/** Fetches the issuer's keys, once. Throws only IssuerFault. */
export type FetchKeys = () => Promise<JSONWebKeySet>

/** The time for the discovery document and the keys together; callers wait for it. */
const deadlineMs = 5000
const mostKeys = 100

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.string() })

const member = z.string().exactOptional()
const keySchema = z.object({
  ...{ kty: z.string(), kid: member, alg: member, use: member, key_ops: z.array(z.string()).exactOptional() },
  ...{ crv: member, x: member, y: member, n: member, e: member }
})
/** A key that cannot be read does not invalidate the others. */
const keySetSchema = z.object({
  keys: z.array(z.unknown()).max(mostKeys).transform(keys => keys.flatMap(key => {
    const parsed = keySchema.safeParse(key)
    return parsed.success ? [parsed.data] : []
  }))
})

export function createKeyFetch ({ issuer, jwks_url: jwksUrl }: IssuerSettings, http: HttpClient): FetchKeys {
  return async () => {
    const signal = AbortSignal.timeout(deadlineMs)
    const url = jwksUrl ?? await discover(issuer, http, signal)
    const parsed = keySetSchema.safeParse(await fetchJson(url, http, signal))
    if (!parsed.success) throw new IssuerFault('the issuer\'s answer is not a JSON Web Key Set')
    return parsed.data
  }
}

async function discover (issuer: string, http: HttpClient, signal: AbortSignal): Promise<string> {
  const document = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, http, signal)
  const parsed = discoverySchema.safeParse(document)
  if (!parsed.success) throw new IssuerFault('the issuer\'s discovery document has no issuer or no jwks_uri: set auth.oidc.jwks_url')
  // OpenID Connect Discovery 1.0, section 4.3: otherwise another issuer's document could be substituted.
  if (parsed.data.issuer !== issuer) throw new IssuerFault('the issuer\'s discovery document names an issuer other than auth.oidc.issuer')
  const { jwks_uri: jwksUri } = parsed.data
  if (isAtIssuer(jwksUri, new URL(issuer))) return jwksUri
  throw new IssuerFault('the issuer\'s discovery document names keys on another host or without TLS: set auth.oidc.jwks_url')
}

function isAtIssuer (text: string, issuer: URL): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return url.host === issuer.host && (url.protocol === 'https:' || (url.protocol === 'http:' && issuer.protocol === 'http:'))
}

async function fetchJson (url: string, http: HttpClient, signal: AbortSignal): Promise<unknown> {
  const headers = { accept: 'application/json', 'user-agent': 'hawser' }
  try {
    const { status, text } = toResponse(await http.send({ method: 'GET', url, headers }, { timeoutMs: deadlineMs, signal }))
    if (status !== 200) throw new IssuerFault(`the issuer answered ${status}`)
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof IssuerFault) throw error
    if (error instanceof HttpFault) throw new IssuerFault(`the issuer could not be reached: ${error.message}`, { cause: error })
    throw new IssuerFault('the issuer\'s answer is not JSON', { cause: error })
  }
}
