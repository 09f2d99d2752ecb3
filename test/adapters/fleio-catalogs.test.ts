import t from 'tap'
import { fleio } from '../../src/adapters/fleio/adapter.ts'
import { providerCapabilities } from '../../src/adapters/capabilities.ts'
import type { SimulatedReply } from '../../sandbox/kit/simulator.ts'
import { failureOf } from '../helpers/line.ts'
import {
  bodyOf, cirros, detail, enduser, failureFacts, html, id, network, ok, open, openSandbox, refusedMember, staff, tiny, verb, type Handle
} from './fleio-bench.ts'

const listOf = (...objects: readonly unknown[]): SimulatedReply => ok({ count: objects.length, next: null, previous: null, objects, totalCount: objects.length, pageNo: '1' })

t.test('bootable images are listed, of one region on request; ISOs and unfinished uploads are left out', async t => {
  const { vendor, operations } = await openSandbox(t)
  const images = verb(operations, 'images')
  const all = await images.run({})
  t.same(all.map(row => row.name).sort(), ['Debian 10', 'Ubuntu 18.04', 'Ubuntu 18.04', 'Windows Server 2019', 'appliance', 'cirros', 'golden'])
  t.same(all.find(row => row.name === 'Windows Server 2019'), {
    id: '1a6e0001-0000-4000-8000-000000000003', name: 'Windows Server 2019', os: 'windows 2019', region: 'Region1', min_disk_gib: 40, min_memory_mib: 2048
  })
  t.same(all.find(row => row.name === 'cirros'), { id: cirros, name: 'cirros', os: null, region: 'Region1', min_disk_gib: null, min_memory_mib: null })
  t.same((await images.run({ region: 'Region2' })).map(row => row.id), ['1a6e0002-0000-4000-8000-000000000001'])
  t.same(await images.run({ region: 'Nowhere' }), [])
  t.ok(vendor.calls.every(({ path }) => path === `${staff}/openstack/images`))
  t.same(Object.keys(images.parameters?.shape ?? {}), ['region'])
})

t.test('disabled and deleted plans are left out, and sold-out plans are marked', async t => {
  const { vendor, operations } = await openSandbox(t)
  const all = await verb(operations, 'plans').run({ region: 'Region1' })
  t.same(all.map(row => [row.name, row.cpus, row.memory_mib, row.disk_gib, row.available]), [
    ['c1.odd', 3, 1280, 20, true],
    ['g1.gpu', 8, 16384, 100, false],
    ['m1.medium', 2, 4096, 40, true],
    ['m1.small', 1, 2048, 20, true],
    ['m1.tiny', 1, 256, 1, true],
    ['r1.huge', 32, 131072, 800, true]
  ])
  t.same(all.find(row => row.id === tiny), { id: tiny, name: 'm1.tiny', cpus: 1, memory_mib: 256, disk_gib: 1, region: 'Region1', available: true, price: null })
  t.equal((await verb(operations, 'plans').run({})).length, 8)
  t.same(vendor.calls.map(({ path }) => path), [`${staff}/openstack/flavors`, `${staff}/openstack/flavors`])
  const odd = await open(t, () => listOf({ id: 4, name: null, root_gb: 0, deleted: false }, { id: 5, deleted: true }))
  t.same(await verb(odd.operations, 'plans').run({}), [{ id: '4', name: '4', cpus: null, memory_mib: null, disk_gib: null, region: null, available: null, price: null }])
})

t.test('end users see plans and public images only in the form for a new server, which is read for each region', async t => {
  const { vendor, operations } = await openSandbox(t, {}, 'fleio-user')
  const plans = await verb(operations, 'plans').run({})
  t.same(plans.map(row => [row.region, row.name]), [
    ['Region1', 'm1.tiny'], ['Region1', 'm1.small'], ['Region1', 'm1.medium'], ['Region1', 'c1.odd'], ['Region1', 'r1.huge'], ['Region1', 'g1.gpu'],
    ['Region2', 'm1.tiny'], ['Region2', 'm1.large']
  ])
  t.same(vendor.calls.map(({ path, rawQuery }) => [path, rawQuery.startsWith('ordering') ? '' : rawQuery]), [
    [`${enduser}/clients`, ''],
    [`${enduser}/openstack/instances/create_options`, 'client=722694'],
    [`${enduser}/openstack/instances/create_options`, 'client=722694&region=Region2']
  ])
  const images = await verb(operations, 'images').run({ region: 'Region1' })
  t.same(images.map(row => row.name).sort(), ['Debian 10', 'Ubuntu 18.04', 'Windows Server 2019', 'appliance', 'cirros'], 'shared ones, and nobody else\'s')
  t.same(vendor.calls.slice(3).map(({ rawQuery }) => rawQuery).at(-1), 'client=722694&region=Region1')
  t.same(await failureFacts(verb(operations, 'plans').run({ region: 'Nowhere' })), ['rejected', 400, 'query.region'])
})

