import type { SignIn, Token, Upstream } from '../contract.ts'
import { UpstreamError } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { readAnswer } from './envelope.ts'
import { keyFailure, signInFailure } from './failures.ts'
import { toUtc } from './mapping.ts'
import { keyWire, tokenWire } from './schema.ts'
import type { VmmanagerAccount } from './settings.ts'

/** An unused token is deleted after this time; every use renews it. There is no call to refresh it. */
const idleMs = 60 * 60_000

/** The vendor's guide sends it with key calls; other calls do not need it. */
const boxInstance = { 'isp-box-instance': 'true' }

/** Exchanges the password for a token; with `as_user`, then a key for that user, and the key for the user's token. */
export function signIn (account: VmmanagerAccount): SignIn | null {
  const { email, password, as_user: asUser } = account
  if (email === undefined || password === undefined) return null
  return async upstream => {
    const post = createPost(account, upstream)
    const login = await post({ name: 'public/token', path: 'public/token', body: { email, password }, read: response => readToken(response, upstream.now()) })
    if (asUser === undefined) return login
    const { key } = await post({
      name: 'user/key',
      path: `user/${encodeURIComponent(asUser)}/key`,
      headers: { ...authorization(account, login), ...boxInstance },
      body: {},
      read: response => readAnswer(keyWire, response, keyFailure)
    })
    return await post({ name: 'public/key', path: 'public/key', headers: boxInstance, body: { key }, read: response => readToken(response, upstream.now()) })
  }
}

interface SignInStep<T> {
  readonly name: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
  readonly read: (response: HttpResponse) => T
}

const createPost = (account: VmmanagerAccount, upstream: Upstream) =>
  async <T>({ name, path, headers = {}, body, read }: SignInStep<T>): Promise<T> => await upstream.send({
    name,
    intent: 'read',
    build: () => ({
      method: 'POST',
      url: `${account.url}${account.auth_prefix}/auth/v4/${path}`,
      headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body)
    }),
    read
  })

function readToken (response: HttpResponse, now: number): Token {
  const wire = readAnswer(tokenWire, response, signInFailure)
  if (wire.confirmed === false) {
    throw new UpstreamError('authentication', 'the sign-in is incomplete: the provider requires a second factor', { status: response.status })
  }
  return { value: wire.token, expiresAt: toExpiry(wire.expires_at, now), idleMs, data: {} }
}

/** The zone of the platform's clock is unknown: an expiry in the past is ignored for a new token. */
function toExpiry (text: string | null | undefined, now: number): number | null {
  const utc = toUtc(text)
  const at = utc === null ? null : Date.parse(utc)
  return at !== null && at > now ? at : null
}

/** The header suffices; the panel's cookie is for browsers. */
export const authorization = (account: VmmanagerAccount, token: Token | null): Record<string, string> =>
  ({ 'x-xsrf-token': token?.value ?? account.token ?? '' })
