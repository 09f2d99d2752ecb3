import type { SignIn, Token } from '../contract.ts'
import { isSuccess, parseJson, parseWire } from '../../upstream/read.ts'
import type { HttpResponse } from '../../upstream/http.ts'
import { tokenWire } from './schema.ts'
import { tokenFailure } from './failures.ts'
import type { HeficedAccount } from './settings.ts'

/** OAuth 2 client credentials: a token has exactly the requested scopes and is valid for a day. */
export const signIn = (account: HeficedAccount): SignIn => async upstream => await upstream.send({
  name: 'oauth2/token',
  intent: 'read',
  build: () => ({
    method: 'POST',
    url: account.token_url,
    headers: {
      authorization: `Basic ${Buffer.from(`${formEncode(account.client_id)}:${formEncode(account.client_secret)}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json'
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: account.scopes.join(' ') }).toString()
  }),
  read: response => readToken(response, upstream.now())
})

/** RFC 6749, 2.3.1: client id and secret are form-encoded before they are joined. */
const formEncode = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1)

function readToken (response: HttpResponse, now: number): Token {
  if (!isSuccess(response)) throw tokenFailure(response)
  const wire = parseWire(tokenWire, parseJson(response.text), response)
  return { value: wire.access_token, expiresAt: now + wire.expires_in * 1000, idleMs: null, data: {} }
}

/** The answer says `bearer`, but the header must be `Bearer`. */
export const authorization = (token: Token | null): Record<string, string> => ({ authorization: `Bearer ${token?.value ?? ''}` })