t.test('an end user with several clients sees the plans of all of them, each once', async t => {
  const image = { id: cirros, name: 'cirros', status: 'active', region: 'R' }
  const { vendor, operations } = await open(t, ({ path, query }) => path.endsWith('/clients')
    ? listOf({ id: 1 }, { id: 2 })
    : ok({
      bootSources: { image: [image, null], owned_image: query.get('client') === '2' ? [{ ...image, id: network }] : null },
      region: [{ id: 'R' }, null],
      selected_region: 'R'
    }), enduser)
  t.same((await verb(operations, 'images').run({})).map(row => row.id), [cirros, network])
  t.same(await verb(operations, 'plans').run({}), [])
  t.equal(vendor.calls.length, 6)
  const without = await open(t, ({ path }) => path.endsWith('/clients') ? listOf() : ok({}), enduser)
  t.same(await verb(without.operations, 'images').run({}), [])
  t.equal(without.vendor.calls.at(-1)?.rawQuery, '')
})

t.test('enabled regions are listed with their description as name', async t => {
  for (const account of ['fleio-staff', 'fleio-user'] as const) {
    const { operations } = await openSandbox(t, {}, account)
    t.same(await verb(operations, 'regions').run({}), [{ id: 'Region1', name: 'Region1' }, { id: 'Region2', name: 'The Region2' }])
  }
})

t.test('SSH keys are those of the token\'s user, and their path is not below openstack', async t => {
  for (const [account, name, root, own] of [['fleio-staff', 'operator', staff, '12'], ['fleio-user', 'jane laptop', enduser, '15']] as const) {
    const { vendor, operations } = await openSandbox(t, {}, account)
    const keys = await verb(operations, 'ssh_keys').run({})
    t.match(keys, [{ id: own, name, public_key: /^ssh-rsa /, fingerprint: /^[\da-f]{2}(:[\da-f]{2}){15}$/ }])
    t.equal(keys.length, 1)
    t.equal(vendor.calls[0]?.path, `${root}/pkm`)
  }
})

t.test('an external network is public, a client\'s own is private, and a shared one may be either', async t => {
  const { operations } = await openSandbox(t)
  const all = await verb(operations, 'networks').run({ region: 'Region1' })
  t.same(all.map(row => [row.name, row.scope]).sort(), [['backend', 'private'], ['public', 'public'], ['six', 'unknown']])
  t.same(all.find(row => row.id === network), {
    id: network, name: 'public', region: 'Region1', scope: 'public', cidrs: ['192.168.40.0/24', '2001:db8:40::/64']
  })
  t.equal((await verb(operations, 'networks').run({})).length, 4)
  const odd = await open(t, () => listOf({ id: network, subnets: null }))
  t.same(await verb(odd.operations, 'networks').run({}), [{ id: network, name: network, region: null, scope: 'unknown', cidrs: [] }])
  const own = await openSandbox(t, {}, 'fleio-user')
  t.ok((await verb(own.operations, 'networks').run({})).some(row => row.id === network))
})

t.test('a catalog is read to its last page, in a fixed order, each row once', async t => {
  const regions = Array.from({ length: 450 }, (_, n) => ({ id: `r${n}`, enabled: true }))
  const { vendor, operations } = await open(t, ({ query }) => {
    const page = Number(query.get('page'))
    // The last row of a page moves on to the next one.
    const objects = regions.slice((page - 1) * 200, page * 200 + 1)
    return ok({ objects, next: page < 3 ? 'http://wrong.example/?page=9' : null, pageNo: String(page) })
  })
  t.equal((await verb(operations, 'regions').run({})).length, 450)
  t.same(vendor.calls.map(({ query }) => Object.fromEntries(query)), [1, 2, 3].map(page => ({ ordering: 'id', page: String(page), page_size: '200' })))
})

