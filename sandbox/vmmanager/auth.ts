import { randomUUID } from 'node:crypto'
import { textOf } from '../kit/json.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import { badToken, forbidden, invalidValue, notFound, ok, post, refuse, text, type Call, type Route, type Run } from './call.ts'
import { take, type Platform, type UserRecord } from './model.ts'

/** A sliding token expires after this long without use; each accepted request renews it. */
const tokenIdleMs = 60 * 60_000
const keyMs = 60 * 60_000

/** The user behind a request's token, whose idle time begins anew; null for a token that is not valid, or not any more. */
export function userOf (platform: Platform, request: SimulatedRequest): UserRecord | null {
  const token = platform.tokens.get(request.headers['x-xsrf-token'] ?? '')
  const now = platform.now()
  if (token === undefined || now >= (token.expiresAt ?? token.usedAt + tokenIdleMs)) return null
  token.usedAt = now
  return platform.users.get(token.userId) ?? null
}

/** The number in front belongs to the token, not to the user, and has no meaning for clients. */
function issue (platform: Platform, user: UserRecord, expiresAt: number | null, shownAs: string | null = null): SimulatedReply {
  const token = `${take(platform, 'token')}-${randomUUID()}`
  platform.tokens.set(token, { userId: user.id, expiresAt, usedAt: platform.now() })
  return { status: 201, body: { confirmed: true, expires_at: shownAs, id: String(user.id), token } }
}

function login ({ platform, body }: Call): SimulatedReply {
  const user = [...platform.users.values()].find(candidate => candidate.email === textOf(body, 'email'))
  if (user?.state !== 'active' || user.password !== textOf(body, 'password')) throw refuse(401, 22013, 'Invalid password')
  platform.logins += 1
  return issue(platform, user, null)
}

/** The calls about keys require the header `isp-box-instance: true`. */
const boxed = (run: Run): Run => call => {
  if (call.request.headers['isp-box-instance'] !== 'true') throw forbidden()
  return run(call)
}

const createKey = boxed(({ platform, params: { who = '' } }) => {
  const user = [...platform.users.values()].find(candidate => candidate.email === who || String(candidate.id) === who)
  if (user === undefined) throw notFound(who)
  const key = `${user.id}-${randomUUID()}`
  platform.keys.set(key, { userId: user.id, expiresAt: platform.now() + keyMs })
  return ok({ id: String(user.id), key })
})

const keyLogin = boxed(({ platform, body }) => {
  const key = platform.keys.get(textOf(body, 'key') ?? '')
  const user = platform.users.get(key?.userId ?? -1)
  if (user === undefined || platform.now() >= (key?.expiresAt ?? 0)) throw badToken(platform)
  platform.keyLogins += 1
  return issue(platform, user, null)
})

function longToken ({ platform, user, body }: Call): SimulatedReply {
  const sent = textOf(body, 'expires_at') ?? ''
  const expiresAt = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(sent) ? Date.parse(`${sent.replace(' ', 'T')}Z`) : NaN
  if (!(expiresAt > platform.now())) throw invalidValue('expires_at')
  return issue(platform, user, expiresAt, sent)
}

export const authRoutes: readonly Route[] = [
  post('/auth/v4/public/token', login, { access: 'public', body: { email: text, password: text }, required: ['email', 'password'] }),
  post('/auth/v4/public/key', keyLogin, { access: 'public', body: { key: text }, required: ['key'] }),
  post('/auth/v4/user/:who/key', createKey, { access: 'admin' }),
  post('/auth/v4/token', longToken, { body: { expires_at: text, description: text }, required: ['expires_at'] })
]
