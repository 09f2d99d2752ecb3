import { randomBytes } from 'node:crypto'
import t from 'tap'
import { noGuards } from '../src/access/guards.ts'
import { z } from 'zod'
import { createAuthenticate, type KeySettings } from '../src/access/api-key.ts'
import { anonymous, maySee, permissions, requirePermission, type Principal } from '../src/access/principal.ts'
import { heficed } from '../src/adapters/heficed/adapter.ts'
import { GatewayError, type Failure } from '../src/domain/failure.ts'
import { createCut, cutNothing, redacted } from '../src/domain/cut-secrets.ts'
import { redact, redactText } from '../src/domain/redact.ts'
import { createRepeatedAnswers } from '../src/transport/repeated-answers.ts'
import { openAccount, type Account } from '../src/transport/account.ts'
import { createRetryBudget } from '../src/transport/retry.ts'
import { systemClock } from '../src/domain/clock.ts'
import { createTokenSource } from '../src/transport/token-source.ts'
import { createHttpClient, type HttpResponse } from '../src/upstream/http.ts'
import { HttpFault, type HttpFaultKind } from '../src/upstream/http-fault.ts'
import { failureOfStatus, isSuccess, malformed, parseJson, parseWire, refused, retryAfterMs } from '../src/upstream/read.ts'
import { noBreaker } from '../src/transport/breaker.ts'
import { sha256 } from './helpers/api.ts'
import { openGate } from './helpers/line.ts'
import { createMemoryStores } from '../src/state/stores.ts'

const settings = (key: string, more: Partial<KeySettings> = {}): KeySettings =>
  ({ name: key, sha256: sha256(key), accounts: ['*'], permissions: ['read'], ...more })

/** Asks as X-API-Key does. */
function authenticateWith (...keys: readonly KeySettings[]): (text: string) => Promise<Principal | null> {
  const authenticate = createAuthenticate(keys, null, Date.now)
  return async text => {
    const found = await authenticate({ text, mayBeToken: false, onRefusal: () => {} })
    return found === null || 'expiredAt' in found ? null : found
  }
}

t.test('API keys are stored as digests, and only the whole key matches', async t => {
  const authenticate = authenticateWith(settings('first'), settings('second', { sha256: sha256('second').toUpperCase() }), settings('schlüssel'))
  t.match(await authenticate('first'), { id: 'first' })
  t.match(await authenticate('second'), { id: 'second' }, 'capitals in the digest are the same digits')
  t.match(await authenticate('schlüssel'), { id: 'schlüssel' })
  for (const wrong of ['', 'firs', 'first ', ' first', 'First', 'first\0', sha256('first'), 'firstsecond', '*', 'x'.repeat(100_000)]) t.equal(await authenticate(wrong), null, JSON.stringify(wrong.slice(0, 70)))
  t.equal(await authenticateWith()('first'), null)
})

t.test('a key has exactly its configured permissions; none implies another', async t => {
  for (const given of permissions) {
    const principal = await authenticateWith(settings('k', { permissions: [given] }))('k')
    if (principal === null) throw new Error('the key is known')
    for (const asked of permissions) {
      if (asked === given) t.doesNotThrow(() => { requirePermission(principal, asked) })
      else t.throws(() => { requirePermission(principal, asked) }, GatewayError, `${given} is not ${asked}`)
    }
  }
  try { requirePermission({ id: 'k', permissions: new Set(['read']), accounts: null }, 'delete') } catch (error) { t.match(error, { refusal: 'forbidden', message: /delete/ }) }
  for (const asked of permissions) t.doesNotThrow(() => { requirePermission(anonymous, asked) })
})

t.test('a key sees only its listed accounts, or all with "*"', async t => {
  const authenticate = authenticateWith(settings('all'), settings('two', { accounts: ['a', 'b'] }), settings('mixed', { accounts: ['a', '*'] }), settings('none', { accounts: [] }))
  const sees = async (key: string): Promise<string[]> => {
    const found = await authenticate(key)
    return ['a', 'b', 'c', '*', 'constructor'].filter(account => found !== null && maySee(found, account))
  }
  t.same(await sees('all'), ['a', 'b', 'c', '*', 'constructor'])
  t.same(await sees('two'), ['a', 'b'])
  t.same(await sees('mixed'), ['a', 'b', 'c', '*', 'constructor'])
  t.same(await sees('none'), [])
  t.ok(maySee(anonymous, 'a'))
})

