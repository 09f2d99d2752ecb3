import type { SignIn, Token, Upstream } from '../contract.ts'
import { UpstreamError } from '../../domain/failure.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { readAnswer } from './envelope.ts'
import { keyFailure, signInFailure } from './failures.ts'
import { toUtc } from './mapping.ts'
import { keyWire, tokenWire } from './schema.ts'
import type { VmmanagerAccount } from './settings.ts'

/** An unused token is deleted after so long; every use renews it. There is no call to refresh it. */
const idleMs = 60 * 60_000

/** The vendor's guide sends it on key calls; elsewhere it is not needed. */
const boxInstance = { 'isp-box-instance': 'true' }

/** Password to token; with `as_user` on to a key for that user and the key to the user's own token. */
export function signIn (account: VmmanagerAccount): SignIn | null {
  const { email, password, as_user: asUser } = account
  if (email === undefined || password === undefined) return null
  return async upstream => {
    const post = createPost(account, upstream)
    const login = await post({ name: 'public/token', path: 'public/token', body: { email, password }, read: readToken })
    if (asUser === undefined) return login
    const { key } = await post({
      name: 'user/key',
      path: `user/${encodeURIComponent(asUser)}/key`,
      headers: { ...authorization(account, login), ...boxInstance },
      body: {},
      read: response => readAnswer(keyWire, response, keyFailure)
    })
    return await post({ name: 'public/key', path: 'public/key', headers: boxInstance, body: { key }, read: readToken })
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

function readToken (response: HttpResponse): Token {
  const wire = readAnswer(tokenWire, response, signInFailure)
  if (wire.confirmed === false) {
    throw new UpstreamError('authentication', 'the sign-in is not complete: the provider waits for a second step', { status: response.status })
  }
  return { value: wire.token, expiresAt: toExpiry(wire.expires_at), idleMs, data: {} }
}

/** A platform's clock has no known zone: an end that seems past for a token just given says nothing. */
function toExpiry (text: string | null | undefined, now = Date.now()): number | null {
  const utc = toUtc(text)
  const at = utc === null ? null : Date.parse(utc)
  return at !== null && at > now ? at : null
}

/** The header alone; the panel's cookie is for browsers. */
export const authorization = (account: VmmanagerAccount, token: Token | null): Record<string, string> =>
  ({ 'x-xsrf-token': token?.value ?? account.token ?? '' })
