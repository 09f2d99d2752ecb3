import t from 'tap'
import { openstack } from '../../src/adapters/openstack/adapter.ts'
import { toStatus } from '../../src/adapters/openstack/mapping.ts'
import type { ServerFacts } from '../../src/domain/server.ts'
import { privateNetwork, uuid } from '../../sandbox/openstack/seed.ts'
import { startOpenstack, type OpenstackSandbox } from '../../sandbox/openstack/simulator.ts'
import type { OpenstackBehavior } from '../../sandbox/openstack/behavior.ts'
import { startSimulator, type SimulatedReply, type SimulatedRequest } from '../../sandbox/kit/simulator.ts'
import { createStillClock } from '../helpers/clock.ts'
import { failureOf, listAll, openBench, type Bench, type Test } from '../helpers/line.ts'

const web = uuid(0x5e, 1)

async function open (test: Test, behavior: Partial<OpenstackBehavior> = {}, more: object = {}): Promise<Bench<OpenstackSandbox> & { readonly pass: (ms: number) => void }> {
  const { now, pass } = createStillClock()
  const vendor = await startOpenstack({ clock: now, behavior })
  return { ...openBench(test, openstack, vendor, { ...vendor.settings.stack, ...more }), pass }
}

const see = async ({ operations }: Bench, id: string): Promise<ServerFacts> => (await operations.get.run(id)).server

/** Rows of the dossier's table: Nova's word, the task, our status. */
const states = `
BUILD scheduling provisioning · BUILD - provisioning · BUILD spawning provisioning · ACTIVE - running · ACTIVE powering-off stopping
ACTIVE pausing stopping · ACTIVE suspending stopping · ACTIVE shelving stopping · ACTIVE shelving_offloading stopping · ACTIVE rescuing rebooting
ACTIVE image_snapshot running · SHUTOFF image_uploading stopped · PAUSED image_pending_upload paused · SUSPENDED image_backup suspended
ACTIVE updating_password running · ACTIVE deleting deleting · SHUTOFF soft-deleting deleting · ERROR deleting deleting · DELETED - deleted
SOFT_DELETED - deleted · SHUTOFF - stopped · SHUTOFF powering-on starting · SHUTOFF rebooting_hard starting · SHUTOFF reboot_started_hard starting
SHUTOFF reboot_pending_hard starting · SHUTOFF rescuing starting · REBOOT rebooting rebooting · HARD_REBOOT reboot_started_hard rebooting
PASSWORD updating_password running · REBUILD rebuilding rebuilding · REBUILD rebuild_spawning rebuilding · RESIZE resize_prep resizing
RESIZE resize_migrated resizing · VERIFY_RESIZE - resizing · REVERT_RESIZE resize_reverting resizing · MIGRATING migrating migrating
PAUSED - paused · PAUSED unpausing starting · SUSPENDED - suspended · SUSPENDED resuming starting · SHELVED - stopped · SHELVED_OFFLOADED - stopped
SHELVED_OFFLOADED unshelving starting · SHELVED_OFFLOADED spawning starting · RESCUE - rescue · RESCUE unrescuing rebooting · ERROR - error
ERROR rebooting_hard rebooting · UNKNOWN - unknown · HIBERNATED - unknown · HIBERNATED dreaming unknown`

t.test('each status of Nova is mapped, with each task that occurs with it', async t => {
  const rows = states.split(/·|\n/).map(row => row.trim().split(' ')).filter(row => row.length === 3)
  t.equal(rows.length, 51)
  for (const [word = '', task = '', status] of rows) t.equal(toStatus(word, task === '-' ? null : task), status, `${word} ${task}`)
})

t.test('a server is mapped to our members and units, with the id of its plan', async t => {
  const bench = await open(t)
  t.match(await see(bench, web), {
    id: web,
    name: 'web-1',
    status: 'running',
    power: 'on',
    task: null,
    provider_status: 'ACTIVE',
    cpus: 1,
    memory_mib: 2048,
    disk_gib: 20,
    image: { id: uuid(0x1a6e, 1), name: null },
    plan: { id: '2', name: 'm1.small' },
    region: { id: 'nova' },
    locked: false,
    protected: null,
    tags: ['team-web']
  })
})

t.test('a plan that was deleted, or recreated with other sizes, has a name and no id', async t => {
  const bench = await open(t)
  const server = bench.vendor.servers.get(web)
  if (server === undefined) throw new Error('no server')
  for (const flavor of [{ ...server.flavor, name: 'm0.gone' }, { ...server.flavor, vcpus: 7 }]) {
    server.flavor = flavor
    t.same((await see(bench, web)).plan, { id: null, name: flavor.name })
  }
})