t.test('members whose names suggest a secret are replaced at every depth', t => {
  const names = ['password', 'Password', 'adminPass', 'rootpassword', 'root_passwd', 'passphrase', 'client_secret', 'secretKey', 'token', 'accessToken', 'api_key', 'apikey', 'privateKey', 'private_key', 'login_key', 'credentials', 'Authorization', 'set-cookie', 'pw', 'auth', 'key', 'user_data', 'userdata']
  for (const name of names) {
    for (const value of ['hunter2', 12_345, ['hunter2'], { inner: 'hunter2' }]) {
      const shown = JSON.stringify(redact({ list: [{ deep: { [name]: value, stays: 1 } }] }))
      t.equal(shown, JSON.stringify({ list: [{ deep: { [name]: redacted, stays: 1 } }] }), name)
    }
  }
  t.end()
})

t.test('members without secrets stay, and so does the fact that a secret is set', t => {
  const value = { password: '', token: null, auth: true, secret: false, id: 5, name: 'web', keys: 2, passed: 'x', monkey: 'y', tags: ['a', ['b']], empty: {}, nothing: null }
  t.same(JSON.parse(JSON.stringify(redact(value))), value)
  for (const plain of [null, undefined, 5, 'text', true]) t.equal(redact(plain), plain)
  t.same(JSON.parse(JSON.stringify(redact({ uuid: 'x', Uuid: 'y' }, new Set(['uuid'])))), { uuid: redacted, Uuid: 'y' }, 'a vendor\'s own names are told')
  t.end()
})

t.test('redaction does not change the original', t => {
  const original = { password: 'hunter2', list: [{ token: 'abc' }] }
  redact(original)
  t.same(original, { password: 'hunter2', list: [{ token: 'abc' }] })
  t.end()
})

t.test('a member named __proto__ stays a member and is redacted inside', t => {
  const shown = redact(JSON.parse('{"__proto__": {"password": "hunter2", "polluted": 1}, "constructor": {"prototype": {"token": "x"}}}'))
  t.equal(JSON.stringify(shown), '{"__proto__":{"password":"[redacted]","polluted":1},"constructor":{"prototype":{"token":"[redacted]"}}}')
  t.notOk('polluted' in {})
  t.end()
})

t.test('deeply nested input is cut off, and nothing below is shown', t => {
  const depth = 5000
  for (const [open, close] of [['{"a":', '}'], ['[', ']']] as const) {
    const shown = JSON.stringify(redact(JSON.parse(`${open.repeat(depth)}"hunter2"${close.repeat(depth)}`)))
    t.notMatch(shown, 'hunter2')
    t.match(shown, redacted)
  }
  t.end()
})

t.test('known secrets are removed from a text wherever they occur', t => {
  t.equal(redactText('login hunter2 with hunter2!', createCut(['hunter2'])), 'login [redacted] with [redacted]!')
  t.equal(redactText('a+b(c)$& is wrong', createCut(['a+b(c)$&'])), '[redacted] is wrong', 'signs are only signs')
  t.notMatch(
    redactText('the password hunter2hunter3 is bad', createCut(['hunter2', 'hunter2hunter3'])), 'hunter3', 'the longer of two goes whole'
  )
  t.notMatch(redactText('the pass phrase correct  horse is bad', createCut(['correct  horse'])), 'horse', 'also with two spaces in it')
  t.notMatch(redactText(`${'x'.repeat(495)}hunter2`, createCut(['hunter2'])), 'hunt', 'also where the text is cut')
  t.equal(
    redactText('a normal message', createCut(['', 'a', 'no'])), 'a normal message', 'too short to be a secret, and it would cut words'
  )
  t.end()
})

t.test('unknown credentials are recognized by their position in a text', t => {
  const texts = [
    'sent Authorization: Bearer hunter2-hunter2', 'bearer HUNTER2abcdef', 'Basic dXNlcjpodW50ZXIy', 'Token hunter2hunter2',
    'X-Auth-Token: hunter2hunter2', 'token=hunter2hunter2', 'password: hunter2', '{"password":"hunter2"}',
    'GET https://panel.example.com/x?token=hunter2&a=1', 'https://vnc.example.com/?a=1&password=hunter2', 'https://h/?access_token=hunter2', 'https://h/?auth=hunter2#x',
    'https://h/?api_key=hunter2', 'https://h/?client_secret=hunter2', 'https://admin:hunter2@panel.example.com/x'
  ]
  for (const text of texts) t.notMatch(redactText(text), /hunter2|HUNTER2|dXNlcjpo/, text)
  t.match(redactText('GET https://panel.example.com/x?token=hunter2&a=1'), /panel\.example\.com\/x.*a=1/, 'the rest of the address stays')
  t.end()
})

