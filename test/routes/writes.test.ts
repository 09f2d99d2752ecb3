import t from 'tap'
import { serverSchema } from '../../src/domain/server.ts'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { startHeficed } from '../../sandbox/heficed/simulator.ts'
import { askOf, isOperation, isProblem, sentDuring, sha256, type Method } from '../helpers/api.ts'
import { composeGateway } from '../helpers/gateway.ts'

const heficedVendor = await startHeficed({ behavior: { actionMs: 60, createMs: 60, cancelMs: 60 } })
const glesysVendor = await startGlesys({ behavior: { actionMs: 60, createMs: 60, lingerMs: 20 } })
const heficed = { provider: 'heficed', ...heficedVendor.settings['heficed-main'] }
const glesys = { provider: 'glesys', ...glesysVendor.settings['glesys-lab'] }
const { app, close } = await composeGateway({
  accounts: { hef: heficed, gle: glesys, read: { ...heficed, read_only: true, raw: true }, frozen: { ...glesys, read_only: true }, bare: { ...heficed, scopes: ['kronoscloud'] } }
})
t.teardown(async () => { await close(); await heficedVendor.close(); await glesysVendor.close() })

const hef = askOf(app, 'hef')
const gle = askOf(app, 'gle')
const soon = { prefer: 'wait=100' }
const image = '92b22afd-ad6a-4cb1-b9f7-91c2a7b1877b'
const hefOrder = { name: 'web-1', region: 'uk-lon1', cpus: 1, memory_mib: 2048, disk_gib: 10, image }
const gleOrder = { name: 'web-9', region: 'Falkenberg', cpus: 2, memory_mib: 2048, disk_gib: 50, image: 'debian-12', password: 'a-Long-Phrase-1' }

interface Write {
  readonly method: Method
  readonly path: string
  readonly permission: string
  readonly body?: object
}

/** Every route that changes something, with a body that would be taken. */
const writes: readonly Write[] = [
  { method: 'POST', path: '/servers', permission: 'write', body: hefOrder },
  { method: 'PATCH', path: '/servers/312019', permission: 'write', body: { name: 'x' } },
  { method: 'DELETE', path: '/servers/312019', permission: 'delete' },
  { method: 'POST', path: '/servers/312019/start', permission: 'operate' },
  { method: 'POST', path: '/servers/312019/stop', permission: 'operate' },
  { method: 'POST', path: '/servers/312019/reboot', permission: 'operate' },
  { method: 'POST', path: '/servers/312019/resize', permission: 'write', body: { cpus: 2 } },
  { method: 'POST', path: '/servers/312019/rebuild', permission: 'write', body: { image } },
  { method: 'POST', path: '/servers/312019/rescue', permission: 'write' },
  { method: 'POST', path: '/servers/312019/unrescue', permission: 'write' },
  { method: 'POST', path: '/servers/312019/password', permission: 'write' },
  { method: 'POST', path: '/servers/312019/console', permission: 'operate' },
  { method: 'POST', path: '/servers/312019/snapshots', permission: 'write', body: { name: 's' } },
  { method: 'POST', path: '/servers/312019/snapshots/s1/restore', permission: 'write' },
  { method: 'DELETE', path: '/servers/312019/snapshots/s1', permission: 'write' },
  { method: 'POST', path: '/servers/312019/addresses', permission: 'write', body: { addresses: ['185.194.29.1'] } },
  { method: 'DELETE', path: '/servers/312019/addresses/185.194.29.1', permission: 'write' },
  { method: 'PUT', path: '/addresses/192.0.2.10/ptr', permission: 'write', body: { ptr: 'a.example.com' } },
  { method: 'POST', path: '/owners', permission: 'write', body: { email: 'a@example.com' } },
  { method: 'POST', path: '/owners/1/login-link', permission: 'admin' },
  { method: 'POST', path: '/raw/x', permission: 'raw' }
]
const reads = ['', '/servers', '/servers/312019', '/servers/312019/snapshots', '/servers/312019/addresses', '/addresses', '/images?region=uk-lon1&instance_type=linux', '/plans', '/regions', '/ssh-keys', '/networks', '/owners', '/owners/1', '/operations', '/operations/op_1', '/operations/op_1/events']

