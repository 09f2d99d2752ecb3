import t from 'tap'
import { openstack } from '../../src/adapters/openstack/adapter.ts'
import type { OpenstackBehavior } from '../../sandbox/openstack/behavior.ts'
import { externalNetwork, imageId, isolatedNetwork, privateNetwork, uuid } from '../../sandbox/openstack/seed.ts'
import { startOpenstack, type OpenstackSandbox } from '../../sandbox/openstack/simulator.ts'
import { isOperation, isProblem, type Ask } from '../helpers/api.ts'
import { createStillClock } from '../helpers/clock.ts'
import { failureOf, openBench, type Bench, type Test } from '../helpers/line.ts'
import { badMembers, openFastGateway, verb } from '../helpers/verbs.ts'

const web = uuid(0x5e, 1)
const [debian, ubuntu] = [imageId('debian-12'), imageId('ubuntu-24.04')]
const order = { name: 'web-9', plan: '2', image: debian }
const soon = { prefer: 'wait=300' }

async function openSandbox (test: Test, behavior: Partial<OpenstackBehavior> = {}): Promise<Bench<OpenstackSandbox> & { readonly pass: (ms: number) => void }> {
  const { now, pass } = createStillClock()
  const vendor = await startOpenstack({ clock: now, behavior: { actionMs: 100, createMs: 100, ...behavior } })
  return { ...openBench(test, openstack, vendor, vendor.settings.stack), pass }
}

/** The simulated cloud behind a whole gateway. */
async function openGateway (test: Test, behavior: Partial<OpenstackBehavior> = {}) {
  const { vendor, ask } = await openFastGateway(test, 'openstack', 20, async clock =>
    await startOpenstack({ clock, behavior: { actionMs: 200, createMs: 200, ...behavior } }))
  return { vendor, ask: ask('stack') }
}

const lastBody = ({ calls }: OpenstackSandbox): unknown => JSON.parse(calls.findLast(({ method, path }) => method !== 'GET' && path.startsWith('/compute'))?.body || 'null')
const writesOf = ({ calls }: OpenstackSandbox): string[] => calls.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/auth/tokens')).map(({ method, path, body }) => `${method} ${path.replace(/[\da-f-]{36}/g, 'ID')} ${body}`)

t.test('a create sends exactly the requested members, networks and the tag of the gateway', async t => {
  const { line } = await openSandbox(t)
  const bodyOf = async (spec: object): Promise<unknown> => {
    const { operations, calls } = line.dryRun()
    await verb(operations, 'create').run({ ...order, ...spec })
    return calls[0]?.body
  }
  const least = { name: 'web-9', flavorRef: '2', imageRef: debian, networks: 'auto', tags: ['hawser-op_test'] }
  t.same(await bodyOf({}), { server: least })
  t.same(await bodyOf({ networks: ['none'] }), { server: { ...least, networks: 'none' } })
  t.same(await bodyOf({ networks: [privateNetwork, isolatedNetwork], ssh_keys: ['deploy'], region: 'zone-b', tags: ['a'], options: { security_groups: ['web'], config_drive: true, metadata: { k: 'v' } } }), {
    server: {
      ...least, networks: [{ uuid: privateNetwork }, { uuid: isolatedNetwork }], tags: ['a', 'hawser-op_test'], key_name: 'deploy', availability_zone: 'zone-b', security_groups: [{ name: 'web' }], config_drive: true, metadata: { k: 'v' }
    }
  })
  t.same(await bodyOf({ options: { boot_from_volume: { size_gib: 30, type: 'ssd' } } }), {
    server: {
      name: 'web-9',
      flavorRef: '2',
      block_device_mapping_v2: [{ boot_index: 0, uuid: debian, source_type: 'image', destination_type: 'volume', volume_size: 30, delete_on_termination: true, volume_type: 'ssd' }],
      networks: 'auto',
      tags: ['hawser-op_test']
    }
  })
})

