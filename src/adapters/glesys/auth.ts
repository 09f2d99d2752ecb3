import type { SignIn, Token } from '../contract.ts'
import { readAnswer, toRequest, type Endpoint } from './envelope.ts'
import { loginFailure } from './failures.ts'
import { loginPayload } from './schema.ts'
import type { GlesysAccount } from './settings.ts'

/** A key from user/login expires after six hours without use. */
const idleMs = 6 * 3600_000

/** A project's own key is sent as it is; a user's key is fetched. https://github.com/glesys/api-docs/wiki */
export function signIn (account: GlesysAccount): SignIn | null {
  const { username, password } = account
  if (username === undefined || password === undefined) return null
  const endpoint: Endpoint<Token> = {
    name: 'user/login',
    arguments: { username, password },
    payload: 'login',
    schema: loginPayload.transform(({ login }): Token => ({ value: login.apikey, expiresAt: null, idleMs, data: {} })),
    failure: loginFailure
  }
  return async upstream => await upstream.send({
    name: endpoint.name,
    intent: 'read',
    build: () => toRequest(account, endpoint, {}),
    read: response => readAnswer(endpoint, response)
  })
}

/** The user name selects the context; only a project has servers. */
export function authorization (account: GlesysAccount, token: Token | null): Record<string, string> {
  const key = account.api_key ?? token?.value ?? ''
  return { authorization: `Basic ${Buffer.from(`${account.project}:${key}`).toString('base64')}` }
}