t.test('each route needs its own permission, and no permission implies another', async t => {
  const permissions = ['read', 'operate', 'write', 'delete', 'raw', 'admin']
  const keys = permissions.map(name => ({ name, sha256: sha256(`key-${name}`), accounts: ['*'], permissions: [name] }))
  const guarded = await composeGateway({ accounts: { a: { ...heficed, raw: true } }, auth: { mode: 'keys', keys } })
  t.teardown(async () => { await guarded.close() })
  const ask = askOf(guarded.app, 'a')
  const routes: readonly Write[] = [...writes, ...reads.map(path => ({ method: 'GET' as const, path, permission: 'read' }))]
  const sent = await sentDuring(heficedVendor.calls, async () => {
    for (const { method, path, permission, body } of routes) {
      for (const other of permissions) {
        if (other === permission) continue
        isProblem(t, await ask(method, path, { headers: { 'x-api-key': `key-${other}` }, ...(body === undefined ? {} : { body }) }), 403, 'forbidden')
      }
      isProblem(t, await ask(method, path, body === undefined ? {} : { body }), 401, 'unauthenticated')
    }
  })
  t.same(sent, [], 'nothing of this went upstream')
  // With its own permission each gets past the door: an unknown query parameter stops it behind.
  for (const { method, path, permission, body } of routes) {
    if (path.startsWith('/raw')) continue
    const answer = await ask(method, `${path}${path.includes('?') ? '&' : '?'}dryrun=true`, { headers: { 'x-api-key': `key-${permission}` }, ...(body === undefined ? {} : { body }) })
    t.equal(answer.statusCode, 400, `${method} ${path}`)
    t.match(answer.json(), { errors: [{ path: 'query.dryrun' }] })
  }
})

t.test('a read_only account refuses every write before any call, dry runs too', async t => {
  const ask = askOf(app, 'read')
  const calls = heficedVendor.calls.length
  for (const { method, path, body } of writes) {
    for (const query of ['', '?dry_run=true']) {
      isProblem(t, await ask(method, `${path}${query}`, body === undefined ? {} : { body }), 403, 'forbidden')
    }
  }
  isProblem(t, await askOf(app, 'frozen')('PUT', '/addresses/192.0.2.10/ptr', { body: { ptr: 'a.example.com' } }), 403, 'forbidden')
  t.equal(heficedVendor.calls.length, calls)
})

t.test('absent verbs are 501 without a call', async t => {
  const bare = askOf(app, 'bare')
  const calls = heficedVendor.calls.length + glesysVendor.calls.length
  const server = '/servers/kvm123456'
  isProblem(t, await hef('PATCH', '/servers/312019', { body: { protected: true } }), 501, 'operation-not-supported')
  isProblem(t, await hef('PATCH', '/servers/312019', { body: { name: 'x', protected: false } }), 501, 'operation-not-supported')
  for (const path of ['/plans', '/regions', '/networks', '/owners', '/owners/1', '/servers/312019/snapshots']) isProblem(t, await hef('GET', path), 501, 'operation-not-supported')
  for (const path of ['/addresses', '/ssh-keys', '/servers/312019/addresses']) isProblem(t, await bare('GET', path), 501, 'operation-not-supported')
  isProblem(t, await hef('PUT', '/addresses/192.0.2.10/ptr', { body: { ptr: null } }), 501, 'operation-not-supported')
  isProblem(t, await hef('POST', '/owners', { body: { name: 'x' } }), 501, 'operation-not-supported')
  isProblem(t, await hef('POST', '/owners/1/login-link'), 501, 'operation-not-supported')
  isProblem(t, await hef('POST', '/servers/312019/snapshots', { body: { name: 'x' } }), 501, 'operation-not-supported')
  isProblem(t, await hef('POST', '/servers/312019/snapshots/s1/restore'), 501, 'operation-not-supported')
  isProblem(t, await hef('DELETE', '/servers/312019/snapshots/s1'), 501, 'operation-not-supported')
  isProblem(t, await gle('POST', `${server}/rebuild`, { body: { image } }), 501, 'operation-not-supported')
  for (const verb of ['rescue', 'unrescue', 'password']) isProblem(t, await gle('POST', `${server}/${verb}`), 501, 'operation-not-supported')
  t.equal(heficedVendor.calls.length + glesysVendor.calls.length, calls)
})