t.test('ordinary vendor messages stay readable', t => {
  for (const text of ['Invalid token provided', 'Basic authentication is required', 'The token expired', 'token validation failed', 'No such key', 'Server 5 is locked', 'Password must have 8 characters']) t.equal(redactText(text), text)
  t.end()
})

t.test('a text becomes one line of bounded length', t => {
  t.equal(redactText('  two\r\nlines\tand\u0000a zero\u001b[31m '), 'two lines and a zero [31m')
  t.equal(redactText('x'.repeat(2000)).length, 501)
  t.equal(redactText('abcdef', cutNothing, 3), 'abc…')
  const began = performance.now()
  redactText('bearer '.repeat(200_000), createCut(['hunter2']))
  redactText(`?token=${'&token='.repeat(200_000)}`)
  redactText(' '.repeat(1_000_000))
  t.ok(performance.now() - began < 20_000, 'a large text costs little')
  t.end()
})

function openHeficed (t: { teardown(work: () => unknown): unknown }, secret: string): Account {
  const http = createHttpClient()
  t.teardown(async () => { await http.close() })
  return openAccount({
    id: 'acc',
    adapter: heficed,
    settings: { ...heficed.example, client_secret: secret },
    options: { title: null, timeoutMs: 1000, requestDeadlineMs: 1000, readOnly: false, raw: false, guard: noGuards, cacheMs: 0 },
    transport: { account: 'acc', clock: systemClock, http, timeoutMs: 1000, tokens: createTokenSource({ key: 'acc', store: createMemoryStores().tokens }), budget: createRetryBudget('acc', createMemoryStores().tokenBuckets, () => {}), breaker: noBreaker, bulkhead: openGate, allowance: null, repeatedAnswers: createRepeatedAnswers(), random: Math.random, report: () => {} },
    secrets: [secret]
  })
}

t.test('an account\'s own secrets never appear, not even inside a vendor\'s object', t => {
  const account = openHeficed(t, 'hunter2-hunter2')
  t.equal(account.safeText('wrong: hunter2-hunter2'), 'wrong: [redacted]')
  const details = { message: 'the sign-in with hunter2-hunter2 failed', tried: ['hunter2-hunter2'], kept: 'the rest' }
  const shown = JSON.stringify(account.safeValue(details))
  t.notMatch(shown, 'hunter2')
  t.match(shown, 'the rest')
  t.end()
})

const response = (status: number, headers: Record<string, string> = {}, text = ''): HttpResponse => ({ status, headers, text })
const after = (value: string, now?: number): number | undefined => retryAfterMs(response(429, { 'retry-after': value }), now)

t.test('Retry-After is read in seconds and as a date', t => {
  const now = Date.UTC(2026, 10, 21, 10, 0, 0)
  t.equal(after('0'), 0)
  t.equal(after('5'), 5000)
  t.equal(after(' 120 '), 120_000)
  t.equal(after('Sat, 21 Nov 2026 10:00:30 GMT', now), 30_000)
  t.equal(after('Saturday, 21-Nov-26 10:00:30 GMT', now), 30_000, 'the old form too')
  t.equal(after('Sat, 21 Nov 2026 09:00:00 GMT', now), 0, 'a moment that is past')
  t.equal(retryAfterMs(response(429)), undefined)
  t.end()
})

t.test('a malformed Retry-After is ignored', t => {
  for (const value of ['', ' ', 'soon', '-5', '+5', '1.5', '120.5', '5, 5', '5 s', '1e3', '0x10', 'NaN', '9'.repeat(30), 'Sat, 99 Nov 2026']) t.equal(after(value), undefined, JSON.stringify(value.slice(0, 20)))
  t.end()
})

t.test('a status has its usual failure where the vendor gives no further detail', t => {
  const expected: ReadonlyArray<readonly [Failure, readonly number[]]> = [
    ['unavailable', [408, 417, 499, 500, 501, 502, 503, 504, 507, 520, 526, 599]],
    ['rejected', [400, 406, 411, 413, 415, 418, 422]],
    ['authentication', [401]], ['quota', [402]], ['forbidden', [403]], ['not-found', [404]], ['unsupported', [405, 410]],
    ['conflict', [409, 423]], ['rate-limited', [429]], ['malformed', [200, 204, 301, 302, 303, 304, 307, 308]]
  ]
  for (const [failure, statuses] of expected) for (const status of statuses) t.equal(failureOfStatus(status), failure, String(status))
  for (const status of [200, 201, 202, 204, 299]) t.ok(isSuccess(response(status)), String(status))
  for (const status of [199, 300, 302, 400, 500]) t.notOk(isSuccess(response(status)), String(status))
  t.end()
})

