import { connect } from 'node:net'
import { pino } from 'pino'
import t from 'tap'
import { exportJWK, exportSPKI, SignJWT } from 'jose'
import { createTokenReader } from '../../src/access/jwt.ts'
import { startHeficed } from '../../sandbox/heficed/simulator.ts'
import { createHttpClient } from '../../src/upstream/http.ts'
import { isProblem, sha256 } from '../helpers/api.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { audience, makeKey, makeToken, startIssuer, type Issuer } from '../helpers/issuer.ts'
import type { Test } from '../helpers/line.ts'
import { portOf } from '../helpers/ports.ts'

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

const vendor = await startHeficed()
t.teardown(vendor.close)
const account = { provider: 'heficed', ...vendor.settings['heficed-main'] }
const key = await makeKey('first', 'RS256')

/** A gateway that takes the issuer's tokens, and no keys but those that are said. */
async function open (test: Test, issuer: Issuer, more: Record<string, unknown> = {}, keys: readonly unknown[] = []) {
  const lines: string[] = []
  const { app, close } = await composeGateway({
    accounts: { a: account, b: account },
    auth: { mode: 'keys', keys, oidc: { issuer: issuer.url, audience, claim: 'permissions', ...more } },
    logger: pino({ base: null }, { write: (line: string) => { lines.push(line) } })
  })
  test.teardown(close)
  const ask = async (headers: Record<string, string>, url = '/v1/a/servers?limit=1', method: 'GET' | 'POST' = 'GET') => await app.inject({ method, url, headers })
  return { app, ask, lines, warnings: () => lines.map(line => JSON.parse(line)).filter(({ level }) => level === 40) }
}

t.test('a token has the permissions of its claim and is named after its subject', async t => {
  const issuer = await startIssuer(t, key)
  const { ask, lines } = await open(t, issuer)
  t.same(issuer.asked(), [], 'the issuer is not asked before somebody comes with a token')
  const reader = bearer(await makeToken(issuer, key))
  const answer = await ask(reader)
  t.equal(answer.statusCode, 200, answer.body)
  isProblem(t, await ask(reader, '/v1/a/servers/312019/stop', 'POST'), 403, 'forbidden')
  t.same([...new Set(lines.map(line => JSON.parse(line)).filter(({ msg }) => msg === 'request').map(line => line.key))], ['oidc:ada'])
  const claims: Array<[unknown, number, number]> = [
    [['hawser:read', 'offline_access'], 200, 403], ['openid read profile', 200, 403], ['hawser:operate', 403, 404], [['operate', 'read', 5, null, ['write']], 200, 404],
    [['openid'], 403, 403], ['', 403, 403], [undefined, 403, 403], [{ read: true }, 403, 403], [['READ', 'read,operate', 'hawser:hawser:read', 'hawser'], 403, 403]
  ]
  for (const [permissions, reading, operating] of claims) {
    const token = bearer(await makeToken(issuer, key, { permissions }))
    t.equal((await ask(token)).statusCode, reading, JSON.stringify(permissions))
    t.equal((await ask(token, '/v1/a/servers/999999/stop', 'POST')).statusCode, operating, JSON.stringify(permissions))
  }
})

t.test('a token sees the accounts that are configured or that its claim names', async t => {
  const issuer = await startIssuer(t, key)
  const seen = async (more: Record<string, unknown>, claims: Record<string, unknown> = {}): Promise<string[]> => {
    const { ask } = await open(t, issuer, more)
    return (await ask(bearer(await makeToken(issuer, key, claims)), '/v1/accounts')).json<{ data: Array<{ id: string }> }>().data.map(({ id }) => id)
  }
  t.same(await seen({}), ['a', 'b'])
  t.same(await seen({ accounts: ['b'] }), ['b'])
  t.same(await seen({ accounts: ['b'] }, { accounts: '*' }), ['b'], 'no claim is looked at that nobody named')
  for (const [hosting, accounts] of [[undefined, []], ['a', ['a']], [['a', 'b', 'c'], ['a', 'b']], ['*', ['a', 'b']], [['*'], ['a', 'b']], ['', []], [5, []], [{ a: 1 }, []]] as const) {
    t.same(await seen({ accounts_claim: 'hosting' }, { hosting }), accounts, JSON.stringify(hosting))
  }
  t.same(await seen({ accounts_claim: 'constructor' }), [])
  const { ask } = await open(t, issuer, { accounts_claim: 'hosting' })
  isProblem(t, await ask(bearer(await makeToken(issuer, key, { hosting: 'b' }))), 404, 'account-not-found')
})