t.test('user data is sent in base64, the only form that Nova accepts', async t => {
  const { operations, vendor } = await openSandbox(t)
  await verb(operations, 'create').run({ ...order, user_data: '#cloud-config\nå' })
  t.match(lastBody(vendor), { server: { user_data: Buffer.from('#cloud-config\nå').toString('base64') } })
})

t.test('requests that are visibly wrong are refused before anything is sent', async t => {
  const { operations, vendor } = await openSandbox(t)
  const refused: ReadonlyArray<readonly [object, string]> = [
    [{ name: ' web' }, 'body.name'],
    [{ image: 'debian-12' }, 'body.image'],
    [{ networks: ['private'] }, 'body.networks'],
    [{ networks: ['auto', privateNetwork] }, 'body.networks'],
    [{ ssh_keys: ['a', 'b'] }, 'body.ssh_keys'],
    [{ ssh_keys: ['ssh-ed25519 AAAA x'] }, 'body.ssh_keys'],
    [{ tags: ['a/b'] }, 'body.tags'],
    [{ tags: ['x'.repeat(61)] }, 'body.tags'],
    [{ tags: ['hawser-mine'] }, 'body.tags'],
    [{ tags: Array.from({ length: 50 }, (_, index) => `t${index}`) }, 'body.tags'],
    [{ user_data: 'x'.repeat(50_000) }, 'body.user_data'],
    [{ region: 'nova', options: { availability_zone: 'zone-b' } }, 'body.options.availability_zone']
  ]
  for (const [change, member] of refused) t.same(await badMembers(verb(operations, 'create').run({ ...order, ...change })), [member], JSON.stringify(change).slice(0, 80))
  t.equal(vendor.calls.length, 0)
})

t.test('a refusal of Nova gets our member, and never repeats a password', async t => {
  const { operations, vendor } = await openSandbox(t)
  const refused: ReadonlyArray<readonly [object, string]> = [
    [{ plan: 'none' }, 'body.plan'], [{ image: uuid(1, 1) }, 'body.image'], [{ networks: [uuid(1, 2)] }, 'body.networks'], [{ ssh_keys: ['none'] }, 'body.ssh_keys'],
    [{ region: 'none' }, 'body.region'], [{ options: { security_groups: ['none'] } }, 'body.options.security_groups'], [{ plan: '1', image: ubuntu }, 'body.plan']
  ]
  for (const [change, member] of refused) t.match(await failureOf(verb(operations, 'create').run({ ...order, ...change })), { failure: 'rejected', options: { member } }, JSON.stringify(change))
  vendor.fail({ kind: 'reply', match: ({ method, path }) => method === 'POST' && path.endsWith('/servers'), reply: { status: 400, body: { badRequest: { code: 400, message: 'Invalid input for field/attribute adminPass. Value: hunter2. \'hunter2\' is too short' } } } })
  const error = await failureOf(verb(operations, 'create').run({ ...order, password: 'hunter2' }))
  t.match(error, { failure: 'rejected', options: { member: 'body.password', vendorMessage: 'Invalid input for field/attribute adminPass' } })
  t.notMatch(JSON.stringify(error.options), /hunter2/)
  vendor.fail({ kind: 'reply', match: ({ method, path }) => method === 'POST' && path.endsWith('/servers'), reply: { status: 409, body: { conflictingRequest: { code: 409, message: 'Multiple possible networks found, use a Network ID to be more specific.' } } } })
  t.match(await failureOf(verb(operations, 'create').run(order)), { failure: 'rejected', options: { member: 'body.networks' } })
})

t.test('a password that the cloud generates is returned, the caller\'s own is not', async t => {
  const { operations } = await openSandbox(t)
  t.match(await verb(operations, 'create').run(order), { password: /^shown-once/ })
  t.notOk('password' in await verb(operations, 'create').run({ ...order, password: 'Correct-Horse-9x!' }))
  t.match(await verb(operations, 'rescue').run({ id: uuid(0x5e, 2) }), { password: /^shown-once/ })
})