t.test('in any order of networks and families a floating address is primary, otherwise the first fixed IPv4 address', async t => {
  const bench = await open(t)
  t.match((await see(bench, web)).addresses, [{ family: 4, scope: 'private', primary: true }, { family: 6, scope: 'private', primary: false }])
  const port = [...bench.vendor.ports.values()].find(({ device_id: device }) => device === web)
  Object.assign(bench.vendor.floating.get(uuid(0xf1, 1)) ?? {}, { port_id: port?.id })
  t.match((await see(bench, web)).addresses[0], { address: '203.0.113.10', scope: 'public', primary: true })
})

t.test('a server that boots from a volume has no image and no known disk', async t => {
  const bench = await open(t)
  Object.assign(bench.vendor.servers.get(web) ?? {}, { image: '' })
  t.match(await see(bench, web), { image: null, disk_gib: null, plan: { id: '2' } })
})

t.test('a task in progress locks a server, and a lock leaves only the actions that it allows', async t => {
  const bench = await open(t)
  const server = bench.vendor.servers.get(web)
  Object.assign(server ?? {}, { task: 'image_uploading' })
  t.match(await see(bench, web), { status: 'running', task: 'image_uploading', locked: true, allowed_actions: ['rename', 'delete'] })
  Object.assign(server ?? {}, { task: null, locked: true })
  t.match(await see(bench, web), { locked: true, task: null, allowed_actions: ['rename', 'console'] })
})

t.test('a row from a part of the cloud that is down has an id and is unknown', async t => {
  const { operations } = await only(t, ({ path }) => path.endsWith('/detail') && path.includes('servers')
    ? { status: 200, body: { servers: [{ id: web, status: 'UNKNOWN', tenant_id: 'p', created: '2026-11-28T10:00:00Z', links: [] }] } }
    : { status: 200, body: { flavors: [] } })
  t.match((await operations.list.run({ filters: {}, offset: 0, after: null, limit: 10 })).rows, [{ server: { id: web, name: '', status: 'unknown', cpus: null, plan: null, addresses: [] } }])
})

/** The adapter before a cloud whose every answer but those of the sign-in the test gives. */
async function only (test: Test, handle: (request: SimulatedRequest) => SimulatedReply, version = '2.93'): Promise<Bench> {
  const vendor = await startSimulator(request => {
    if (request.path === '/v2.1/') return { status: 200, body: { version: { id: 'v2.1', version, min_version: '2.1' } } }
    if (!request.path.endsWith('/auth/tokens')) return handle(request)
    const catalog = ['compute', 'image', 'network'].map(type => ({ type, endpoints: [{ interface: 'public', region_id: 'R', url: `http://${request.headers['host'] ?? ''}${type === 'compute' ? '/v2.1' : `/${type}`}` }] }))
    return { status: 201, headers: { 'x-subject-token': 'tok' }, body: { token: { expires_at: '2099-11-22T02:34:06.000000Z', catalog, project: { id: 'p', name: 'demo' } } } }
  })
  return openBench(test, openstack, vendor, { auth_url: `${vendor.origin}/v3`, username: 'demo', password: 'secret-word', project: 'demo' })
}

const signsIn = ({ vendor }: Bench): string[] => vendor.calls.map(({ method, path }) => `${method} ${path}`).filter(call => call.includes('/auth/tokens') || call.endsWith('/v2.1/'))

t.test('a sign-in sends one method and the project, and reads the microversion once', async t => {
  const bench = await open(t)
  await bench.operations.get.run(web)
  await bench.operations.get.run(web)
  t.same(signsIn(bench), ['POST /identity/v3/auth/tokens', 'GET /compute/v2.1/'])
  const { auth } = JSON.parse(bench.vendor.calls[0]?.body ?? '{}')
  t.same(auth.identity.methods, ['password'])
  t.same(auth.scope, { project: { name: 'demo', domain: { name: 'Default' } } })
  t.ok(bench.vendor.calls.filter(({ path }) => path.includes('/servers')).every(({ headers }) => headers['openstack-api-version'] === 'compute 2.79'))
})

t.test('an application credential is sent without a scope, and signs in', async t => {
  const vendor = await startOpenstack()
  const { operations } = openBench(t, openstack, vendor, vendor.settings['stack-app'])
  await operations.get.run(web)
  t.notMatch(vendor.calls[0]?.body, /scope/)
})

t.test('an old cloud\'s newest microversion is used, one below 2.60 is refused, and an unreadable document counts as a new cloud', async t => {
  const bench = await open(t, { maxMicroversion: '2.65' })
  await bench.operations.get.run(web)
  t.equal(bench.vendor.calls.at(-1)?.headers['openstack-api-version'], 'compute 2.65')
  t.match(await failureOf((await open(t, { maxMicroversion: '2.53' })).operations.get.run(web)), { failure: 'unsupported', message: /too old.*2\.60/ })
  const strange = await open(t)
  strange.vendor.fail({ kind: 'reply', match: ({ path }) => path === '/compute/v2.1/', reply: { status: 404, body: 'nothing' } })
  await strange.operations.get.run(web)
  t.equal(strange.vendor.calls.at(-1)?.headers['openstack-api-version'], 'compute 2.79')
})