t.test('tokens signed with every usual kind of key are accepted', async t => {
  const keys = await Promise.all(['RS384', 'PS256', 'ES384', 'EdDSA'].map(async alg => await makeKey(alg, alg)))
  const issuer = await startIssuer(t, ...keys)
  const { ask } = await open(t, issuer)
  for (const one of keys) t.equal((await ask(bearer(await makeToken(issuer, one, { aud: ['other', audience] })))).statusCode, 200, one.alg)
  t.equal(issuer.asked().length, 2, 'its keys are kept')
})

/** Everything that is nearly a token, by why it is none. */
async function wrongTokens (issuer: Issuer): Promise<Array<[string, Record<string, string>]>> {
  const other = await makeKey('first', 'RS256')
  const now = Math.floor(Date.now() / 1000)
  const good = await makeToken(issuer, key)
  const [header = '', payload = '', signature = ''] = good.split('.')
  const claims = { iss: issuer.url, aud: audience, sub: 'ada', exp: now + 300, permissions: ['read'] }
  const byHmac = async (secret: string): Promise<string> => await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: key.kid }).sign(Buffer.from(secret))
  const tokens: Array<[string, string]> = [
    ['the token has expired', await makeToken(issuer, key, { exp: now - 60 })],
    ['the token is not valid yet', await makeToken(issuer, key, { nbf: now + 60 })],
    ['the token is not for the configured audience', await makeToken(issuer, key, { aud: 'hawser2' })],
    ['the token is not for the configured audience', await makeToken(issuer, key, { aud: undefined })],
    ['the token is not from the configured issuer', await makeToken(issuer, key, { iss: `${issuer.url}/` })],
    ['the token is not from the configured issuer', await makeToken(issuer, key, { iss: undefined })],
    ['the token has no valid exp claim', await makeToken(issuer, key, { exp: undefined })],
    ['the token has no subject of 1 to 255 printable ASCII characters', await makeToken(issuer, key, { sub: undefined })],
    ['the token has no subject of 1 to 255 printable ASCII characters', await makeToken(issuer, key, { sub: '' })],
    ['the token has no subject of 1 to 255 printable ASCII characters', await makeToken(issuer, key, { sub: 'a'.repeat(256) })],
    ['the token has no subject of 1 to 255 printable ASCII characters', await makeToken(issuer, key, { sub: 'ada\nlevel' })],
    ['the algorithm is not allowed', `${encoded({ alg: 'none' })}.${payload}.`],
    ['the algorithm is not allowed', `${encoded({ alg: 'none', kid: key.kid })}.${payload}.${signature}`],
    ['the algorithm is not allowed', await byHmac(await exportSPKI(key.publicKey))],
    ['the algorithm is not allowed', await byHmac(JSON.stringify(key.jwk))],
    ['the signature is invalid', await makeToken(issuer, other)],
    ['the signature is invalid', await makeToken(issuer, other, {}, { jwk: await exportJWK(other.publicKey), jku: `${issuer.server.origin}/others` })],
    ['the signature is invalid', `${header}.${encoded({ ...claims, permissions: ['admin'] })}.${signature}`],
    ['the signature is invalid', `${header}.${payload}.`],
    ['the issuer has no such key', await makeToken(issuer, key, {}, { kid: 'made-up' })],
    ['the token or the issuer\'s key cannot be read', await makeToken(issuer, key, { permissions: ['x'.repeat(20_000)] })],
    ['the token or the issuer\'s key cannot be read', `${encoded({ alg: 'RS256', kid: key.kid, crit: ['SECRETCRIT'], SECRETCRIT: 1 })}.${payload}.${signature}`],
    ['the token or the issuer\'s key cannot be read', `${'x'.repeat(100_000)}.y.z`],
    ['the token or the issuer\'s key cannot be read', 'a.b.c'],
    ['', 'garbage'], ['', `${good}.${signature}`], ['', '..'], ['', `${good}=`], ['', `${header}.${payload}`], ['', `${header}.${payload}.${signature}.x.y`]
  ]
  return [
    ...tokens.map(([why, token]): [string, Record<string, string>] => [why, bearer(token)]),
    ['', { 'x-api-key': good }],
    ['', { ...bearer(good), 'x-api-key': good }],
    ['', { ...bearer(good), 'x-api-key': 'other' }],
    ['', { authorization: good }],
    ['', { authorization: `Basic ${good}` }]
  ]
}

