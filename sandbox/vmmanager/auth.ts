import { randomUUID } from 'node:crypto'
import type { SimulatedReply, SimulatedRequest } from '../simulator.ts'
import { text, textOf } from './body.ts'
import type { Call, Route } from './call.ts'
import { get, idOf, ok, owns, post } from './call.ts'
import { badToken, closed, invalidPassword, invalidValue, notFound } from './errors.ts'
import { list } from './lists.ts'
import type { Platform, TokenRecord, UserRecord } from './model.ts'
import { take } from './model.ts'

/** The user behind a request's token, whose idle time begins anew; null for a token that is none (any more). */
export function userOf (platform: Platform, request: SimulatedRequest): UserRecord | null {
  const sent = request.headers['x-xsrf-token'] ?? cookieOf(request.headers['cookie'] ?? '')
  const token = sent === undefined ? undefined : platform.tokens.get(sent)
  if (token === undefined || !token.confirmed) return null
  const now = platform.now()
  const isOver = token.expiresAt === null ? now - token.usedAt >= platform.knobs.tokenIdleMs : now >= token.expiresAt
  if (isOver) {
    platform.tokens.delete(token.token)
    return null
  }
  token.usedAt = now
  return platform.users.get(token.userId) ?? null
}

const cookieOf = (header: string): string | undefined =>
  /(?:^|;)\s*ses6=([^;]*)/.exec(header)?.[1]?.trim()

/** The number in front belongs to the token, not to the user; clients must not read anything into it. */
function issue (platform: Platform, user: UserRecord, expiresAt: number | null): TokenRecord {
  const token: TokenRecord = {
    userId: user.id,
    token: `${take(platform, 'token')}-${randomUUID()}`,
    expiresAt,
    confirmed: platform.knobs.confirmed,
    usedAt: platform.now()
  }
  platform.tokens.set(token.token, token)
  return token
}

const writeId = (platform: Platform, id: number): string | number =>
  platform.knobs.authId === 'string' ? String(id) : id

const signedIn = (platform: Platform, user: UserRecord): SimulatedReply => ({
  status: platform.knobs.loginStatus,
  body: {
    confirmed: platform.knobs.confirmed,
    expires_at: null,
    id: writeId(platform, user.id),
    token: issue(platform, user, null).token
  }
})

function login ({ platform, body }: Call): SimulatedReply {
  const user = [...platform.users.values()].find(candidate => candidate.email === textOf(body, 'email'))
  if (user === undefined || user.state !== 'active' || user.password !== textOf(body, 'password')) {
    platform.counts.failedLogins += 1
    return invalidPassword()
  }
  platform.counts.logins += 1
  return signedIn(platform, user)
}

const lacksBoxHeader = ({ platform, request }: Call): boolean =>
  platform.knobs.requireBoxInstance && request.headers['isp-box-instance'] !== 'true'

function createKey (call: Call): SimulatedReply {
  const { platform } = call
  if (lacksBoxHeader(call)) return closed()
  const who = call.params['who'] ?? ''
  const user = [...platform.users.values()].find(candidate => candidate.email === who || String(candidate.id) === who)
  if (user === undefined) return notFound(who)
  const key = `${user.id}-${randomUUID()}`
  platform.keys.set(key, { userId: user.id, expiresAt: platform.now() + platform.knobs.keyMs })
  return ok({ id: writeId(platform, user.id), key })
}

function keyLogin (call: Call): SimulatedReply {
  const { platform } = call
  if (lacksBoxHeader(call)) return closed()
  const key = platform.keys.get(textOf(call.body, 'key') ?? '')
  const user = key === undefined ? undefined : platform.users.get(key.userId)
  if (key === undefined || user === undefined || platform.now() >= key.expiresAt) return badToken(platform.knobs)
  platform.counts.keyLogins += 1
  return signedIn(platform, user)
}

function longToken ({ platform, user, body }: Call): SimulatedReply {
  const sent = textOf(body, 'expires_at') ?? ''
  const expiresAt = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(sent) ? Date.parse(`${sent.replace(' ', 'T')}Z`) : NaN
  if (Number.isNaN(expiresAt) || expiresAt <= platform.now()) return invalidValue('expires_at')
  const { token } = issue(platform, user, expiresAt)
  return { status: 201, body: { confirmed: platform.knobs.confirmed, expires_at: sent, id: writeId(platform, user.id), token } }
}

/** The value is a string; its unit is taken to be minutes, as the default is described so. */
function setTokenTtl ({ platform, body }: Call): SimulatedReply {
  const minutes = textOf(body, 'value') ?? ''
  if (!/^[1-9]\d{0,8}$/.test(minutes)) return invalidValue('value')
  platform.knobs.tokenIdleMs = Number(minutes) * 60_000
  return ok({})
}

const userRow = (user: UserRecord) => ({ id: user.id, email: user.email, state: user.state, roles: [user.role] })

const sshKeys = (call: Call): { id: number, reply: SimulatedReply | null } => {
  const id = idOf(call, 'who')
  if (!call.platform.users.has(id)) return { id, reply: notFound('user') }
  return { id, reply: owns(call, id) ? null : closed() }
}

function listSshKeys (call: Call): SimulatedReply {
  const { id, reply } = sshKeys(call)
  return reply ?? ok({ list: call.platform.userKeys.get(id) ?? [] })
}

function addSshKey (call: Call): SimulatedReply {
  const { id, reply } = sshKeys(call)
  if (reply !== null) return reply
  const row = { id: take(call.platform, 'other'), ...call.body }
  call.platform.userKeys.set(id, [...call.platform.userKeys.get(id) ?? [], row])
  return ok({ id: row.id })
}

const sshKeyRoutes = (version: 'v3' | 'v4'): Route[] => {
  const path = `/auth/${version}/user/:who/sshkey`
  const mark = version === 'v4' ? { inferred: true as const } : {}
  return [
    get(path, listSshKeys, mark),
    post(path, addSshKey, { body: { name: text, ssh_pub_key: text }, required: ['name', 'ssh_pub_key'], ...mark })
  ]
}

const listUsers = (call: Call): SimulatedReply =>
  list(call, [...call.platform.users.values()].filter(user => owns(call, user.id)).map(userRow))

export const authRoutes: readonly Route[] = [
  post('/auth/v4/public/token', login, { access: 'public', body: { email: text, password: text }, required: ['email', 'password'] }),
  post('/auth/v4/public/key', keyLogin, { access: 'public', body: { key: text }, required: ['key'] }),
  post('/auth/v4/user/:who/key', createKey, { access: 'admin', body: {} }),
  post('/auth/v4/token', longToken, { body: { expires_at: text, description: text }, required: ['expires_at'] }),
  post('/auth/v4/setting/token_ttl', setTokenTtl, { access: 'admin', body: { value: text }, required: ['value'] }),
  get('/auth/v4/whoami', call => ok(userRow(call.user)), { inferred: true }),
  get('/auth/v4/user', listUsers),
  ...sshKeyRoutes('v3'),
  ...sshKeyRoutes('v4')
]