t.test('an exhausted quota is quota-exceeded, and a create that fits on no host fails later for lack of capacity', async t => {
  const full = await openGateway(t, { quota: 5 })
  isProblem(t, await full.ask('POST', '/servers', { body: order }), 422, 'quota-exceeded')
  const { ask } = await openGateway(t)
  t.match(isOperation(t, await ask('POST', '/servers', { body: { ...order, plan: '6' }, headers: soon }), 200, 'create'), { status: 'failed', error: /capacity-exhausted.*No valid host was found/ })
  t.match(isOperation(t, await ask('POST', '/servers', { body: { ...order, networks: [externalNetwork] }, headers: soon }), 200, 'create'), { status: 'failed', error: /Failed to allocate the network/ })
})

t.test('a create whose answer is lost is found by its tag among servers of the same name', async t => {
  const { ask, vendor } = await openGateway(t)
  vendor.fail({ kind: 'reset-after', times: 2, match: ({ method, path }) => method === 'POST' && path.endsWith('/servers') })
  const lost = await Promise.all(['1', '3'].map(async plan => isProblem(t, await ask('POST', '/servers', { body: { ...order, name: 'twin', plan } }), 502, 'upstream-unreachable')))
  const found = await Promise.all(lost.map(async ({ operation_id: id }) => (await ask('GET', `/operations/${id}`, { headers: soon })).json()))
  t.match(found, [{ status: 'succeeded' }, { status: 'succeeded' }])
  t.same(await Promise.all(found.map(async ({ server_id: id }) => (await ask('GET', `/servers/${id}`)).json().plan.id)), ['1', '3'])
})

t.test('a resize waits for VERIFY_RESIZE, confirms once, and ends when the server shows neither', async t => {
  const { ask, vendor } = await openGateway(t)
  t.match(isOperation(t, await ask('POST', `/servers/${web}/resize`, { body: { plan: '3' }, headers: soon }), 200, 'resize'), { status: 'succeeded' })
  t.same(writesOf(vendor), ['POST /compute/v2.1/servers/ID/action {"resize":{"flavorRef":"3"}}', 'POST /compute/v2.1/servers/ID/action {"confirmResize":null}'])
  t.match((await ask('GET', `/servers/${web}`)).json(), { status: 'running', plan: { id: '3' } })
})

t.test('a resize that the cloud confirms by itself succeeds', async t => {
  const bench = await openSandbox(t)
  const step = verb(bench.operations, 'steps')['confirm_resize']
  const { server } = await bench.operations.get.run(web)
  t.equal(step?.isDue(server, { plan: '2' }), true, 'the server has the plan already')
  t.equal(step?.isDue(server, { plan: '3' }), false)
  t.same(await step?.run(web, { plan: '2' }), {})
  t.match(await failureOf(step?.run(web, { plan: '3' }) ?? Promise.resolve()), { failure: 'conflict' })
})

t.test('a resize that fits on no host fails; one to the same plan, an unknown plan or a smaller disk is refused', async t => {
  const { ask, vendor } = await openGateway(t)
  const resize = async (plan: string, id = web): Promise<ReturnType<Ask>> => ask('POST', `/servers/${id}/resize`, { body: { plan }, headers: soon })
  t.match(isOperation(t, await resize('6'), 200, 'resize'), { status: 'failed', error: /no host was tried.*capacity-exhausted/ })
  isProblem(t, await resize('2'), 422, 'upstream-rejected', 'body.plan')
  isProblem(t, await resize('none'), 422, 'upstream-rejected', 'body.plan')
  const { length } = writesOf(vendor)
  isProblem(t, await resize('1'), 400, 'invalid-request', 'body.plan')
  isProblem(t, await ask('POST', `/servers/${web}/resize`, { body: { plan: '3', restart: false } }), 400, 'invalid-request', 'body.restart')
  t.equal(writesOf(vendor).length, length, 'nothing was sent')
})

