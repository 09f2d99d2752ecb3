import type { SignIn, Token, Upstream } from '../contract.ts'
import { UpstreamError } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { createSend, type Endpoint } from '../kit/send.ts'
import { keyFailure, signInFailure } from './failures.ts'
import { toUtc } from './mapping.ts'
import { keyWire, longTokenWire, tokenWire } from './schema.ts'
import { baseOf, boxInstance, createVmmanagerSend, readAnswer } from './send.ts'
import type { VmmanagerAccount } from './settings.ts'

/** An unused token is deleted after this time; every use renews it. There is no call to refresh it. */
const idleMs = 60 * 60_000

/** Exchanges the password for a token; with `as_user`, then a key for that user, and the key for the user's token. */
export function signIn (account: VmmanagerAccount): SignIn | null {
  const { url, auth_prefix: prefix, email, password, as_user: asUser } = account
  if (email === undefined || password === undefined) return null
  return async upstream => {
    const send = createSend(upstream, () => ({ url: `${url}${prefix}/auth/v4`, headers: {} }))
    const read = (response: HttpResponse): Token => readToken(response, upstream.now())
    const post = async <T>(endpoint: Omit<Endpoint<T>, 'method'>): Promise<T> => await send({ method: 'POST', ...endpoint })
    const login = await post({ name: 'public/token', path: '/public/token', body: { email, password }, read })
    if (asUser === undefined) return login
    const { key } = await post({
      name: 'user/key',
      path: `/user/${encodeURIComponent(asUser)}/key`,
      headers: { ...baseOf(account, login).headers, ...boxInstance },
      body: {},
      read: response => readAnswer(keyWire, response, keyFailure)
    })
    return await post({ name: 'public/key', path: '/public/key', headers: boxInstance, body: { key }, read })
  }
}

function readToken (response: HttpResponse, now: number): Token {
  const { token, confirmed, expires_at: expiry } = readAnswer(tokenWire, response, signInFailure)
  if (confirmed === false) {
    const { status } = response
    throw new UpstreamError('authentication', 'the sign-in is incomplete: the provider requires a second factor', { status })
  }
  const expiresAt = Date.parse(toUtc(expiry) ?? '')
  // The zone of the platform's clock is unknown: an expiry in the past is ignored for a new token.
  return { value: token, expiresAt: expiresAt > now ? expiresAt : null, idleMs, data: {} }
}

/** Creates a token valid until the given time, sent as UTC because the zone of the platform's clock is unknown. */
export async function createToken (account: VmmanagerAccount, upstream: Upstream, expiresAt: Date): Promise<string> {
  const { token } = await createVmmanagerSend(account, upstream)({
    name: 'token',
    path: `${account.auth_prefix}/auth/v4/token`,
    body: { expires_at: expiresAt.toISOString().slice(0, 19).replace('T', ' '), description: 'hawser' },
    schema: longTokenWire,
    assumed: { token: '{token}' }
  })
  return token
}