t.test('a refusal carries the vendor\'s code and message but no other part of the body', t => {
  t.match(refused(response(429, { 'retry-after': '7', 'x-request-id': 'abc' }, 'hunter2')), { failure: 'rate-limited', options: { status: 429, retryAfterMs: 7000, requestId: 'abc' } })
  t.match(refused(response(500), { failure: 'conflict', code: 12, vendorMessage: 'busy' }), { failure: 'conflict', options: { status: 500, code: 12, vendorMessage: 'busy' } })
  const plain = refused(response(404, {}, 'hunter2'))
  t.notOk('retryAfterMs' in plain.options || 'requestId' in plain.options)
  t.notMatch(JSON.stringify([plain.message, plain.options]), 'hunter2')
  t.match(malformed(response(200), 'no'), { failure: 'malformed', options: { status: 200 } })
  t.end()
})

t.test('the text of a refusal follows its meaning and never names the status, which may contradict it', t => {
  const missing = refused(response(403), { failure: 'not-found', vendorMessage: 'no' })
  t.equal(missing.message, 'the provider has no such object, or does not show it to this account')
  t.match(missing.options, { status: 403, vendorMessage: 'no' }, 'the status stands beside it')
  const conflict = refused(response(400)).withFacts({ attempts: 3, sideEffect: 'possible' }).meaning(
    'conflict', { member: 'body.plan' }
  )
  t.match(conflict, { failure: 'conflict', message: 'the provider rejected this in the current state' })
  t.match(conflict, { attempts: 3, sideEffect: 'possible', options: { status: 400, member: 'body.plan' } }, 'all else is as it was')
  t.equal(malformed(response(200), 'in its own words').meaning('rejected').message, 'in its own words')
  for (const status of [200, 302, 400, 401, 402, 403, 404, 405, 409, 422, 429, 500, 503]) {
    t.notMatch(
      refused(response(status)).message, /\d/, String(status)
    )
  }
  t.end()
})

t.test('a malformed response is described by paths, without values', t => {
  const schema = z.object({ id: z.number(), list: z.array(z.object({ name: z.string() })), kind: z.enum(['a', 'b']) })
  t.same(parseWire(schema, { id: 1, list: [{ name: 'x' }], kind: 'a', more: true }, response(200)), { id: 1, list: [{ name: 'x' }], kind: 'a' })
  const complaintAbout = (value: unknown): string => {
    try { parseWire(schema, value, response(200)); return '' } catch (error) { return error instanceof Error ? error.message : '' }
  }
  const complaint = complaintAbout({ id: 'hunter2', list: [{ name: 'x' }, { name: 5 }], kind: 'hunter2' })
  for (const path of ['id', 'list.1.name', 'kind']) t.match(complaint, path)
  t.notMatch(complaint, 'hunter2')
  t.match(complaintAbout(undefined), /the body/)
  t.same(parseJson('{"a":1}'), { a: 1 })
  for (const text of ['', '{', '<html>', '{"a":1} x']) t.equal(parseJson(text), undefined, text)
  t.end()
})

t.test('a fault below HTTP says whether anything was sent', t => {
  const error = (code: string): Error => Object.assign(new Error(`10.0.0.1 hunter2 ${code}`), { code })
  const cases: ReadonlyArray<readonly [string, boolean, HttpFaultKind]> = [
    ['ECONNREFUSED', false, 'refused'], ['ENOTFOUND', false, 'refused'], ['EAI_AGAIN', false, 'refused'], ['EHOSTUNREACH', false, 'refused'], ['UND_ERR_CONNECT_TIMEOUT', false, 'refused'], ['ECONNRESET', false, 'refused'],
    ['ECONNRESET', true, 'reset'], ['EPIPE', true, 'reset'], ['UND_ERR_SOCKET', true, 'reset'], ['HPE_INVALID_CONSTANT', true, 'reset'], ['ETIMEDOUT', true, 'reset'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', false, 'tls'], ['SELF_SIGNED_CERT_IN_CHAIN', false, 'tls'], ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', false, 'tls'], ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', false, 'tls'], ['CERT_HAS_EXPIRED', false, 'tls'], ['CERT_NOT_YET_VALID', false, 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false, 'tls'], ['HOSTNAME_MISMATCH', false, 'tls'], ['ERR_SSL_WRONG_VERSION_NUMBER', false, 'tls'], ['EPROTO', false, 'tls']
  ]
  for (const [code, sent, kind] of cases) {
    const fault = HttpFault.from(error(code), { sent, status: 0 })
    t.match(fault, { kind, sent, status: undefined }, code)
    t.notMatch(fault.message, /10\.0\.0\.1|hunter2/, 'its message quotes nothing of the cause\'s text')
  }
  const aborted = new HttpFault('timeout', { sent: true, status: 200 })
  t.equal(HttpFault.from(aborted, { sent: false }), aborted, 'our own faults stay what they are')
  t.match(aborted, { status: 200, sent: true })
  for (const odd of ['text', null, undefined, 5, { code: 'X' }, new Error('no code')]) t.match(HttpFault.from(odd, { sent: true }), { kind: 'reset' })
  t.equal(HttpFault.from(error('EPIPE'), { sent: true, status: 502 }).status, 502)
  t.end()
})