t.test('the log shows the failure of an action that leaves no other trace, unless the cloud hides the log', async t => {
  const { ask } = await openGateway(t, { failActions: ['stop'] })
  t.match(isOperation(t, await ask('POST', `/servers/${web}/stop`, { headers: soon }), 200, 'stop'), { status: 'failed', error: /log shows stop as failed/ })
  const hidden = await openGateway(t, { failActions: ['stop'], hidesLog: true })
  t.match(isOperation(t, await hidden.ask('POST', `/servers/${web}/stop`, { headers: { prefer: 'wait=100' } }), 202, 'stop'), { status: 'running' })
})

t.test('an action that failed on one host and succeeded on another has not failed', async t => {
  const { operations, vendor } = await openSandbox(t)
  const event = (name: string, end: string, result: string): object => ({ event: name, start_time: '2026-11-28T10:00:00', finish_time: end, result })
  const read = async (instanceAction: object): Promise<string | undefined> => {
    vendor.fail({ kind: 'reply', match: ({ path }) => path.includes('os-instance-actions'), reply: { status: 200, body: { instanceAction } } })
    return (await verb(operations, 'actionLog')([{ id: `${web}/req-1`, name: 'resize' }]))[0]?.status
  }
  const [first, second] = [event('compute_prep_resize', '2026-11-28T10:00:01', 'Error'), event('compute_finish_resize', '2026-11-28T10:00:09', 'Success')]
  t.equal(await read({ message: 'Error', events: [second, first] }), 'succeeded')
  t.equal(await read({ message: 'Error', events: [first] }), 'failed')
  t.equal(await read({ message: null, events: [] }), 'running')
})

t.test('a short reboot is recognized by the log, and a failed snapshot by its missing image', async t => {
  const { ask, vendor } = await openGateway(t, { actionMs: 1 })
  t.match(isOperation(t, await ask('POST', `/servers/${web}/reboot`, { headers: soon }), 200, 'reboot'), { status: 'succeeded', note: null })
  t.match(isOperation(t, await ask('POST', `/servers/${web}/snapshots`, { body: { name: 'kept' }, headers: soon }), 200, 'snapshots.create'), { status: 'succeeded' })
  vendor.behavior.failActions = ['createImage']
  t.match(isOperation(t, await ask('POST', `/servers/${web}/snapshots`, { body: { name: 'lost' }, headers: soon }), 200, 'snapshots.create'), { status: 'failed', error: /discarded/ })
  t.match((await ask('GET', `/servers/${web}/snapshots`)).json(), { data: [{ name: 'kept', status: 'ready', size_gib: 1 }] })
})

t.test('a stopped server that is rebuilt passes through ACTIVE and ends stopped', async t => {
  const { ask } = await openGateway(t)
  const stopped = uuid(0x5e, 6)
  t.match(isOperation(t, await ask('POST', `/servers/${stopped}/rebuild`, { body: { image: ubuntu, password: 'Correct-Horse-9x!' }, headers: soon }), 200, 'rebuild'), { status: 'succeeded' })
  t.match((await ask('GET', `/servers/${stopped}`)).json(), { status: 'stopped', image: { id: ubuntu } })
})

t.test('a deleted server is missing, even if the cloud keeps it in a recycle bin', async t => {
  const { ask, vendor } = await openGateway(t, { recycles: true })
  t.match(isOperation(t, await ask('DELETE', `/servers/${web}`, { headers: soon }), 200, 'delete'), { status: 'succeeded' })
  isProblem(t, await ask('GET', `/servers/${web}`), 404, 'server-not-found')
  t.ok(vendor.servers.has(web), 'the cloud has it still')
})

t.test('a wrong state and a lock are conflicts with Nova\'s message', async t => {
  const { operations, vendor } = await openSandbox(t)
  t.match(await failureOf(verb(operations, 'start').run({ id: web })), { failure: 'conflict', options: { vendorMessage: /while it is in vm_state active/ } })
  Object.assign(vendor.servers.get(web) ?? {}, { locked: true })
  t.match(await failureOf(verb(operations, 'stop').run({ id: web })), { failure: 'conflict', options: { vendorMessage: /is locked/ } })
  t.match(await failureOf(verb(operations, 'password').run({ id: uuid(0x5e, 6), password: 'Correct-Horse-9x!' })), { failure: 'conflict' })
})

