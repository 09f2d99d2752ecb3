import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'

export const tokenPath = '/oauth2/token'
export const clientId = '0b8c6a1e-5d6f-4c0e-9a53-f1ce00000001'
export const clientSecret = 'FAKESECRETmain01'

export interface Grant {
  readonly scopes: readonly string[]
  readonly expiresAt: number
}

export interface TokenEndpoint {
  readonly logins: number
  readonly answer: (request: SimulatedRequest) => SimulatedReply
  /** The live grant behind an Authorization header. */
  readonly grantOf: (authorization: string | undefined) => Grant | undefined
  readonly revokeAll: () => void
}

const headers = { 'content-type': 'application/json;charset=UTF-8', 'cache-control': 'no-store', pragma: 'no-cache' }
const lifetimeSeconds = 86_400
export const allowedScopes = ['kronoscloud', 'ipswitch', 'sshkeys']

export function createTokenEndpoint (clock: () => number): TokenEndpoint {
  const grants = new Map<string, Grant>()
  let logins = 0
  return {
    get logins () { return logins },
    revokeAll: () => { grants.clear() },
    answer: request => {
      const form = new URLSearchParams(request.body)
      const refusal = refuseForm(request, form) ?? refuseClient(request) ?? refuseGrant(form)
      if (refusal !== undefined) return refusal
      logins += 1
      const token = `${`SECRETtoken${logins}x`.padEnd(43, '0')}.${'SECRETsignature'.padEnd(43, '0')}`
      grants.set(token, { scopes: scopesOf(form), expiresAt: clock() + lifetimeSeconds * 1000 })
      const body = { access_token: token, expires_in: lifetimeSeconds - 1, scope: scopesOf(form).join(' '), token_type: 'bearer' }
      return { status: 200, headers, body }
    },
    grantOf: authorization => {
      const grant = grants.get(/^bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '')
      return grant !== undefined && grant.expiresAt > clock() ? grant : undefined
    }
  }
}

function refuseForm (request: SimulatedRequest, form: URLSearchParams): SimulatedReply | undefined {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  if (request.method !== 'POST') return failure(405, 'invalid_request', 'HTTP method is not POST.')
  if (type !== 'application/x-www-form-urlencoded') return failure(400, 'invalid_request', 'The body is not form encoded.')
  return form.has('grant_type') ? undefined : failure(400, 'invalid_request', "Request parameter 'grant_type' is missing.")
}

function refuseClient (request: SimulatedRequest): SimulatedReply | undefined {
  const encoded = /^basic +(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1] ?? ''
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  // RFC 6749 2.3.1: id and secret are form-encoded before they are joined.
  const [id, secret] = pair.split(':').map(text => new URLSearchParams(`v=${text}`).get('v'))
  if (id === clientId && secret === clientSecret) return undefined
  return failure(401, 'invalid_client',
    'Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method).')
}

function refuseGrant (form: URLSearchParams): SimulatedReply | undefined {
  if (form.get('grant_type') !== 'client_credentials') {
    return failure(400, 'unsupported_grant_type', 'The authorization grant type is not supported by the authorization server.')
  }
  const foreign = scopesOf(form).find(scope => !allowedScopes.includes(scope))
  if (foreign === undefined) return undefined
  return failure(400, 'invalid_scope',
    `The requested scope is invalid, unknown, or malformed. The OAuth 2.0 Client is not allowed to request scope '${foreign}'.`)
}

const scopesOf = (form: URLSearchParams): string[] => (form.get('scope') ?? '').split(' ').filter(scope => scope !== '')

const failure = (status: number, error: string, description: string): SimulatedReply =>
  ({ status, headers, body: { error, error_description: description } })
