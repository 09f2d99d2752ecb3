import type { SimulatedReply, SimulatedRequest } from '../simulator.ts'
import type { HeficedKnobs } from './knobs.ts'

export const tokenPath = '/oauth2/token'
export const clientId = '0b8c6a1e-5d6f-4c0e-9a53-f1ce00000001'
export const clientSecret = 'FAKESECRETmain01'

export interface Grant {
  readonly scopes: readonly string[]
  readonly expiresAt: number
}

export interface TokenDesk {
  readonly logins: number
  readonly answer: (request: SimulatedRequest) => SimulatedReply
  /** The live grant behind an Authorization header. */
  readonly grantOf: (authorization: string | undefined) => Grant | undefined
  readonly revokeAll: () => void
}

type Check = SimulatedReply | undefined

const noStore = { 'content-type': 'application/json;charset=UTF-8', 'cache-control': 'no-store', pragma: 'no-cache' }
const knownScopes = new Set(['kronoscloud', 'ipswitch', 'protocompute', 'sshkeys'])

export function createTokenDesk (knobs: HeficedKnobs, clock: () => number): TokenDesk {
  const grants = new Map<string, Grant>()
  let logins = 0

  const issue = (scopes: readonly string[]): SimulatedReply => {
    logins += 1
    const token = `${`SECRETtoken${logins}x`.padEnd(43, '0')}.${'SECRETsignature'.padEnd(43, '0')}`
    grants.set(token, { scopes, expiresAt: clock() + knobs.tokenLifetimeSeconds * 1000 })
    const body = { access_token: token, expires_in: knobs.tokenLifetimeSeconds - 1, scope: scopes.join(' '), token_type: 'bearer' }
    return { status: 200, headers: noStore, body }
  }

  return {
    get logins () { return logins },
    revokeAll: () => { grants.clear() },
    answer: request => {
      const form = new URLSearchParams(request.body)
      const refusal = refuseForm(request, form, knobs) ?? refuseClient(request, knobs) ?? refuseGrant(form, knobs)
      return refusal ?? issue(scopesOf(form))
    },
    grantOf: authorization => {
      const scheme = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
      const grant = grants.get(scheme ?? (knobs.acceptBareToken ? authorization ?? '' : ''))
      return grant !== undefined && grant.expiresAt > clock() ? grant : undefined
    }
  }
}

function refuseForm (request: SimulatedRequest, form: URLSearchParams, knobs: HeficedKnobs): Check {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  if (request.method !== 'POST') return failure(knobs, 405, 'invalid_request', 'HTTP method is not POST.')
  if (type !== 'application/x-www-form-urlencoded') return failure(knobs, 400, 'invalid_request', 'The body is not form encoded.')
  if (!form.has('grant_type')) return failure(knobs, 400, 'invalid_request', "Request parameter 'grant_type' is missing.")
  return undefined
}

function refuseClient (request: SimulatedRequest, knobs: HeficedKnobs): Check {
  const encoded = /^basic +(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1] ?? ''
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  const given = colon < 0 ? [] : [pair.slice(0, colon), pair.slice(colon + 1)].map(decodeFormText)
  if (given[0] === clientId && given[1] === clientSecret) return undefined
  return failure(knobs, 401, 'invalid_client',
    'Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method).')
}

function refuseGrant (form: URLSearchParams, knobs: HeficedKnobs): Check {
  if (form.get('grant_type') !== 'client_credentials') {
    return failure(knobs, 400, 'unsupported_grant_type', 'The authorization grant type is not supported by the authorization server.')
  }
  if (!knobs.grantAllowed) {
    return failure(knobs, 400, 'unauthorized_client', 'The client is not authorized to request a token using this method.')
  }
  const foreign = scopesOf(form).find(scope => !knownScopes.has(scope) || !knobs.allowedScopes.includes(scope))
  if (foreign === undefined) return undefined
  return failure(knobs, 400, 'invalid_scope',
    `The requested scope is invalid, unknown, or malformed. The OAuth 2.0 Client is not allowed to request scope '${foreign}'.`)
}

const scopesOf = (form: URLSearchParams): string[] => (form.get('scope') ?? '').split(' ').filter(scope => scope !== '')

/** RFC 6749 2.3.1: id and secret are form-encoded before they are joined. */
const decodeFormText = (text: string): string => new URLSearchParams(`v=${text}`).get('v') ?? ''

function failure (knobs: HeficedKnobs, status: number, error: string, description: string): SimulatedReply {
  const legacy = { error_hint: description, status_code: status, error_debug: '' }
  return {
    status,
    headers: noStore,
    body: { error, error_description: description, ...(knobs.legacyTokenErrors ? legacy : {}) }
  }
}