t.test('the console type that the hosts have is opened', async t => {
  for (const [consoles, type] of [[['novnc'], 'novnc'], [['spice-html5'], 'spice-html5'], [['serial'], 'serial']] as const) {
    const { operations } = await openSandbox(t, { consoles })
    t.match(await verb(operations, 'console').run({ id: web }), { type, url: /token/, expires_at: null })
  }
  const { operations } = await openSandbox(t, { consoles: [] })
  t.match(await failureOf(verb(operations, 'console').run({ id: web })), { failure: 'rejected' })
})

t.test('a floating address is not taken from another server, according to Neutron', async t => {
  const bench = await openSandbox(t)
  const { operations, vendor } = bench
  const other = uuid(0x5e, 2)
  const attach = async (id: string, address: string): Promise<unknown> => await verb(operations, 'addresses.attach').run({ id, addresses: [address] })
  t.same(await attach(web, '203.0.113.10'), { done: true })
  t.match(await verb(operations, 'addresses.list').run(web), [{ address: '203.0.113.10', scope: 'public', server_id: web }, { family: 4, prefix_length: 24, gateway: '10.20.0.1' }, { family: 6, prefix_length: 64 }])
  t.same(await attach(web, uuid(0xf1, 1)), { done: true }, 'by its id, and again')
  t.match(await failureOf(attach(other, '203.0.113.10')), { failure: 'conflict', options: { member: 'body.addresses' } })
  t.match(await failureOf(attach(web, '203.0.113.11')), { failure: 'rejected', message: /no interface left/ })
  t.match(await failureOf(attach(web, '203.0.113.99')), { failure: 'rejected', options: { member: 'body.addresses' } })
  t.equal(vendor.calls.filter(({ method }) => method === 'PUT').length, 1, 'the refused ones were not sent')
  t.same(await verb(operations, 'addresses.detach').run({ id: web, address: '203.0.113.10' }), { done: true })
  t.match(await failureOf(verb(operations, 'addresses.detach').run({ id: web, address: '203.0.113.10' })), { failure: 'not-found', options: { member: 'path.address' } })
})

t.test('a network is attached as an interface; an unknown one is refused before it is sent, an external one by the cloud', async t => {
  const { operations, vendor, pass } = await openSandbox(t)
  const attach = async (network: string): Promise<unknown> => await verb(operations, 'addresses.attach').run({ id: web, addresses: [network] })
  t.same(await attach(isolatedNetwork), { done: true })
  const fixed = (await verb(operations, 'addresses.list').run(web)).find(({ address }) => address.startsWith('10.30.'))?.address ?? ''
  t.match(await failureOf(attach(uuid(1, 1))), { failure: 'rejected', options: { member: 'body.addresses' } })
  t.equal(vendor.calls.filter(({ path }) => path.endsWith('/os-interface')).length, 1)
  t.match(await failureOf(attach(externalNetwork)), { failure: 'forbidden' })
  t.same(await verb(operations, 'addresses.detach').run({ id: web, address: fixed }), { goal: { missing: [fixed] } })
  pass(200)
  t.notOk((await verb(operations, 'addresses.list').run(web)).some(({ address }) => address === fixed))
})

t.test('a raw call reaches Nova, with a new token if it must, but neither guest passwords nor consoles', async t => {
  const { operations, vendor } = await openSandbox(t)
  const raw = verb(operations, 'raw')
  t.match(await raw.run({ method: 'GET', path: '/flavors/detail', query: 'limit=1', body: null }), { status: 200, body: { flavors: [{ id: '1' }] } })
  vendor.tokens.clear()
  t.match(await raw.run({ method: 'GET', path: `/servers/${web}`, query: '', body: null }), { status: 200 }, 'with a fresh token')
  for (const path of [`/servers/${web}/os-server-password`, `/servers/${web}/remote%2Dconsoles`, '/v3/auth/tokens']) t.ok(raw.isForbidden(path), path)
})