t.test('a failed connection is named by host, port and cause, in one sentence', async t => {
  const peer = { host: 'vm.example.com', port: 8443 }
  const rows = [
    [
      'ECONNREFUSED', false, 'ECONNREFUSED',
      'no connection could be made to vm.example.com:8443: the connection was refused (ECONNREFUSED)'
    ],
    ['ENOTFOUND', false, 'ENOTFOUND', 'no connection could be made to vm.example.com:8443: the host name does not exist (ENOTFOUND)'],
    [
      'UND_ERR_CONNECT_TIMEOUT', false, 'ETIMEDOUT',
      'no connection could be made to vm.example.com:8443: the host did not respond in time (ETIMEDOUT)'
    ],
    [
      'UND_ERR_SOCKET', true, 'ECONNRESET',
      'the connection to vm.example.com:8443 broke: the other side closed the connection (ECONNRESET)'
    ],
    ['HPE_INVALID_CONSTANT', true, 'HPE_INVALID_CONSTANT', 'the answer of vm.example.com:8443 is not HTTP (HPE_INVALID_CONSTANT)'],
    [
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE', false, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      /vm\.example\.com:8443: the authority of the certificate is unknown \(UNABLE/
    ],
    ['EWHATEVER', false, 'EWHATEVER', 'no connection could be made to vm.example.com:8443 (EWHATEVER)']
  ] as const
  for (const [code, sent, cause, message] of rows) {
    const fault = HttpFault.from(Object.assign(new Error('hunter2'), { code }), { sent, peer })
    t.match(fault, { message, connection: { ...peer, cause } }, code)
  }
  t.match(
    HttpFault.from(new Error('no code'), { sent: false, peer }),
    { message: 'no connection could be made to vm.example.com:8443', connection: { ...peer, cause: null } }
  )
  for (const kind of ['timeout', 'too-large', 'aborted', 'unsendable'] as const) {
    t.equal(
      new HttpFault(kind, { sent: true, peer }).connection, null, `${kind} is no fault of a connection`
    )
  }
})

t.test('the client throws only its own fault, which names host and port but no other part of the URL', async t => {
  const http = createHttpClient()
  t.teardown(async () => { await http.close() })
  const limits = { timeoutMs: 1000, signal: new AbortController().signal }
  const faultOf = async (url: string, headers: Record<string, string> = {}): Promise<unknown> => await http.send({ method: 'GET', url, headers }, limits).then(() => null, (error: unknown) => error)
  const hidden = randomBytes(8).toString('hex')
  const rows = [
    ['refused', `http://user:${hidden}@127.0.0.1:1/${hidden}?token=${hidden}`, {}, { host: '127.0.0.1', port: 1, cause: 'ECONNREFUSED' }],
    ['refused', `http://nowhere.invalid/${hidden}`, {}, { host: 'nowhere.invalid', port: 80, cause: /^(ENOTFOUND|EAI_AGAIN)$/ }],
    ['unsendable', 'http://127.0.0.1:1/', { 'x-bad': `${hidden}\r\nx: y` }, null]
  ] as const
  for (const [kind, url, headers, connection] of rows) {
    const fault = await faultOf(url, headers)
    if (!(fault instanceof HttpFault)) throw fault
    t.match(fault, { kind, connection })
    t.notMatch(JSON.stringify([String(fault), fault.connection]), hidden)
  }
  t.match(await http.send({ method: 'GET', url: 'http://127.0.0.1:1/', headers: {} }, { timeoutMs: 1000, signal: AbortSignal.abort() }).catch((error: unknown) => error), { kind: 'aborted', sent: false })
})