t.test('a token without a project is refused: Nova would show it an empty list', async t => {
  const vendor = await startSimulator(() => ({ status: 201, headers: { 'x-subject-token': 'tok' }, body: { token: { expires_at: '2099-11-22T02:34:06Z' } } }))
  const { operations } = openBench(t, openstack, vendor, { auth_url: `${vendor.origin}/v3`, username: 'demo', password: 'secret-word', project: 'demo' })
  t.match(await failureOf(operations.get.run(web)), { failure: 'forbidden', message: /without a project/ })
})

t.test('wrong credentials, and an application credential that is 404, are refused credentials', async t => {
  const vendor = await startOpenstack()
  t.teardown(async () => { await vendor.close() })
  for (const settings of [{ ...vendor.settings.stack, password: 'wrong' }, { ...vendor.settings['stack-app'], application_credential_id: 'f'.repeat(32) }]) {
    const { operations } = openBench(t, openstack, { ...vendor, close: async () => {} }, settings)
    t.match(await failureOf(operations.get.run(web)), { failure: 'authentication' })
  }
})

t.test('an expired token is replaced once, and the call is repeated', async t => {
  const bench = await open(t)
  await bench.operations.get.run(web)
  bench.vendor.tokens.clear()
  t.equal((await see(bench, web)).id, web)
  t.equal(signsIn(bench).length, 4)
  bench.vendor.tokens.clear()
  t.match(await bench.operations.raw?.run({ method: 'GET', path: `/servers/${web}`, query: '', body: null }), { status: 200 })
  t.equal(signsIn(bench).length, 6)
})

t.test('a 401 in Nova\'s own form comes from a service behind it: unavailable, after one new sign-in', async t => {
  const bench = await only(t, () => ({ status: 401, body: { unauthorized: { code: 401, message: 'This server could not verify that you are authorized.' } } }))
  t.match(await failureOf(bench.operations.get.run(web)), { failure: 'unavailable' })
  t.equal(signsIn(bench).filter(call => call.startsWith('POST')).length, 2)
})

t.test('with several regions one must be configured, and an unknown one is refused with those of the catalog', async t => {
  const regions = ['GRA11', 'SBG5']
  t.match(await failureOf((await open(t, { regions })).operations.get.run(web)), { failure: 'forbidden', message: /GRA11, SBG5/ })
  t.match(await failureOf((await open(t, { regions }, { region: 'BHS5' })).operations.get.run(web)), { failure: 'forbidden', message: /region; it has GRA11, SBG5/ })
  t.equal((await see(await open(t, { regions }, { region: 'SBG5' }), web)).id, web)
})

t.test('an endpoint on a host that is not allowed gets no token', async t => {
  const bench = await open(t, { computeHost: 'nova.attacker.example' })
  t.match(await failureOf(bench.operations.get.run(web)), { failure: 'forbidden', message: /nova\.attacker\.example, which is not in allowed_hosts/ })
  t.same(signsIn(bench), ['POST /identity/v3/auth/tokens'])
})

t.test('without Neutron there are no networks and addresses, and the rest works', async t => {
  const { operations } = await open(t, { hasNetwork: false })
  t.match(await failureOf(operations.networks?.run({}) ?? Promise.resolve()), { failure: 'unsupported' })
  t.equal((await operations.get.run(web)).server.id, web)
})

t.test('a list is read by markers to its end, in any order of ids, however small the cloud\'s pages', async t => {
  const bench = await open(t, { maxLimit: 5 })
  bench.vendor.addServers(17)
  const rows = await listAll(bench.operations)
  t.equal(new Set(rows.map(({ server }) => server.id)).size, bench.vendor.servers.size)
  t.equal(rows.length, bench.vendor.servers.size)
})

t.test('a marker whose row was purged is replaced by an earlier one, and finally by the beginning', async t => {
  const bench = await open(t, { purges: true })
  const { operations, vendor } = bench
  const page = async (after: string | null, earlier: readonly string[] = []): Promise<string[]> =>
    (await operations.list.run({ filters: {}, offset: 0, after, earlier, limit: 4 })).rows.map(({ server }) => server.id)
  const [first = '', second = '', third = '', fourth = ''] = await page(null)
  const following = await page(fourth)
  vendor.servers.delete(fourth)
  t.same(await page(fourth, [third, second]), following)
  vendor.servers.delete(third)
  t.same((await page(fourth, [third]))[0], first, 'from the beginning')
})