t.test('invalid bodies are 400 and each invalid member is named, before anything is sent', async t => {
  const calls = heficedVendor.calls.length + glesysVendor.calls.length
  const bad = async (method: Method, path: string, body: unknown, ...places: string[]) => isProblem(t, await hef(method, path, { body }), 400, 'invalid-request', ...places)
  await bad('POST', '/servers', { ...hefOrder, size: 1, flavor: 'x' }, 'body.size', 'body.flavor')
  await bad('POST', '/servers', { name: '', image }, 'body.name')
  await bad('POST', '/servers', { ...hefOrder, cpus: 1.5, memory_mib: '2048', ssh_keys: [] }, 'body.cpus', 'body.memory_mib', 'body.ssh_keys')
  await bad('POST', '/servers', { image }, 'body.name')
  await bad('POST', '/servers', [], 'body')
  await bad('POST', '/servers', null, 'body')
  await bad('PATCH', '/servers/312019', {}, 'body')
  await bad('PATCH', '/servers/312019', { name: 'x', power: 'off' }, 'body.power')
  await bad('PATCH', '/servers/312019', { name: 'x'.repeat(256) }, 'body.name')
  await bad('PATCH', '/servers/312019', { protected: 'no' }, 'body.protected')
  await bad('POST', '/servers/312019/resize', {}, 'body')
  await bad('POST', '/servers/312019/resize', { restart: true }, 'body.restart')
  await bad('POST', '/servers/312019/resize', { cpu: 2 }, 'body.cpu')
  await bad('POST', '/servers/312019/resize', { plan: 'x', cpus: 2 }, 'body.plan')
  await bad('POST', '/servers/312019/rebuild', { image, password: 'x', ssh_keys: ['k'] }, 'body.password', 'body.ssh_keys')
  await bad('POST', '/servers/312019/rescue', { image }, 'body.image')
  await bad('POST', '/servers/312019/password', { password: 'mine' }, 'body.password')
  await bad('POST', '/servers/312019/console', { type: 'vnc' }, 'body.type')
  await bad('POST', '/servers/312019/snapshots', {}, 'body.name')
  await bad('POST', '/servers/312019/addresses', { addresses: [] }, 'body.addresses')
  await bad('PUT', '/addresses/192.0.2.10/ptr', { ptr: 'no spaces here' }, 'body.ptr')
  await bad('PUT', '/addresses/192.0.2.10/ptr', {}, 'body.ptr')
  await bad('DELETE', '/servers/312019', { dry_run: true }, 'body.dry_run')
  await bad('DELETE', '/servers/312019/snapshots/s1', { a: 1, b: 2 }, 'body.a', 'body.b')
  await bad('DELETE', '/servers/312019', [1], 'body')
  isProblem(t, await hef('PUT', '/addresses/nonsense/ptr', { body: { ptr: null } }), 400, 'invalid-request', 'path.address')
  isProblem(t, await hef('DELETE', '/servers/312019?recycle=true'), 400, 'invalid-request', 'query.recycle')
  isProblem(t, await gle('DELETE', '/servers/kvm123456?recycle=true&dry_run=true'), 400, 'invalid-request', 'query.recycle')
  isProblem(t, await hef('DELETE', '/servers/312019?dry_run=yes'), 400, 'invalid-request', 'query.dry_run')
  isProblem(t, await hef('DELETE', '/servers/312019?__proto__=x&constructor=y'), 400, 'invalid-request', 'query.__proto__', 'query.constructor')
  isProblem(t, await gle('DELETE', '/servers/kvm123456?keep_addresses=yes'), 400, 'invalid-request', 'query.keep_addresses')
  isProblem(t, await gle('DELETE', '/servers/kvm123456?keep_addresses=true&keep_addresses=true'), 400, 'invalid-request', 'query.keep_addresses')
  isProblem(t, await gle('POST', '/servers/kvm123456/rebuild?colour=red', { body: { image } }), 400, 'invalid-request', 'query.colour')
  isProblem(t, await hef('POST', '/servers', { body: { ...hefOrder, user_data: 'x'.repeat(300_000) } }), 413, 'payload-too-large')
  isProblem(t, await gle('POST', '/servers/kvm123456/reboot', { body: { force: true } }), 400, 'invalid-request', 'body.force')
  t.equal(heficedVendor.calls.length + glesysVendor.calls.length, calls)
})

