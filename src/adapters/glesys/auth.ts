import type { SignIn, Token } from '../contract.ts'
import { loginFailure } from './failures.ts'
import { loginPayload } from './schema.ts'
import { readAnswer, toRequest, type Endpoint } from './send.ts'
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