t.test('a catalog ends with an empty page or a 404 past the end; one that does not end is malformed', async t => {
  const more = (reply: SimulatedReply): Handle => ({ query }) => query.get('page') === '1' ? ok({ objects: [{ id: 'a' }], next: 'x' }) : reply
  for (const reply of [detail(404, 'Invalid page.'), ok({ objects: [], next: 'x' })]) {
    const { operations } = await open(t, more(reply))
    t.same(await verb(operations, 'regions').run({}), [{ id: 'a', name: 'a' }])
  }
  const { vendor, operations } = await open(t, ({ query }) => ok({ objects: [{ id: query.get('page') }], next: 'x' }))
  t.equal((await failureOf(verb(operations, 'regions').run({}))).failure, 'malformed')
  t.equal(vendor.calls.length, 100)
  const rows = await open(t, () => ok({ results: [] }))
  t.equal((await failureOf(verb(rows.operations, 'regions').run({}))).failure, 'malformed')
})

t.test('a catalog that the installation does not have is unsupported', async t => {
  for (const root of [staff, enduser]) {
    const { operations } = await open(t, ({ path }) => path.endsWith('/clients') ? listOf({ id: 1 }) : html(404), root)
    for (const name of ['images', 'plans', 'regions', 'ssh_keys', 'networks'] as const) t.same(await failureFacts(verb(operations, name).run({})), ['unsupported', 404, undefined])
  }
})

t.test('owners are the clients', async t => {
  const { operations } = await openSandbox(t)
  const owners = verb(operations, 'owners.list')
  const all = await owners.run()
  t.same(all.map(row => row.id), ['322208', '410077', '599151', '722694', '765823', '888001'])
  t.same(all.find(row => row.id === '888001'), { id: '888001', name: 'Late Payer', email: 'late@example.com', status: 'suspended' })
  t.same(await owners.get('722694'), { id: '722694', name: 'Jane Doe', email: 'jane@example.com', status: 'active' })
  const own = await openSandbox(t, {}, 'fleio-user')
  t.same((await verb(own.operations, 'owners.list').run()).map(row => row.id), ['722694'])
  t.same(await failureFacts(verb(own.operations, 'owners.list').get('599151')), ['not-found', 404, 'path.owner'])
})

t.test('a missing owner is not found, and an id that is not a number is refused without a call', async t => {
  const { vendor, operations } = await openSandbox(t)
  const { get } = verb(operations, 'owners.list')
  t.same(await failureFacts(get('1')), ['not-found', 404, 'path.owner'])
  for (const bad of ['jane', '../users', '01', '-1', '']) t.same(await failureFacts(get(bad)), ['not-found', undefined, 'path.owner'])
  t.equal(vendor.calls.length, 1)
})

t.test('an owner may have no email, as since 2022, and a name in two parts', async t => {
  const { operations } = await open(t, () => listOf({ id: 7, first_name: 'Jane', last_name: 'Doe', reseller_client_details: {} }, { id: 8 }))
  t.same(await verb(operations, 'owners.list').run(), [
    { id: '7', name: 'Jane Doe', email: null, status: null }, { id: '8', name: null, email: null, status: null }
  ])
})

const home = { address1: '99 Elm St.', city: 'New York', state: 'NY', country: 'US', zip_code: '1000', phone: '9999999', currency: 'EUR' }

t.test('a new client is sent as documented, with the order of a project, whose echo is ignored', async t => {
  const made = { id: 722694, first_name: 'Jane', last_name: 'Doe', create_auto_order_service: false }
  const { vendor, operations } = await open(t, () => ({ status: 201, body: made }))
  t.same(await verb(operations, 'owners.create').run({ name: 'Jane Doe', email: 'jane@example.com', options: home }),
    { id: '722694', name: 'Jane Doe', email: 'jane@example.com', status: null })
  t.same(vendor.calls.map(call => [call.method, call.path, bodyOf(call)]), [['POST', `${staff}/clients`, {
    address1: '99 Elm St.',
    city: 'New York',
    country: 'US',
    create_auto_order_service: true,
    currency: 'EUR',
    email: 'jane@example.com',
    first_name: 'Jane',
    last_name: 'Doe',
    phone: '9999999',
    state: 'NY',
    zip_code: '1000'
  }]])
})