t.test('a create with a member that the provider does not support is 400 and names it', async t => {
  const calls = heficedVendor.calls.length
  const bad = async (ask: typeof hef, body: object, ...places: string[]) => isProblem(t, await ask('POST', '/servers', { body }), 400, 'invalid-request', ...places)
  const { cpus, memory_mib: memory, disk_gib: disk, ...unsized } = hefOrder
  const { region, ...placeless } = hefOrder
  await bad(hef, { ...unsized, plan: 'small' }, 'body.plan')
  await bad(hef, unsized, 'body.cpus', 'body.disk_gib', 'body.memory_mib')
  await bad(hef, { ...unsized, cpus, disk_gib: disk }, 'body.memory_mib')
  await bad(hef, { ...unsized, cpus, memory_mib: memory }, 'body.disk_gib')
  await bad(hef, placeless, 'body.region')
  await bad(hef, { ...hefOrder, tags: ['a'], owner: '1', protected: true, networks: ['n'], user_data: 'x', password: 'p' },
    'body.tags', 'body.owner', 'body.protected', 'body.networks', 'body.user_data', 'body.password')
  await bad(hef, { ...hefOrder, options: { platform: 'KVM', billing: 'weekly' } }, 'body.options.platform', 'body.options.billing')
  await bad(gle, { ...gleOrder, options: { instance_type: 'linux' } }, 'body.options.instance_type')
  await bad(gle, { ...gleOrder, options: { users: [{ username: 'a', shell: 'sh' }] } }, 'body.options.users.0.shell')
  await bad(hef, { ...hefOrder, memory_mib: 1000 }, 'body.memory_mib')
  await bad(hef, { ...hefOrder, image: 'debian' }, 'body.image')
  t.equal(glesysVendor.created + heficedVendor.created, 0)
  t.ok(heficedVendor.calls.slice(calls).every(({ method, path }) => method === 'GET' || path === '/oauth2/token'), 'no more than the list was read')
  t.equal((await hef('POST', '/servers?dry_run=true', { body: { ...hefOrder, protected: false } })).statusCode, 200, 'false asks for nothing')
})

t.test('a member that the provider refuses is 422 and named as ours', async t => {
  isProblem(t, await hef('POST', '/servers', { body: { ...hefOrder, image: '00000000-0000-4000-8000-000000000000' } }), 422, 'upstream-rejected', 'body.image')
  const unknown = isProblem(t, await gle('POST', '/servers', { body: { ...gleOrder, image: 'beos-5' } }), 422, 'upstream-rejected', 'body.image')
  t.match(unknown, { side_effect: 'none', retryable: 'no', operation_id: undefined })
  isProblem(t, await gle('POST', '/servers', { body: { ...gleOrder, region: 'Atlantis' } }), 422, 'upstream-rejected', 'body.region')
  isProblem(t, await hef('POST', '/servers/312019/resize', { body: { disk_gib: 5 } }), 400, 'invalid-request', 'body.disk_gib')
  isProblem(t, await gle('POST', '/servers/kvm123456/resize', { body: { disk_gib: 10 } }), 400, 'invalid-request', 'body.disk_gib')
  t.same((await hef('GET', '/operations')).json<{ data: unknown[] }>().data, [], 'what was refused leaves no operation')
})

t.test('missing things are 404, each with its own problem', async t => {
  isProblem(t, await hef('DELETE', '/servers/999999999'), 404, 'server-not-found')
  isProblem(t, await hef('PATCH', '/servers/999999999', { body: { name: 'x' } }), 404, 'server-not-found')
  isProblem(t, await gle('POST', '/servers/kvm999999/console'), 404, 'server-not-found')
  isProblem(t, await gle('POST', '/servers/kvm999999/resize', { body: { cpus: 4 } }), 404, 'server-not-found')
  const missing = isProblem(t, await gle('DELETE', '/servers/kvm123456/addresses/192.0.2.99'), 404, 'not-found', 'path.address')
  t.same(
    [missing.detail, missing.errors],
    ['the server has no such address', [{ path: 'path.address', message: 'the server has no such address' }]],
    'one sentence for both'
  )
  isProblem(t, await gle('PUT', '/addresses/203.0.113.99/ptr', { body: { ptr: 'a.example.com' } }), 404, 'not-found', 'path.address')
})