t.test('every invalid token gets the same 401, and the log has the reason without the token', async t => {
  const issuer = await startIssuer(t, key)
  const { ask, lines, warnings } = await open(t, issuer)
  const plain = await ask({})
  const stranger = isProblem(t, plain, 401, 'unauthenticated')
  const cases = await wrongTokens(issuer)
  for (const [why, headers] of cases) {
    const answer = await ask(headers)
    const name = `${why}: ${JSON.stringify(headers).slice(0, 60)}`
    t.same({ ...isProblem(t, answer, 401, 'unauthenticated'), request_id: '' }, { ...stranger, request_id: '' }, name)
    t.same(Object.keys(answer.headers).sort(), Object.keys(plain.headers).sort(), name)
    t.equal(answer.headers['www-authenticate'], plain.headers['www-authenticate'])
  }
  const told = warnings()
  t.same(told.map(({ reason }) => reason).sort(), [...new Set(cases.map(([why]) => why).filter(why => why !== ''))].sort(), 'each reason once, however often')
  for (const warning of told) t.match(warning, { msg: 'a token was rejected', reqId: String })
  const log = lines.join('')
  for (const [, headers] of cases) {
    const parts = Object.values(headers).flatMap(value => value.split(/[ .]/)).filter(part => part.length > 6).map(part => part.slice(0, 40))
    t.same(parts.filter(part => log.includes(part)), [])
  }
  t.notMatch(log, /SECRETCRIT|made-up|hawser2/)
  t.equal((await ask(bearer(await makeToken(issuer, key)))).statusCode, 200, 'and a good one goes on to be taken')
  t.same(new Set(issuer.asked()), new Set(['/realms/test/.well-known/openid-configuration', '/keys']), 'nothing of a token is fetched')
})

t.test('each refusal has its own reason', async t => {
  const issuer = await startIssuer(t, key)
  const http = createHttpClient()
  t.teardown(http.close)
  let now = 0
  const read = createTokenReader({ issuer: issuer.url, audience, claim: 'permissions' }, http, () => now)
  for (const [why, { authorization = '' }] of await wrongTokens(issuer)) {
    if (why === '') continue
    const told: string[] = []
    now += 60_000
    t.equal(await read(authorization.slice('Bearer '.length), reason => { told.push(reason) }), null)
    t.same(told, [why])
  }
})

t.test('a few seconds of clock skew are accepted', async t => {
  const issuer = await startIssuer(t, key)
  const { ask } = await open(t, issuer)
  const now = Math.floor(Date.now() / 1000)
  t.equal((await ask(bearer(await makeToken(issuer, key, { nbf: now + 4 })))).statusCode, 200)
})

t.test('API keys work beside tokens, even one that looks like a token', async t => {
  const issuer = await startIssuer(t, key)
  const entry = (name: string, text: string) => ({ name, sha256: sha256(text), accounts: ['*'], permissions: ['read'] })
  const { ask } = await open(t, issuer, {}, [entry('plain', 'plain-key'), entry('dotted', 'a.b.c')])
  for (const text of ['plain-key', 'a.b.c']) {
    t.equal((await ask(bearer(text))).statusCode, 200)
    t.equal((await ask({ 'x-api-key': text })).statusCode, 200)
    t.equal((await ask({ ...bearer(text), 'x-api-key': text })).statusCode, 200)
  }
  t.same(issuer.asked(), [], 'the issuer is not asked about keys')
  t.equal((await ask(bearer(await makeToken(issuer, key)))).statusCode, 200)
})

t.test('a token that is too long for a header is refused before it is parsed, on a real connection', async t => {
  const issuer = await startIssuer(t, key)
  const { app } = await open(t, issuer)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect(portOf(app.server), '127.0.0.1')
  t.teardown(async () => { socket.destroy() })
  socket.end(`GET /v1/a/servers HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${'x'.repeat(20_000)}.y.z\r\n\r\n`)
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  t.match(text, /^HTTP\/1\.1 4\d\d /)
  t.same(issuer.asked(), [])
})

t.test('with the issuer unreachable the answer is the same 401', async t => {
  const issuer = await startIssuer(t, key)
  issuer.server.fail({ kind: 'reset-before', times: 1000 })
  const { ask, warnings } = await open(t, issuer)
  const token = bearer(await makeToken(issuer, key))
  const strangers = await ask({})
  for (let count = 0; count < 3; count += 1) {
    t.same({ ...(await ask(token)).json<object>(), request_id: '' }, { ...strangers.json<object>(), request_id: '' })
  }
  t.match(warnings(), [{ reason: /could not be reached/ }])
  t.equal(warnings().length, 1)
})