t.test('a password creates a user, names may be sent in two parts, and the order of a project can be declined', async t => {
  const { vendor, operations } = await open(t, () => ({ status: 201, body: { id: 1 } }))
  await verb(operations, 'owners.create').run({
    email: 'ana@example.com', password: 'correct horse 1', options: { ...home, first_name: 'Ana Maria', last_name: 'de la Cruz', create_auto_order_service: false }
  })
  t.match(bodyOf(vendor.calls[0]), {
    first_name: 'Ana Maria',
    last_name: 'de la Cruz',
    create_auto_order_service: false,
    user: { username: 'ana@example.com', email: 'ana@example.com', first_name: 'Ana Maria', last_name: 'de la Cruz', password: 'correct horse 1' }
  })
})

t.test('an invalid client is refused before anything is sent, and the vendor\'s refusals name our members', async t => {
  const { vendor, operations } = await openSandbox(t)
  const create = verb(operations, 'owners.create')
  const { city, ...homeless } = home
  t.equal(await refusedMember(create.run({ name: 'Jane', options: home })), 'body.name')
  t.equal(await refusedMember(create.run({ options: home })), 'body.name')
  t.equal(await refusedMember(create.run({ name: 'Jane Doe', options: { ...home, last_name: 'Doe' } })), 'body.name')
  t.equal(await refusedMember(create.run({ name: 'Jane Doe' })), 'body.options.address1')
  t.equal(await refusedMember(create.run({ name: 'Jane Doe', options: homeless })), 'body.options.city')
  t.equal(await refusedMember(create.run({ name: 'Jane Doe', options: { ...home, colour: 'red' } })), 'body.options.colour')
  t.equal(await refusedMember(create.run({ name: 'Jane Doe', password: 'correct horse 1', options: home })), 'body.email')
  t.equal(vendor.calls.length, 0)
  t.same(await failureFacts(create.run({ name: 'Jane Doe', options: { ...home, external_billing_id: 'whmcs-77' } })), ['rejected', 400, 'body.options.external_billing_id'])
  const own = await openSandbox(t, {}, 'fleio-user')
  t.same(await failureFacts(verb(own.operations, 'owners.create').run({ name: 'Jane Doe', options: home })), ['conflict', 409, undefined], 'a second client of an end user')
})

t.test('a created client can own a server, and the published example is accepted', async t => {
  const { vendor, operations } = await openSandbox(t)
  const create = verb(operations, 'owners.create')
  const owner = await create.run(create.example)
  t.equal(vendor.clients.get(Number(owner.id))?.email, 'jane@example.com')
  const image = { region: 'Region1', plan: tiny, image: cirros, networks: [network] }
  t.same(await verb(operations, 'create').run({ ...image, name: 'web', owner: owner.id }), {})
})

t.test('a dry run of a new client hides its password and continues with a placeholder', async t => {
  const { vendor, line } = await openSandbox(t)
  const { operations, calls } = line.dryRun()
  t.equal((await verb(operations, 'owners.create').run({ name: 'Jane Doe', email: 'jane@example.com', password: 'correct horse 1', options: home })).id, '{id}')
  t.match(calls, [{ method: 'POST', url: `${vendor.origin}${staff}/clients`, body: { user: { email: 'jane@example.com', password: '[redacted]' } } }])
  const order = { name: 'web', region: 'Region1', plan: tiny, image: cirros, networks: [network], owner: '722694', password: 'correct horse 1', user_data: '#cloud-config' }
  t.same(await verb(operations, 'create').run(order), {})
  t.match(calls[1]?.body, { root_password: '[redacted]', user_data: '[redacted]' })
  t.equal(vendor.calls.length, 0)
})

t.test('raw sends the call below the configured URL with the token, and returns any answer', async t => {
  const { vendor, operations } = await openSandbox(t)
  const raw = verb(operations, 'raw')
  const listed = await raw.run({ method: 'GET', path: '/openstack/regions', query: 'page_size=1&page=2', body: undefined })
  t.match(listed, { status: 200, body: { count: 3, objects: [{ id: 'Region2' }], pageNo: '2' } })
  t.match(await raw.run({ method: 'POST', path: `/openstack/instances/${id}/rename`, query: '', body: { name: 'raw' } }), { status: 200, body: { detail: 'Renamed' } })
  t.match(vendor.calls.at(-1), { method: 'POST', path: `${staff}/openstack/instances/${id}/rename`, rawQuery: '', body: '{"name":"raw"}', headers: { 'content-type': 'application/json' } })
  t.match(await raw.run({ method: 'PATCH', path: `/openstack/instances/${id}`, query: '', body: {} }), { status: 405, body: { detail: 'Method "PATCH" not allowed.' } })
  const slashed = await raw.run({ method: 'GET', path: '/clients/', query: '', body: undefined })
  t.equal(slashed.status, 404)
  t.match(slashed.body, /^<!doctype html>/, 'a page is given as its text')
  t.same(await raw.run({ method: 'DELETE', path: `/openstack/instances/${id}`, query: '', body: null }), { status: 204, body: null })
  t.equal(vendor.calls.at(-1)?.body, '')
})

