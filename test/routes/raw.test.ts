import { request } from 'node:http'
import t from 'tap'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { startHeficed } from '../../sandbox/heficed/simulator.ts'
import { askOf, isProblem, sentDuring, sha256, type Method } from '../helpers/api.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { portOf } from '../helpers/ports.ts'

const heficed = await startHeficed({ behavior: { actionMs: 60 } })
const glesys = await startGlesys({ behavior: { actionMs: 60 } })
const settings = heficed.settings['heficed-main']
const hef = { provider: 'heficed', ...settings, raw: true }
const { app, close } = await composeGateway({
  accounts: {
    hef,
    off: { provider: 'heficed', ...settings },
    read: { ...hef, read_only: true },
    based: { ...hef, api_url: `${heficed.origin}/common` },
    gle: { provider: 'glesys', ...glesys.settings['glesys-lab'], raw: true },
    xml: { provider: 'glesys', ...glesys.settings['glesys-lab'], raw: true, format: 'xml' }
  }
})
t.teardown(async () => { await close(); await heficed.close(); await glesys.close() })

const ask = askOf(app, 'hef')
const gle = askOf(app, 'gle')
const instances = `/raw/${settings?.organization_id ?? ''}/kronoscloud/instances`
const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

t.test('raw is disabled unless the account enables it', async t => {
  const sent = await sentDuring(heficed.calls, async () => {
    for (const method of methods) isProblem(t, await askOf(app, 'off')(method, `${instances}/312019`), 403, 'forbidden')
  })
  t.same(sent, [])
  t.match((await ask('GET', '')).json(), { capabilities: { raw: { support: 'native' } } })
  t.match((await askOf(app, 'off')('GET', '')).json(), { capabilities: { raw: { support: 'none' } } })
})

t.test('a read is forwarded with its query, and its answer has no secrets', async t => {
  const [sent] = await sentDuring(heficed.calls, async () => {
    const answer = await ask('GET', `${instances}?limit=2&offset=1&name=a%26b`)
    t.equal(answer.statusCode, 200)
    t.match(answer.headers['content-type'], /^application\/json/)
    t.equal(answer.headers['cache-control'], 'no-store')
    t.equal(answer.headers['hawser-upstream-calls'], '2', 'the call and the sign-in')
    t.match(answer.json(), { data: [{ password: '[redacted]' }, { password: '[redacted]' }] })
    t.notOk(answer.body.includes('SECRET'))
  })
  t.equal(sent?.path, instances.slice('/raw'.length))
  t.equal(sent?.rawQuery, 'limit=2&offset=1&name=a%26b')
})

t.test('the body is forwarded, and the provider\'s status is kept', async t => {
  const accepted = await ask('POST', `${instances}/312019/stop`, { body: { force: true } })
  t.equal(accepted.statusCode, 200)
  t.match(accepted.json(), { action: 'stop', status: 'pending' })
  t.match(heficed.calls.at(-1), { body: '{"force":true}', headers: { 'content-type': 'application/json' } })
  const missing = await ask('GET', `${instances}/999999999`)
  t.equal(missing.statusCode, 404)
  t.match(missing.headers['content-type'], /^application\/json/, 'it is no problem of ours')
  t.equal((await ask('POST', `${instances}/312019/stop`, { body: { force: 'maybe' } })).statusCode, 400)
  heficed.fail({ kind: 'reply', reply: { status: 500, headers: { 'content-type': 'text/html' }, body: '<h1>no</h1>' } })
  const broken = await ask('POST', `${instances}/312019/start`)
  t.equal(broken.statusCode, 500)
  t.equal(broken.json(), '<h1>no</h1>')
  heficed.fail({ kind: 'reply', reply: { status: 204 } })
  const empty = await ask('DELETE', `${instances}/312019`)
  t.equal(empty.statusCode, 204)
  t.equal(empty.body, '')
})