t.test('only filters that leave out no matching row are sent', async t => {
  const bench = await open(t)
  const asked = async (filters: Parameters<typeof bench.operations.list.run>[0]['filters']): Promise<string> => {
    await bench.operations.list.run({ filters, offset: 0, after: null, limit: 10 })
    return bench.vendor.calls.findLast(({ path }) => path.endsWith('/servers/detail'))?.rawQuery ?? ''
  }
  t.equal(await asked({ status: new Set(['running', 'stopped']) }), 'limit=10&status=ACTIVE&status=SHUTOFF&status=SHELVED&status=SHELVED_OFFLOADED')
  t.equal(await asked({ status: new Set(['running', 'deleting']) }), 'limit=10', 'what is deleted hides behind other words')
  t.equal(await asked({ name: 'web-1' }), 'limit=10&name=%5Eweb-1%24')
  t.equal(await asked({ name: 'w.b' }), 'limit=10', 'a name is a regular expression there')
  t.equal(await asked({ ip: '203.0.113.10', q: 'x', region: 'nova' }), 'limit=10', 'floating addresses are never found')
  t.equal(await asked({ tag: 'team-web' }), 'limit=10&tags=team-web')
})

t.test('a server in the recycle bin is missing, and an id of another form is not sent', async t => {
  const bench = await open(t)
  Object.assign(bench.vendor.servers.get(web) ?? {}, { vm: 'soft-delete' })
  t.match(await failureOf(bench.operations.get.run(web)), { failure: 'not-found' })
  const { length } = bench.vendor.calls
  t.match(await failureOf(bench.operations.get.run('web-1')), { failure: 'not-found' })
  t.equal(bench.vendor.calls.length, length)
  t.match(await failureOf(bench.operations['addresses.list']?.run('web-1') ?? Promise.resolve()), { failure: 'not-found' })
  await bench.operations.regions?.run({})
  t.same(bench.vendor.calls.slice(length).map(({ path }) => path), ['/compute/v2.1/os-availability-zone'])
})

t.test('the four forms of an error are read, with the request id', async t => {
  const replies: ReadonlyArray<readonly [number, unknown, object]> = [
    [409, { conflictingRequest: { code: 409, message: 'Instance x is locked' } }, { failure: 'conflict', options: { code: 'conflictingRequest', vendorMessage: 'Instance x is locked', requestId: 'req-1' } }],
    [403, { forbidden: { code: 403, message: 'Quota exceeded for ram: Requested 1' } }, { failure: 'quota' }],
    [403, { forbidden: { code: 403, message: 'Policy doesn\'t allow x to be performed.' } }, { failure: 'forbidden' }],
    [413, { overLimit: { code: 413, message: 'Quota exceeded' } }, { failure: 'quota' }],
    [404, { message: 'The resource could not be found.<br /><br />\n\n\n', code: '404 Not Found', title: 'Not Found' }, { failure: 'unsupported' }],
    [404, { itemNotFound: { code: 404, message: 'Instance x could not be found.' } }, { failure: 'not-found' }],
    [406, { computeFault: { code: 406, message: 'Version 2.79 is not supported' } }, { failure: 'unsupported' }],
    [429, { error: { status: '429 Too Many Requests', message: 'slow down' } }, { failure: 'rate-limited' }],
    [500, { computeFault: { code: 500, message: 'Unexpected API Error.' } }, { failure: 'unavailable' }],
    [503, '<html>', { failure: 'unavailable' }]
  ]
  for (const [status, body, expected] of replies) {
    const { operations } = await only(t, () => ({ status, headers: { 'x-openstack-request-id': 'req-1' }, body }))
    t.match(await failureOf(operations.stop?.run({ id: web }) ?? Promise.resolve()), expected, JSON.stringify(body))
  }
})

t.test('the catalogs list what a create accepts', async t => {
  const { operations } = await open(t)
  t.match(await operations.images?.run({}), [{ id: uuid(0x1a6e, 1), name: 'debian-12', os: 'debian 12', min_disk_gib: 1, min_memory_mib: 64 }])
  t.match((await operations.plans?.run({}))?.map(({ id, disk_gib: disk }) => [id, disk]), [['1', 1], ['2', 20], ['3', 40], ['4', 80], ['5', null], ['6', 80]])
  t.same((await operations.regions?.run({}))?.map(({ id }) => id), ['nova', 'zone-b'], 'a zone that is closed is left out')
  t.match(await operations.ssh_keys?.run({}), [{ id: 'deploy', fingerprint: /^1f:/ }])
  t.match(await operations.networks?.run({}), [{ id: privateNetwork, scope: 'private', cidrs: ['10.20.0.0/24', 'fd00:20::/64'] }, {}, { name: 'public', scope: 'public' }])
})