t.test('every accepted write answers 202 with its operation, and 200 to a caller that waited for the end', async t => {
  const server = '/servers/kvm140001'
  const created = isOperation(t, await gle('POST', '/servers', { body: gleOrder, headers: soon }), 200, 'create')
  t.match(created, { status: 'succeeded', error: null, server_id: /^kvm/ })
  t.match((await gle('GET', `/servers/${created.server_id}`)).json(), { name: 'web-9', status: 'running' })
  const stopping = isOperation(t, await gle('POST', `${server}/stop`, { body: { force: true } }), 202, 'stop')
  t.equal(stopping.status, 'running')
  t.match((await gle('GET', `/operations/${stopping.id}`, { headers: soon })).json(), { status: 'succeeded' })
  isOperation(t, await gle('POST', `${server}/start`, { headers: soon }), 200, 'start')
  const grown = isOperation(t, await gle('POST', `${server}/resize`, { body: { cpus: 8, memory_mib: 8192 }, headers: soon }), 200, 'resize')
  t.equal(grown.status, 'succeeded')
  t.match((await gle('GET', server)).json(), { cpus: 8, memory_mib: 8192 })
  const attached = isOperation(t, await gle('POST', `${server}/addresses`, { body: { addresses: ['192.0.2.11'] }, headers: soon }), 200, 'addresses.attach')
  t.equal(attached.status, 'succeeded')
  t.ok((await gle('GET', `${server}/addresses`)).json<{ data: Array<{ address: string }> }>().data.some(({ address }) => address === '192.0.2.11'))
  t.equal(isOperation(t, await gle('DELETE', `${server}/addresses/192.0.2.11`, { headers: soon }), 200, 'addresses.detach').status, 'succeeded')
  const gone = isOperation(t, await gle('DELETE', `/servers/${created.server_id}`, { headers: soon }), 200, 'delete')
  t.equal(gone.status, 'succeeded')
  isProblem(t, await gle('GET', `/servers/${created.server_id}`), 404, 'server-not-found')
  t.equal(isOperation(t, await hef('POST', '/servers/312019/rebuild', { body: { image } }), 202, 'rebuild').status, 'running')
  isOperation(t, await hef('POST', '/servers/337201/rescue'), 202, 'rescue')
})

t.test('a rename is 200 with the server once it is shown, else 202', async t => {
  const renamed = await hef('PATCH', '/servers/312020', { body: { name: 'web-02.example.org' } })
  t.equal(renamed.statusCode, 200, renamed.body)
  t.match(serverSchema.parse(renamed.json()), { id: '312020', name: 'web-02.example.org' })
  const { actionMs } = glesysVendor.behavior
  // It is locked for longer than the test lasts.
  Object.assign(glesysVendor.behavior, { editValues: 'when-unlocked', actionMs: 3_600_000 })
  isOperation(t, await gle('PATCH', '/servers/kvm140002', { body: { name: 'late.example.com' } }), 202, 'rename')
  Object.assign(glesysVendor.behavior, { editValues: 'at-once', actionMs })
  heficedVendor.fail({ kind: 'reply', times: 3, match: ({ method, path }) => method === 'GET' && path.endsWith('/312020'), reply: { status: 500 } })
  const unseen = await hef('PATCH', '/servers/312020', { body: { name: 'web-02.example.net' } })
  heficedVendor.clearFaults()
  t.equal(isOperation(t, unseen, 202, 'rename').status, 'succeeded', 'a look that fails afterwards takes nothing from the change')
})

t.test('secrets are returned once, with 200 and no-store', async t => {
  const link = await gle('POST', '/servers/kvm123456/console')
  t.equal(link.statusCode, 200)
  t.match(link.json(), { type: String, url: /^https?:/, password: null, expires_at: null })
  t.equal(link.headers['cache-control'], 'no-store')
  const reset = await hef('POST', '/servers/337201/password')
  t.equal(reset.headers['cache-control'] === 'no-store' || reset.statusCode === 202, true)
  for (const path of ['/servers/312019/console', '/owners/1/login-link', '/servers/312019/password']) {
    isProblem(t, await hef('POST', path, { headers: { 'idempotency-key': 'k' } }), 400, 'invalid-request', 'headers.idempotency-key')
  }
})

t.test('a password that the provider generates is in the answer and stored nowhere', async t => {
  heficedVendor.fail({ kind: 'reply', match: ({ path }) => path.endsWith('/resetRootPass'), reply: { status: 200, body: { id: 7, status: 'pending', password: 'MADE-by-vendor-1' } } })
  const answer = await hef('POST', '/servers/337201/password')
  t.equal(answer.statusCode, 200)
  t.same(answer.json(), { password: 'MADE-by-vendor-1' })
  t.equal(answer.headers['cache-control'], 'no-store')
  t.notOk((await hef('GET', '/operations')).body.includes('MADE-by-vendor-1'))
})

t.test('the reverse name of an address is set, returned, and removed', async t => {
  const answer = await gle('PUT', '/addresses/192.0.2.12/ptr', { body: { ptr: 'web-1.example.com' } })
  t.equal(answer.statusCode, 200, answer.body)
  t.match(answer.json(), { address: '192.0.2.12', ptr: /^web-1\.example\.com\.?$/ })
  t.equal((await gle('PUT', '/addresses/192.0.2.12/ptr', { body: { ptr: null } })).statusCode, 200)
})