t.test('the account\'s own credentials are redacted in raw answers', async t => {
  const token = /Bearer (\S+)/.exec(heficed.calls.at(-1)?.headers['authorization'] ?? '')?.[1] ?? ''
  heficed.fail({ kind: 'reply', reply: { status: 200, body: { note: `you sent ${token} of ${settings?.client_secret ?? ''}`, api_key: 'k' } } })
  const answer = await ask('GET', '/raw/whatever')
  t.same(answer.json(), { note: 'you sent [redacted] of [redacted]', api_key: '[redacted]' })
})

t.test('passwords in name/value rows, and in texts that contain JSON, are replaced', async t => {
  const params = JSON.stringify({ name: 'web', password: 'hunter2' })
  const metadata = [
    { id: '1', key: '__vnc_password', value: 'hunter2' }, { id: '2', key: 'create_params', value: params },
    { id: '3', key: 'os', value: 'Linux' }
  ]
  heficed.fail({ kind: 'reply', reply: { status: 200, body: { metadata, events: [{ action: 'create', notes: params }] } } })
  const shown = '{"name":"web","password":"[redacted]"}'
  t.same((await ask('GET', '/raw/whatever')).json(), {
    metadata: [
      { id: '1', key: '__vnc_password', value: '[redacted]' }, { id: '2', key: 'create_params', value: shown },
      { id: '3', key: 'os', value: 'Linux' }
    ],
    events: [{ action: 'create', notes: shown }]
  })
})

/** The status of an answer to a path that no client has tidied up before. */
async function onTheWire (path: string): Promise<number> {
  const port = portOf(app.server)
  return await new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, agent: false }, answer => { answer.resume().on('end', () => { resolve(answer.statusCode ?? 0) }) }).on('error', reject).end()
  })
}

t.test('paths stay below the base, in any encoding', async t => {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const disguises = [
    '..', '.', '%2e%2e', '%2E.', '.%2e', '%252e%252e', '%25252e%25252e', '%2525252525252e', 'a%2f..%2fb', 'a%2fb', 'a%252fb', 'a%5cb', '..%5c', 'a%00', 'a%0d%0ab', '%c0%ae%c0%ae', '%u002e',
    '..;', '..;x=1', '%2e%2e%3bx', '..%20', '%09..', '%EF%BC%8E%EF%BC%8E', '%E2%80%A5', 'a%EF%BC%8Fb'
  ]
  const unreadable = new Set(['%c0%ae%c0%ae', '%u002e'])
  const sent = await sentDuring(heficed.calls, async () => {
    for (const segment of disguises) {
      for (const path of [`${segment}/oauth2`, `x/${segment}`, segment, `x/${segment}/y`]) {
        t.equal(await onTheWire(`/v1/based/raw/${path}`), unreadable.has(segment) ? 400 : 403, path)
      }
    }
    for (const path of ['/v1/off/../hef/raw/x', '/v1/based/./raw/x', '/v1/based/raw']) t.equal(await onTheWire(path), 404, path)
  })
  t.same(sent, [])
  const [plain] = await sentDuring(heficed.calls, async () => { await onTheWire('/v1/based/raw/kronoscloud/templates?instanceTypeId=linux&locationId=uk-lon1&up=../..') })
  t.equal(plain?.path, '/common/kronoscloud/templates')
})

t.test('paths that sign in or return credentials are refused', async t => {
  const sent = await sentDuring(heficed.calls, async () => {
    for (const path of ['/oauth2/token', '/OAuth2/Token', '/oauth2%2ftoken', '/x/login', '//oauth2/token', '/oauth2;a/token']) {
      isProblem(t, await ask('POST', `/raw${path}`), 403, 'forbidden')
    }
  })
  t.same(sent, [])
  const calls = glesys.calls.length
  for (const path of ['/user/login', '/user/logout', '/User/Login', '/us%65r/login', '/api/../user/login']) isProblem(t, await gle('POST', `/raw${path}`), 403, 'forbidden')
  t.equal(glesys.calls.length, calls)
})