t.test('raw returns a crash without repeating the call; a refused key is a failure', async t => {
  const crashed = await open(t, () => html(500))
  t.match(await verb(crashed.operations, 'raw').run({ method: 'GET', path: '/clients', query: '', body: undefined }), { status: 500 })
  t.equal(crashed.vendor.calls.length, 1)
  const refused = await open(t, () => detail(401, 'Invalid token.'))
  t.equal((await failureOf(verb(refused.operations, 'raw').run({ method: 'GET', path: '/clients', query: '', body: undefined }))).failure, 'authentication')
})

t.test('a dry run of raw sends reads and records writes', async t => {
  const { vendor, line } = await openSandbox(t)
  const { operations, calls } = line.dryRun()
  t.equal((await verb(operations, 'raw').run({ method: 'GET', path: '/clients', query: '', body: undefined })).status, 200)
  await verb(operations, 'raw').run({ method: 'POST', path: '/clients/722694/suspend', query: 'x=1', body: {} })
  t.match(calls, [{ method: 'POST', url: `${vendor.origin}${staff}/clients/722694/suspend?x=1`, body: {} }])
  t.equal(vendor.calls.length, 1)
})

t.test('raw refuses paths that sign in, impersonate a user or return keys, in any spelling', async t => {
  const { operations } = await open(t, () => ok({}))
  const { isForbidden } = verb(operations, 'raw')
  for (const path of [
    '/login', '/LOGIN', '/login/', '//login', '/lo%67in', '/lo%2567in', '/users/1/impersonate', '/tokens', '/api-tokens/3', '/user_tokens', '/reset-password/', '/sso',
    '/pkm/get_generated_key_pair', '/pkm/%67et_generated_key_pair', `/openstack/instances/${id}/get_console_url`, '/clients/../login', '/clients/%2e%2e/x', '/x/%252e%252e/y',
    '/login%2f', '/clients%5clogin', '/clients\\x', '/clients#/x', '/clients%3Fx', '/broken%', '/lo\tgin', '/%25252525252525256c'
  ]) t.ok(isForbidden(path), path)
  for (const path of [
    '/clients', '/openstack/instances', `/openstack/instances/${id}/change_password`, `/openstack/instances/${id}/get_console_output`, '/pkm', '/pkm/12', '/billing/services',
    '/openstack/images', '/clients/722694/billing_summary', '/caf%C3%A9'
  ]) t.notOk(isForbidden(path), path)
})

t.test('the capabilities list support, evidence and accepted members', async t => {
  const capabilities = providerCapabilities(fleio)
  const of = (evidence: string | null): string[] => Object.entries(capabilities).filter(([, entry]) => entry.evidence === evidence).map(([name]) => name)
  t.same(of('documented'), ['list', 'create', 'start', 'stop', 'owners.list', 'owners.create', 'raw'])
  t.same(of('observed'), ['get', 'delete', 'reboot'])
  t.same(of(null), ['protect', 'snapshots.restore', 'snapshots.delete', 'ptr', 'login_link'])
  t.same(of('inferred'), [
    'resize', 'rename', 'rebuild', 'rescue', 'unrescue', 'password', 'console', 'snapshots.list', 'snapshots.create', 'addresses.list', 'addresses.attach',
    'addresses.detach', 'images', 'plans', 'regions', 'ssh_keys', 'networks'
  ])
  t.same(capabilities['create']?.accepts, ['region', 'plan', 'ssh_keys', 'user_data', 'password', 'networks', 'owner', 'options'])
  t.same(capabilities['resize']?.accepts, ['plan', 'restart'])
  t.same(capabilities['rebuild']?.accepts, ['password', 'ssh_keys'])
})