t.test('DELETE also needs the permission delete, and read_only refuses all but GET', async t => {
  const keys = [{ name: 'raw', sha256: sha256('raw'), accounts: ['*'], permissions: ['raw'] }, { name: 'both', sha256: sha256('both'), accounts: ['*'], permissions: ['raw', 'delete'] }]
  const guarded = await composeGateway({ accounts: { hef }, auth: { mode: 'keys', keys } })
  t.teardown(async () => { await guarded.close() })
  const by = async (key: string, method: Method) => await askOf(guarded.app, 'hef')(method, '/raw/x', { headers: { 'x-api-key': key } })
  isProblem(t, await by('raw', 'DELETE'), 403, 'forbidden')
  t.equal((await by('raw', 'POST')).statusCode, 404, 'the provider knows no such path')
  t.equal((await by('both', 'DELETE')).statusCode, 404)
  for (const method of methods) {
    const answer = await askOf(app, 'read')(method, `${instances}/312019`)
    t.equal(answer.statusCode, method === 'GET' ? 200 : 403, method)
  }
})

t.test('XML is returned as JSON, without the echo of the request', async t => {
  for (const account of ['gle', 'xml']) {
    const answer = await askOf(app, account)('GET', '/raw/server/list')
    t.equal(answer.statusCode, 200)
    t.match(answer.headers['content-type'], /^application\/json/)
    t.match(answer.json(), { response: { status: { text: 'OK' } } })
    t.notOk(answer.body.includes('debug'))
  }
  const edited = await askOf(app, 'xml')('POST', '/raw/server/details', { body: { serverid: 'kvm123456' } })
  t.equal(edited.statusCode, 200)
  t.match(edited.body, /kvm123456/)
  glesys.fail({ kind: 'reply', reply: { status: 200, headers: { 'content-type': 'application/xml' }, body: '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><r>&e;</r>' } })
  t.notOk((await askOf(app, 'xml')('GET', '/raw/server/list')).body.includes('root:'))
})

t.test('a dry run of a raw write shows the call, and a misspelled parameter sends nothing', async t => {
  const sent = await sentDuring(heficed.calls, async () => {
    const dry = await ask('POST', `${instances}/312019/stop?dry_run=true&x=1`, { body: { force: true, password: 'mine' } })
    t.equal(dry.statusCode, 200)
    t.match(dry.json(), { calls: [{ method: 'POST', url: `${heficed.origin}${instances.slice(4)}/312019/stop?x=1`, headers: { authorization: '[redacted]' }, body: { force: true, password: '[redacted]' } }] })
    t.equal((await ask('POST', `${instances}/312019/stop?dry%5Frun=true`)).json<{ calls: unknown[] }>().calls.length, 1, 'however its name is written')
    for (const query of ['dry_run=1', 'dry_run=TRUE', 'dry_run', 'dry_run=', 'dry_run=true&dry_run=false']) {
      isProblem(t, await ask('POST', `${instances}/312019/stop?${query}`), 400, 'invalid-request', 'query.dry_run')
    }
  })
  t.same(sent, [])
  const [real] = await sentDuring(heficed.calls, async () => { await ask('GET', `${instances}/312019?dry_run=false&x=1`) })
  t.equal(real?.rawQuery, 'x=1')
})

t.test('a write is sent once whatever happens, and an expired token is renewed once', async t => {
  heficed.fail({ kind: 'reply', times: 5, match: ({ path }) => path.endsWith('/start'), reply: { status: 503, body: {} } })
  const sent = await sentDuring(heficed.calls, async () => { t.equal((await ask('POST', `${instances}/312020/start`)).statusCode, 503) })
  heficed.clearFaults()
  t.equal(sent.length, 1)
  heficed.revokeTokens()
  const again = await sentDuring(heficed.calls, async () => { t.equal((await ask('POST', `${instances}/312020/start`)).statusCode, 200) })
  t.same(again.map(({ status }) => status), [401, 200])
  heficed.fail({ kind: 'reset-after', match: ({ path }) => path.endsWith('/stop') })
  t.match(isProblem(t, await ask('POST', `${instances}/337201/stop`), 502, 'upstream-unreachable'), { side_effect: 'possible', retryable: 'unsafe' })
  isProblem(t, await app.inject({ method: 'POST', url: `/v1/hef${instances}/1/stop`, headers: { 'content-type': 'text/xml' }, payload: '<a/>' }), 415, 'unsupported-media-type')
  isProblem(t, await ask('POST', '/raw'), 404, 'not-found')
})
