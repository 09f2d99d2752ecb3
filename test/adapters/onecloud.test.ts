import { createHmac } from 'node:crypto'
import t from 'tap'
import type { PageRequest, VendorPage } from '../../src/adapters/verbs.ts'
import { onecloud } from '../../src/adapters/onecloud/adapter.ts'
import { seenServer } from '../../src/adapters/onecloud/mapping.ts'
import { UpstreamError, type Failure } from '../../src/domain/failure.ts'
import type { ServerFacts, ServerStatus } from '../../src/domain/server.ts'
import { startOnecloud, type OnecloudBehavior, type OnecloudSandbox } from '../../sandbox/onecloud/simulator.ts'
import { startSimulator, type SimulatedReply, type SimulatedRequest, type Simulator } from '../../sandbox/kit/simulator.ts'
import { createStillClock } from '../helpers/clock.ts'
import { failureOf, listAll, openBench, type Bench, type Test, type DirectVerbs } from '../helpers/line.ts'
import { webId, stoppedId, vpcId, recycledId, otherId, goneId, ok, complaint, html, credentials, type Handle } from './onecloud-bench.ts'

/** The adapter in front of a vendor whose every answer the test gives. */
async function open (test: Test, handle: Handle, settings: object = {}): Promise<Bench> {
  const vendor = await startSimulator(handle)
  return openBench(test, onecloud, vendor, { auth_url: `${vendor.origin}/v3`, ...credentials, ...settings })
}

async function openSandbox (test: Test, behavior: Partial<OnecloudBehavior> = {}, more: object = {}): Promise<Bench<OnecloudSandbox>> {
  const vendor = await startOnecloud({ clock: createStillClock().now, behavior })
  return openBench(test, onecloud, vendor, { ...vendor.settings.pods, ...more })
}

const endpoint = (url: string, name = 'public', region = 'region0') => ({ interface: name, region_id: region, region, url })
const catalogOf = (request: SimulatedRequest): unknown[] =>
  [{ type: 'compute_v2', endpoints: [endpoint(`http://${request.headers.host ?? ''}/compute`)] }]

const signedIn = (catalog: unknown, token = 'tok-1', more: object = {}): SimulatedReply => ({
  status: 200,
  headers: { 'x-subject-token': token },
  body: { id: token, token: { expires_at: '2099-11-22T02:34:06.080529Z', catalog, ...more } }
})

/** Signs in whoever comes, with tokens tok-1, tok-2 and so on, and leaves the rest to `handle`. */
function withDesk (handle: Handle): Handle {
  let tokens = 0
  return request => request.path === '/v3/auth/tokens' ? signedIn(catalogOf(request), `tok-${++tokens}`) : handle(request)
}

const pathsOf = (vendor: Simulator): string[] => vendor.calls.map(({ method, path }) => `${method} ${path}`)
const bodyOf = (text: string | undefined): unknown => JSON.parse(text ?? '')
const page = (more: Partial<PageRequest> = {}): PageRequest => ({ filters: {}, offset: 0, after: null, limit: 200, ...more })
const lastCall = (vendor: Simulator) => {
  const call = vendor.calls.at(-1)
  if (call === undefined) throw new Error('nothing was sent')
  return call
}

/** The members of a recorded running server that are read. */
const web = {
  id: webId,
  name: 'web-1',
  status: 'running',
  power_states: 'on',
  pending_deleted: false,
  vcpu_count: 2,
  vmem_size: 2048,
  disk: 40960,
  disks_info: [
    { index: 0, size: 30720, disk_type: 'sys', image: 'debian-12-fake', image_id: '4288627b-c4db-4ab5-8c1c-e3ebd9496aa0' },
    { index: 1, size: 10240, disk_type: 'data' }
  ],
  ips: '10.77.0.193',
  networks: 'eth0:10.77.0.193/24/00:22:18:18:4b:a2/1/vnet0/virtio/1000/0\n',
  nics: [{ ip_addr: '10.77.0.193', is_exit: false, mac: '00:22:18:18:4b:a2' }],
  cloudregion: 'Default',
  cloudregion_id: 'default',
  region: 'Default',
  region_id: 'default',
  tenant: 'demo',
  tenant_id: '31c1aa2af0104f1d89faef0f0b9368e4',
  created_at: '2026-11-21T02:34:10.000000Z',
  metadata: { app_tags: '', login_account: 'root', os_distribution: 'Debian', 'user:env': 'test', 'sys:x': 'y' },
  freezed: false,
  disable_delete: true,
  can_delete: false,
  can_update: true
}

const factsOf = (wire: unknown): ServerFacts => seenServer.parse(wire).server
const withWord = (status: string, power?: string): ServerFacts => {
  const { power_states: _power, ...rest } = web
  return factsOf({ ...rest, status, ...(power === undefined ? {} : { power_states: power }) })
}

/** Answers a get with the sample, and a list with nothing. */
const calm: Handle = withDesk(request => ok(request.path.endsWith('/servers') ? { servers: [] } : { server: web }))

t.test('a recorded server is mapped to our members and units', async t => {
  t.strictSame(factsOf(web), {
    id: webId,
    name: 'web-1',
    status: 'running',
    power: 'on',
    task: null,
    provider_status: 'running',
    cpus: 2,
    memory_mib: 2048,
    disk_gib: 40,
    addresses: [{ address: '10.77.0.193', family: 4, scope: 'private', prefix_length: 24, gateway: null, primary: true }],
    image: { id: '4288627b-c4db-4ab5-8c1c-e3ebd9496aa0', name: 'debian-12-fake' },
    plan: null,
    region: { id: 'default', name: 'Default' },
    owner: { id: '31c1aa2af0104f1d89faef0f0b9368e4', name: 'demo' },
    created_at: '2026-11-21T02:34:10Z',
    tags: ['env=test'],
    locked: false,
    protected: true,
    allowed_actions: ['stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'console']
  })
})

t.test('a server that was never scheduled has no region, image, plan, disk or address', async t => {
  const facts = factsOf({
    id: '473f395d-b993-410c-8e1c-0e662ccff794', name: 'huge-1', status: 'sched_fail', power_states: 'unknown', disk: 0, vcpu_count: 32, vmem_size: 400000, disable_delete: false, can_delete: true, created_at: ''
  })
  t.match(facts, { status: 'error', power: 'unknown', disk_gib: null, addresses: [], image: null, plan: null, region: null, owner: null, created_at: null, protected: false })
  t.strictSame(facts.allowed_actions, ['rename', 'delete'])
})

t.test('the elastic address, which only one member has, comes first and is public', async t => {
  const facts = factsOf({ ...web, eip: '192.0.2.10', eip_mode: 'elastic_ip', ips: '192.168.40.253', nics: [{ ip_addr: '192.168.40.253', is_exit: false }], networks: '' })
  t.strictSame(facts.addresses, [
    { address: '192.0.2.10', family: 4, scope: 'public', prefix_length: null, gateway: null, primary: true },
    { address: '192.168.40.253', family: 4, scope: 'private', prefix_length: null, gateway: null, primary: false }
  ])
})

t.test('a routed network card is public, the scope of IPv6 follows from its range, and no address is listed twice', async t => {
  const facts = factsOf({ ...web, eip: '203.0.113.7', nics: [{ ip_addr: '10.0.0.5', ip6_addr: '2001:db8::51', is_exit: true }, { ip_addr: '203.0.113.7', is_exit: true }], networks: 'eth0:2001:db8::51/64/mac\n' })
  t.strictSame(facts.addresses.map(({ address, scope, prefix_length: length }) => [address, scope, length]), [
    ['203.0.113.7', 'public', null], ['10.0.0.5', 'public', null], ['2001:db8::51', 'public', 64]
  ])
})

t.test('without network cards the comma-separated addresses are used', async t => {
  const facts = factsOf({ ...web, nics: [], ips: '10.77.0.9, 2001:db8::9,not an address', networks: null })
  t.strictSame(facts.addresses.map(({ address, family, scope }) => [address, family, scope]), [['10.77.0.9', 4, 'private'], ['2001:db8::9', 6, 'public']])
})

t.test('the disks are added up while their sum is still 0', async t => {
  t.equal(factsOf({ ...web, disk: 0 }).disk_gib, 40)
  t.equal(factsOf({ ...web, disk: 1536 }).disk_gib, 1.5)
  t.equal(factsOf({ ...web, disk: 0, disks_info: [] }).disk_gib, null)
})

t.test('the image is that of the disk with the lowest index, whatever the order of the disks', async t => {
  t.equal(factsOf({ ...web, disks_info: [...web.disks_info].reverse() }).image?.name, 'debian-12-fake')
  t.equal(factsOf({ ...web, disks_info: [{ index: 0, size: 10240 }] }).image, null)
})

t.test('the plan is the name of the size, and a stale one does not change cpus and memory', async t => {
  const facts = factsOf({ ...web, instance_type: 'ecs.g1.c1m1', vcpu_count: 3, vmem_size: 3072 })
  t.strictSame([facts.plan, facts.cpus, facts.memory_mib], [{ id: 'ecs.g1.c1m1', name: 'ecs.g1.c1m1' }, 3, 3072])
})

t.test('the owner is read from project_id, too', async t => {
  const { tenant_id: _id, tenant: _name, ...rest } = web
  t.strictSame(factsOf({ ...rest, project_id: 'p1', project: 'demo' }).owner, { id: 'p1', name: 'demo' })
})

const table: ReadonlyArray<readonly [string, ServerStatus]> = [
  ['running', 'running'], ['block_stream', 'running'], ['block_stream_fail', 'running'],
  ['ready', 'stopped'], ['deallocated', 'stopped'], ['suspend', 'suspended'],
  ['init', 'provisioning'], ['schedule', 'provisioning'], ['network', 'provisioning'], ['disk', 'provisioning'],
  ['image_caching', 'provisioning'], ['start_deploy', 'provisioning'], ['deploying', 'provisioning'], ['import', 'provisioning'],
  ['convert', 'provisioning'], ['converting', 'provisioning'], ['tempalte_saving', 'provisioning'], ['backup_creating', 'provisioning'],
  ['deploying_backup', 'provisioning'], ['kickstart_pending', 'provisioning'], ['kickstart_installing', 'provisioning'],
  ['start_start', 'starting'], ['starting', 'starting'], ['resuming', 'starting'], ['start_rescue', 'starting'],
  ['start_stop', 'stopping'], ['stopping', 'stopping'], ['start_suspend', 'stopping'], ['suspending', 'stopping'], ['stop_rescue', 'stopping'],
  ['change_flavor', 'resizing'], ['start_resize_disk', 'resizing'], ['resize_disk', 'resizing'],
  ['rebuild_root', 'rebuilding'], ['disk_reset', 'rebuilding'], ['start_snapshot_reset', 'rebuilding'],
  ['start_migrate', 'migrating'], ['migrating', 'migrating'], ['live_migrating', 'migrating'],
  ['start_delete', 'deleting'], ['deleting', 'deleting'],
  ['rescue', 'rescue'], ['unknown', 'unknown'],
  ['sched_fail', 'error'], ['net_fail', 'error'], ['dev_fail', 'error'], ['create_fail', 'error'], ['disk_fail', 'error'], ['deploy_fail', 'error'],
  ['start_fail', 'error'], ['stop_fail', 'error'], ['delete_fail', 'error'], ['suspend_failed', 'error'], ['resume_failed', 'error'],
  ['migrate_failed', 'error'], ['change_flavor_fail', 'error'], ['rebuild_root_fail', 'error'], ['resize_disk_fail', 'error'],
  ['snapshot_failed', 'error'], ['associate_eip_failed', 'error'], ['sync_fail', 'error'], ['renew_failed', 'error'], ['deploging_backup_fail', 'error']
]

const updatingWords = [
  'start_sync_status', 'sync_status', 'sync_config', 'sync_traffic_limit', 'associate_eip', 'dissociate_eip', 'start_eip_convert', 'attach_disk',
  'detach_disk', 'snapshot', 'snapshot_start', 'snapshot_delete', 'snapshot_succ', 'start_instance_snapshot', 'start_instance_backup',
  'start_save_disk', 'save_disk', 'restart_network', 'update_tags', 'set_auto_renew', 'renewing', 'io_throttle', 'disk_change_storage',
  'qga_set_password', 'qga_command_executing', 'qga_sync_os_info', 'qga_set_network', 'backup_starting', 'backup_stopping', 'deleting_backup',
  'switch_to_backup', 'remove_state', 'restore_disk', 'restore_state', 'restoring_snapshot', 'unsync', 'kickstart_completed'
]

t.test('every status in the table is mapped', async t => {
  for (const [word, status] of table) t.match(withWord(word), { status, provider_status: word }, word)
})

t.test('both spellings of a failure are errors, also in statuses that are not in the table', async t => {
  t.equal(withWord('warp_fail').status, 'error')
  t.equal(withWord('warp_failed').status, 'error')
})

t.test('after a failed side action the power decides the status; it is an error only if the power is unknown', async t => {
  for (const word of ['qga_exec_command_failed', 'associate_eip_failed', 'instance_snapshot_failed', 'instance_snapshot_delete_failed', 'renew_failed']) {
    t.match(withWord(word, 'on'), { status: 'running', power: 'on', task: null, locked: false, provider_status: word }, word)
    t.match(withWord(word, 'off'), { status: 'stopped', power: 'off', provider_status: word }, word)
    t.match(withWord(word, 'unknown'), { status: 'error', power: 'unknown' }, word)
  }
  t.equal(withWord('change_flavor_fail', 'on').status, 'error', 'what the server itself is in for')
})

t.test('a failed status allows the actions that fit its power', async t => {
  const free = (status: string, power: string) => factsOf({ ...web, status, power_states: power, disable_delete: false, can_delete: true }).allowed_actions
  for (const word of ['associate_eip_failed', 'change_flavor_fail']) {
    t.strictSame(free(word, 'on'), ['stop', 'reboot', 'rename', 'delete'], word)
    t.strictSame(free(word, 'off'), ['start', 'rename', 'delete'], word)
    t.strictSame(free(word, 'unknown'), ['rename', 'delete'], word)
  }
})

t.test('a server in rescue mode is in rescue, whatever its status', async t => {
  const inRescue = (more: object) => factsOf({ ...web, rescue_mode: true, ...more })
  t.match(inRescue({}), { status: 'rescue', power: 'on', provider_status: 'running' })
  t.match(inRescue({ status: 'sync_status' }), { status: 'rescue', task: 'sync_status' })
  t.match(inRescue({ status: 'start_rescue' }), { status: 'starting' })
  t.match(inRescue({ status: 'ready', power_states: 'off' }), { status: 'stopped' })
  t.match(factsOf({ ...web, rescue_mode: false }), { status: 'running' })
})

t.test('an unknown, missing or container status is unknown, and provider_status has the vendor\'s', async t => {
  t.match(withWord('warming_nebula'), { status: 'unknown', provider_status: 'warming_nebula' })
  t.match(withWord('container_running'), { status: 'unknown', provider_status: 'container_running' })
  const { status: _status, ...rest } = web
  t.match(factsOf(rest), { status: 'unknown', provider_status: null })
})

t.test('a task that leaves the server running or stopped is shown with task and lock', async t => {
  for (const word of updatingWords) {
    const expected = { task: word, locked: true, provider_status: word, allowed_actions: [] }
    t.match(withWord(word, 'on'), { ...expected, status: 'running', power: 'on' }, word)
    t.match(withWord(word, 'off'), { ...expected, status: 'stopped', power: 'off' }, word)
    t.match(withWord(word, 'unknown'), { ...expected, status: 'unknown', power: 'unknown' }, word)
    t.match(withWord(word), { ...expected, status: 'unknown', power: 'unknown' }, word)
  }
})

t.test('a busy server is locked and has a task; a background copy of blocks does neither', async t => {
  t.match(withWord('start_stop', 'on'), { locked: true, task: 'start_stop', allowed_actions: [] })
  t.match(withWord('block_stream', 'on'), { status: 'running', locked: false, task: 'block_stream' })
  t.match(withWord('rescue', 'on'), { locked: false, task: null })
})

t.test('a frozen server is locked without a task', async t => {
  t.match(factsOf({ ...web, freezed: true }), { status: 'running', locked: true, task: null, allowed_actions: [] })
})

t.test('the vendor\'s power member decides, or the status if there is none', async t => {
  t.equal(withWord('start_start', 'off').power, 'off')
  t.equal(withWord('running', 'unknown').power, 'unknown')
  t.equal(withWord('stop_fail', 'on').power, 'on')
  t.equal(withWord('running').power, 'on')
  t.equal(withWord('ready').power, 'off')
  t.equal(withWord('init').power, 'unknown')
})

t.test('allowed actions follow the state, and failed starts and stops may be tried again', async t => {
  const free = (status: string) => factsOf({ ...web, status, disable_delete: false, can_delete: true }).allowed_actions
  t.strictSame(free('running'), ['stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'console', 'delete'])
  t.strictSame(free('ready'), ['start', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'delete'])
  t.strictSame(free('suspend'), ['start', 'rename', 'delete'])
  t.strictSame(free('rescue'), ['rename', 'unrescue', 'console', 'delete'])
  t.strictSame(free('start_fail'), ['start', 'rename', 'delete'])
  t.strictSame(free('save_disk_failed'), ['start', 'rename', 'delete'])
  t.strictSame(free('stop_fail'), ['stop', 'reboot', 'rename', 'delete'])
  t.strictSame(free('deploy_fail'), ['stop', 'reboot', 'rename', 'delete'], 'its power is on')
  t.strictSame(free('unknown'), ['rename', 'delete'])
  t.strictSame(free('warming_nebula'), ['start', 'stop', 'reboot', 'rename', 'delete'])
})

t.test('deletion and renaming are not offered where the record says that they are disabled', async t => {
  const allowed = (more: object) => factsOf({ ...web, disable_delete: false, can_delete: true, ...more }).allowed_actions
  t.ok(allowed({}).includes('delete'))
  t.notOk(allowed({ disable_delete: true }).includes('delete'))
  t.notOk(allowed({ can_delete: false }).includes('delete'))
  t.notOk(allowed({ can_update: false }).includes('rename'))
})

t.test('unexpected values of optional members become null; a record without an id or with a malformed recycle mark is malformed', async t => {
  t.match(factsOf({ id: webId, vcpu_count: 'two', vmem_size: null, nics: 'none', metadata: [], disks_info: {}, power_states: 7 }),
    { cpus: null, memory_mib: null, addresses: [], tags: [], disk_gib: null, name: '' })
  t.notOk(seenServer.safeParse({ ...web, id: undefined }).success)
  t.notOk(seenServer.safeParse({ ...web, pending_deleted: 'yes' }).success)
})

t.test('the account takes a user or an access key, never both', async t => {
  const auth = { auth_url: 'https://pods.example.com:5000/v3/' }
  const accepts = (settings: object): boolean => onecloud.account.safeParse({ ...auth, ...settings }).success
  const key = { access_key: 'k', secret_key: 's' }
  t.ok(accepts(credentials))
  t.ok(accepts(key))
  t.ok(accepts({ ...credentials, scope: 'domain' }))
  t.ok(accepts({ ...credentials, allowed_hosts: ['10.0.0.1', 'Region.Example.com', '[::1]'] }))
  t.ok(onecloud.account.safeParse(onecloud.example).success)
  for (const bad of [
    {}, { username: 'u', password: 'p' }, { ...credentials, ...key }, { access_key: 'k' }, { secret_key: 's' }, { ...key, project: 'demo' },
    { username: 'u', password: 'p', scope: 'domain' }, { ...credentials, scope: 'all' }, { ...credentials, colour: 'red' }, { ...credentials, auth_url: 'https://pods.example.com' },
    { ...credentials, allowed_hosts: ['https://x'] }, { ...credentials, allowed_hosts: ['x:80'] }, { ...credentials, allowed_hosts: [] }
  ]) t.notOk(accepts(bad), JSON.stringify(bad))
  t.match(onecloud.account.parse({ ...auth, ...credentials }), { auth_url: 'https://pods.example.com:5000/v3', domain: 'Default', project_domain: 'Default', scope: 'project', interface: 'public' })
})

t.test('the sign-in sends one method, the user\'s domain and the project, and its token comes from the header', async t => {
  const { vendor, operations } = await open(t, request => request.path === '/v3/auth/tokens'
    ? { ...signedIn(catalogOf(request), 'from-header'), body: { id: 'from-body', token: { expires_at: '2099-01-01T00:00:00Z', catalog: catalogOf(request) } } }
    : calm(request), { domain: 'Users', project_domain: 'Projects' })
  await operations.list.run(page())
  const [login, list] = vendor.calls
  t.equal(login?.method, 'POST')
  t.match(login?.headers, { 'content-type': 'application/json' })
  t.ok(login?.lengthKnown)
  t.strictSame(bodyOf(login?.body), {
    auth: {
      identity: { methods: ['password'], password: { user: { name: 'gateway', password: 'secret-word', domain: { name: 'Users' } } } },
      scope: { project: { name: 'demo', domain: { name: 'Projects' } } }
    }
  })
  t.equal(list?.headers['x-auth-token'], 'from-header')
  t.equal(list?.path, '/compute/servers')
})

t.test('a sign-in without X-Subject-Token is malformed', async t => {
  const { operations } = await open(t, request => ({ ...signedIn(catalogOf(request)), headers: {} }))
  t.equal((await failureOf(operations.get.run(webId))).failure, 'malformed')
})

t.test('the token is valid until expires_at, with any number of fraction digits; without it until it is refused', async t => {
  for (const [text, expected] of [
    ['2099-11-22T02:34:06.168719Z', Date.parse('2099-11-22T02:34:06.168Z')], ['2099-11-22T02:34:06Z', Date.parse('2099-11-22T02:34:06Z')], ['soon', null]
  ] as const) {
    const { vendor } = await open(t, request => signedIn(catalogOf(request), 'tok', { expires_at: text }))
    const line = onecloud.signIn(onecloud.account.parse({ auth_url: `${vendor.origin}/v3`, ...credentials }))
    const token = await line?.({
      now: Date.now,
      send: async call => {
        const { method, url, headers, body } = call.build(null)
        const response = await fetch(url, { method, headers, body: body ?? null })
        return call.read({ status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() })
      }
    })
    t.match(token, { value: 'tok', expiresAt: expected, idleMs: null })
  }
})

t.test('old releases answer the sign-in with 201 and a long token', async t => {
  const { operations } = await openSandbox(t, { tokenStatus: 201, tokenFormat: 'fernet', expiresDigits: 0 })
  t.equal((await operations.get.run(webId)).server.name, 'web-1')
})

t.test('an administrator of a domain signs in to a project, and lists request the servers of the domain', async t => {
  const vendor = await startOnecloud()
  const { operations } = openBench(t, onecloud, vendor, { ...vendor.adminSettings, scope: 'domain' })
  t.ok((await listAll(operations)).length > 50)
  t.match(bodyOf(vendor.calls[0]?.body), { auth: { scope: { project: { name: 'system', domain: { name: 'Default' } } } } })
  t.equal(lastCall(vendor).query.get('scope'), 'domain')
})

t.test('an administrator sees every project only with scope system', async t => {
  const vendor = await startOnecloud()
  t.teardown(async () => { await vendor.close() })
  const own = await listAll(openBench(t, onecloud, vendor, vendor.adminSettings).operations)
  const all = await listAll(openBench(t, onecloud, vendor, { ...vendor.adminSettings, scope: 'system' }).operations)
  t.equal(own.length, 5)
  t.ok(all.length > 50)
})

t.test('an ordinary user may not request the whole system: forbidden, without a second sign-in', async t => {
  const { vendor, operations } = await openSandbox(t, {}, { scope: 'system' })
  const error = await failureOf(operations.list.run(page()))
  t.equal(error.failure, 'forbidden')
  t.equal(vendor.logins, 1)
})

t.test('an access key signs a string as AWS v4 does, and signs in', async t => {
  const vendor = await startOnecloud()
  t.teardown(async () => { await vendor.close() })
  const { operations } = openBench(t, onecloud, vendor, { ...vendor.settings['pods-key'], region: 'region0' })
  t.equal((await operations.get.run(webId)).server.name, 'web-1')
  const sent = bodyOf(vendor.calls[0]?.body)
  t.match(sent, { auth: { identity: { methods: ['aksk'], access_key_secret: String } } })
  t.notMatch(sent, { auth: { scope: {} } })
})

t.test('the signature is made with the key chain of date, location, service and end', async t => {
  const { vendor, operations } = await open(t, calm, { username: undefined, password: undefined, project: undefined, access_key: 'AK', secret_key: 'SK', region: 'region0' })
  await operations.get.run(webId)
  const text = /"access_key_secret":("(?:[^"\\]|\\.)*")/.exec(vendor.calls[0]?.body ?? '')?.[1]
  const inner = bodyOf(String(bodyOf(text)))
  t.match(inner, { access_key: 'AK', algorithm: 'AWS4-HMAC-SHA256', location: 'region0', sign_date: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, signature: /^[\da-f]{64}$/, signed_headers: [String] })
  const member = (name: string): string => String(Object.entries(inner ?? {}).find(([key]) => key === name)?.[1])
  const day = member('sign_date').slice(0, 10).replaceAll('-', '')
  const lines = member('request').split('\n')
  t.match(lines, ['AWS4-HMAC-SHA256', `${day}T${member('sign_date').slice(11, 19).replaceAll(':', '')}Z`, `${day}/region0/s3/aws4_request`, /^[\da-f]{64}$/])
  t.equal(lines.length, 4)
  const mac = (key: string | Buffer, message: string): Buffer => createHmac('sha256', key).update(message).digest()
  t.equal(member('signature'), mac(mac(mac(mac(mac('AWS4SK', day), 'region0'), 's3'), 'aws4_request'), member('request')).toString('hex'))
  t.notMatch(vendor.calls[0]?.body, /"SK"/)
})

t.test('a wrong secret key and a wrong password are refused credentials', async t => {
  const vendor = await startOnecloud()
  t.teardown(async () => { await vendor.close() })
  for (const settings of [
    { ...vendor.settings['pods-key'], secret_key: 'wrong' }, { ...vendor.settings.pods, password: 'wrong' }, { ...vendor.settings.pods, project: 'nosuch' },
    { ...vendor.settings.pods, project: 'system' }
  ]) {
    const error = await failureOf(openBench(t, onecloud, vendor, settings).operations.get.run(webId))
    t.equal(error.failure, 'authentication')
    t.equal(error.options.status, 401)
  }
})

t.test('an unknown user or domain, which the vendor answers with 404, is refused credentials, never a missing server', async t => {
  const vendor = await startOnecloud()
  t.teardown(async () => { await vendor.close() })
  for (const more of [{ username: 'nobody' }, { domain: 'NoSuch' }]) {
    const error = await failureOf(openBench(t, onecloud, vendor, { ...vendor.settings.pods, ...more }).operations.get.run(webId))
    t.match(error, { failure: 'authentication', options: { status: 404, code: 'UserNotFound' } })
  }
})

t.test('a locked, disabled or ambiguous user and a refused request are refused credentials', async t => {
  for (const [status, code] of [[423, 'UserLocked'], [423, 'UserDisabled'], [409, 'ConflictError'], [400, 'InputParameterError']] as const) {
    const { vendor, operations } = await open(t, () => complaint(status, code, 'no'))
    const error = await failureOf(operations.get.run(webId))
    t.match(error, { failure: 'authentication', options: { status, code } })
    t.equal(vendor.calls.length, 1)
  }
})

t.test('too many failed sign-ins are a rate limit and are not retried', async t => {
  const { vendor, operations } = await open(t, () => complaint(429, 'TooManyFailedAttempts', 'too many failed attempts'))
  t.equal((await failureOf(operations.get.run(webId))).failure, 'rate-limited')
  t.equal(vendor.calls.length, 1)
})

t.test('an auth_url without a Keystone is malformed, not a missing server', async t => {
  const { operations } = await open(t, () => html(404))
  t.equal((await failureOf(operations.get.run(webId))).failure, 'malformed')
})

t.test('a sign-in error never contains the answer or a credential', async t => {
  const { operations } = await open(t, () => ok({ token: 'gone wrong SECRET', access_key: { secret: 'SECRET' } }))
  const error = await failureOf(operations.get.run(webId))
  t.equal(error.failure, 'malformed')
  t.notMatch(JSON.stringify([error.message, error.options]), /SECRET|secret-word/)
})

/** The compute path that a list went to, with this catalog. */
async function computeWith (t: Test, endpoints: (origin: string) => unknown[], settings: object = {}): Promise<string> {
  const { vendor, operations } = await open(t, request => request.path === '/v3/auth/tokens'
    ? signedIn([{ type: 'image', endpoints: [] }, { type: 'compute_v2', endpoints: endpoints(`http://${request.headers.host ?? ''}`) }])
    : ok({ servers: [] }), settings)
  try {
    await operations.list.run(page())
  } catch (error) {
    if (error instanceof UpstreamError) return `${error.failure}: ${error.message}`
    throw error
  }
  return lastCall(vendor).path
}

t.test('the public endpoint is preferred to the internal one, in any order', async t => {
  const both = (origin: string) => [endpoint(`${origin}/in`, 'internal'), endpoint(`${origin}/admin`, 'admin'), endpoint(`${origin}/out`)]
  t.equal(await computeWith(t, both), '/out/servers')
  t.equal(await computeWith(t, origin => both(origin).reverse()), '/out/servers')
  t.equal(await computeWith(t, origin => [endpoint(`${origin}/in`, 'internal')]), '/in/servers')
  t.equal(await computeWith(t, both, { interface: 'internal' }), '/in/servers')
  t.equal(await computeWith(t, both, { interface: 'admin' }), '/admin/servers')
})

t.test('the endpoint is that of the configured region; without one the choice does not depend on the order', async t => {
  const regions = (origin: string) => [endpoint(`${origin}/b`, 'public', 'region-b'), endpoint(`${origin}/a`, 'public', 'region-a')]
  t.equal(await computeWith(t, regions, { region: 'region-b' }), '/b/servers')
  t.equal(await computeWith(t, regions), '/a/servers')
  t.equal(await computeWith(t, origin => regions(origin).reverse()), '/a/servers')
  t.match(await computeWith(t, regions, { region: 'region-c' }), /^forbidden: .*no compute_v2 endpoint/)
})

t.test('trailing slashes of an endpoint are removed', async t => {
  t.equal(await computeWith(t, origin => [endpoint(`${origin}/compute//`)]), '/compute/servers')
})

t.test('an endpoint on a host that is not allowed gets no token, whatever the catalog says', async t => {
  t.match(await computeWith(t, () => [endpoint('http://region.cloud.invalid:30888')]), /^forbidden: .*region\.cloud\.invalid.*allowed_hosts/)
  t.equal(await computeWith(t, origin => [endpoint(`${origin}/x`)], { allowed_hosts: ['127.0.0.1'] }), '/x/servers')
  t.match(await computeWith(t, origin => [endpoint(`${origin}/x`)], { allowed_hosts: ['other.example.com'] }), /^forbidden: /)
  t.match(await computeWith(t, origin => [endpoint(origin.replace('http://', 'http://user:pass@'))]), /^forbidden: .*not a plain http or https URL/)
  t.match(await computeWith(t, () => [endpoint('file:///etc')]), /^forbidden: .*not a plain http or https URL/)
})

/** Reads one answer of the sign-in without a vendor. */
async function tokenFrom (settings: object, catalog: unknown) {
  const signIn = onecloud.signIn(onecloud.account.parse({ ...credentials, ...settings }))
  return await signIn?.({
    now: Date.now,
    send: async call => call.read({ status: 200, headers: { 'x-subject-token': 'tok' }, text: JSON.stringify({ token: { catalog } }) })
  })
}

t.test('an http endpoint under an https auth_url is refused', async t => {
  const catalog = (scheme: string) => [{ type: 'compute_v2', endpoints: [endpoint(`${scheme}://pods.example.com:30888`)] }]
  const settings = { auth_url: 'https://pods.example.com:5000/v3' }
  t.equal((await failureOf(tokenFrom(settings, catalog('http')))).failure, 'forbidden')
  t.equal((await tokenFrom(settings, catalog('https')))?.data.compute, 'https://pods.example.com:30888')
})

t.test('image and webconsole endpoints are used if allowed, and otherwise left out', async t => {
  const settings = { auth_url: 'http://pods.example.com:5000/v3' }
  const compute = { type: 'compute_v2', endpoints: [endpoint('http://pods.example.com:1')] }
  const token = await tokenFrom(settings, [compute, { type: 'webconsole', endpoints: [endpoint('http://pods.example.com:3')] }, { type: 'image', endpoints: [endpoint('http://pods.example.com:2/v1/')] }])
  t.strictSame(token?.data, { compute: 'http://pods.example.com:1', image: 'http://pods.example.com:2/v1', webconsole: 'http://pods.example.com:3' })
  t.strictSame((await tokenFrom(settings, [compute, { type: 'image', endpoints: [endpoint('http://elsewhere.example.com/v1')] }]))?.data, { compute: 'http://pods.example.com:1' })
})

t.test('an unscoped token has no catalog, and the problem says so', async t => {
  t.match(await failureOf(tokenFrom({ auth_url: 'http://pods.example.com/v3' }, undefined)), { failure: 'forbidden', message: /no compute_v2 endpoint/ })
})

t.test('compute_url replaces the catalog', async t => {
  const token = await tokenFrom({ auth_url: 'https://pods.example.com/v3', compute_url: 'https://region.example.com/r2/' }, [])
  t.strictSame(token?.data, { compute: 'https://region.example.com/r2' })
})

t.test('the simulated catalog with internal endpoints, slashes and changing order works', async t => {
  for (const behavior of [{ endpoints: 'internal' }, { endpoints: 'public', trailingSlashes: true }, { endpoints: 'both', withoutServices: ['image', 'webconsole'] }] as const) {
    const { operations } = await openSandbox(t, behavior)
    t.equal((await operations.get.run(webId)).server.id, webId)
  }
  const { operations } = await openSandbox(t, { withoutServices: ['compute_v2'] })
  t.equal((await failureOf(operations.list.run(page()))).failure, 'forbidden')
})

t.test('a 403 with allow:none is an expired token: one sign-in, one repeat', async t => {
  const { vendor, line } = await openSandbox(t)
  await line.operations().get.run(webId)
  vendor.revokeTokens()
  t.equal((await line.operations().get.run(webId)).server.id, webId)
  vendor.revokeTokens()
  t.ok((await line.operations().list.run(page())).rows.length > 0)
  vendor.revokeTokens()
  await line.operations().stop?.run({ id: webId })
  t.equal(vendor.logins, 4)
})

t.test('a 403 with allow:none that persists after a fresh sign-in is a missing permission, a persisting 401 is refused credentials', async t => {
  for (const [reply, failure] of [[complaint(403, 'ForbiddenError', 'not enough privilege (require:project,allow:none)'), 'forbidden'], [complaint(401, 'UnauthorizedError', 'Unauthorized'), 'authentication']] as const) {
    const { vendor, operations } = await open(t, withDesk(() => reply))
    t.equal((await failureOf(operations.list.run(page()))).failure, failure)
    t.strictSame(pathsOf(vendor), ['POST /v3/auth/tokens', 'GET /compute/servers', 'POST /v3/auth/tokens', 'GET /compute/servers'])
  }
})

t.test('an action refused for an expired token is sent once more', async t => {
  let posts = 0
  const { operations, vendor } = await open(t, withDesk(request => {
    if (request.method !== 'POST') return ok({ server: web })
    posts += 1
    return posts === 1 ? complaint(403, 'ForbiddenError', 'isClassRbacAllowed: {"error":{"class":"ForbiddenError","code":403,"details":"not enough privilege (require:project,allow:none)"}}') : ok({ server: web })
  }))
  await operations.stop?.run({ id: webId })
  t.equal(posts, 2)
  t.equal(vendor.calls.at(-1)?.headers['x-auth-token'], 'tok-2')
})

t.test('a missing server is not found even with an expired token', async t => {
  const { vendor, line } = await openSandbox(t)
  await line.operations().get.run(webId)
  vendor.revokeTokens()
  t.equal((await failureOf(line.operations().get.run(goneId))).failure, 'not-found')
  t.equal(vendor.logins, 1)
})

t.test('a get is sent without a query string', async t => {
  const { vendor, operations } = await openSandbox(t, {}, { scope: 'project' })
  const { server, raw } = await operations.get.run(webId)
  t.match(server, { name: 'web-1', cpus: 2, memory_mib: 2048, disk_gib: 40, tags: ['env=test'] })
  t.match(raw, { id: webId })
  t.equal(lastCall(vendor).rawQuery, '')
  t.equal(lastCall(vendor).path, `/compute/servers/${webId}`)
})

t.test('a server in the recycle bin is not found, although a plain get returns it', async t => {
  const { vendor, operations } = await openSandbox(t)
  t.match(await failureOf(operations.get.run(recycledId)), { failure: 'not-found', sideEffect: 'none' })
  t.equal(lastCall(vendor).status, 200)
})

t.test('another project\'s server is not found', async t => {
  const { vendor, operations } = await openSandbox(t)
  const error = await failureOf(operations.get.run(otherId))
  t.equal(error.failure, 'not-found')
  t.equal(lastCall(vendor).status, 403)
  t.notMatch(JSON.stringify([error.message, error.options]), /403|privilege|Forbidden/, 'and nothing of it tells that it exists')
})

t.test('a get that is refused by something other than the service stays forbidden', async t => {
  const { operations } = await open(t, withDesk(() => html(403)))
  t.equal((await failureOf(operations.get.run(webId))).failure, 'forbidden')
})

t.test('the vendor accepts names as ids, the gateway does not: nothing is sent', async t => {
  const { vendor, operations } = await openSandbox(t)
  for (const id of ['web-1', '', '../x', webId.toUpperCase(), `${webId}?a=b`, 'statistics', ` ${webId}`]) {
    t.match(await failureOf(operations.get.run(id)), { failure: 'not-found', options: { notAttempted: true } }, id)
    t.match(await failureOf(operations.start?.run({ id }) ?? Promise.resolve()), { failure: 'not-found' }, id)
  }
  t.equal(vendor.calls.length, 0)
})

t.test('an answer about another id, whose name equals the requested id, is a missing server', async t => {
  const { vendor, operations } = await open(t, withDesk(() => ok({ server: { ...web, name: goneId } })))
  t.equal((await failureOf(operations.get.run(goneId))).failure, 'not-found')
  t.equal((await failureOf(operations.stop?.run({ id: goneId }) ?? Promise.resolve())).failure, 'not-found')
  t.notOk(pathsOf(vendor).some(path => path.endsWith('/stop')))
})

t.test('every row of the list is read once, in order of ids, across pages, without the recycle bin', async t => {
  const { vendor, operations } = await openSandbox(t, { maxPage: 7 })
  vendor.addServers(20)
  const rows = await listAll(operations, 7)
  const ids = rows.map(row => row.server.id)
  const own = [...vendor.servers.values()].filter(row => row.tenantId === '31c1aa2af0104f1d89faef0f0b9368e4' && row.pendingDeletedAt === 0).map(row => row.id)
  t.strictSame(ids, own.sort())
})

t.test('a list sends sort order, limit and offset, and never admin', async t => {
  const { vendor, operations } = await open(t, calm)
  await operations.list.run(page({ offset: 40, limit: 20, filters: { q: 'x', ip: '10.0.0.1', region: 'default', owner: 'o', tag: 'a=b' } }))
  t.strictSame(Object.fromEntries(lastCall(vendor).query), { limit: '20', offset: '40', order_by: 'id', order: 'asc' })
})

const listWith = async (t: Test, body: unknown, more: Partial<PageRequest> = {}): Promise<VendorPage> => {
  const { operations } = await open(t, withDesk(() => ok(body)))
  return await operations.list.run(page(more))
}

t.test('an empty list has no total and is at its end', async t => {
  t.match(await listWith(t, { servers: [] }), { rows: [], start: 0, last: true, total: 0 })
})

t.test('the end of the list follows from the total, or from a short page without one', async t => {
  const two = [web, { ...web, id: vpcId }]
  t.match(await listWith(t, { servers: two, total: 5, limit: 2 }, { limit: 2 }), { last: false, total: 5, start: 0 })
  t.match(await listWith(t, { servers: two, total: 5, limit: 2, offset: 3 }, { limit: 2, offset: 3 }), { last: true, total: 5, start: 3 })
  t.match(await listWith(t, { servers: two }, { limit: 2 }), { last: false, total: null })
  t.match(await listWith(t, { servers: two }, { limit: 3 }), { last: true, total: null })
  t.match(await listWith(t, { servers: [], total: 5, offset: 100 }, { offset: 100 }), { rows: [], last: true, total: 5 })
})

t.test('recycled rows are dropped from a list, which then has no known total', async t => {
  const read = await listWith(t, { servers: [web, { ...web, id: recycledId, pending_deleted: true, status: 'ready' }], total: 2 })
  t.strictSame([read.rows.length, read.last, read.total], [1, true, null])
})

t.test('the list starts after the given id where the vendor supports that filter, and its total is then ignored', async t => {
  const { vendor, operations } = await openSandbox(t)
  const ids = (await listAll(operations)).map(row => row.server.id)
  const after = ids[9] ?? ''
  const read = await operations.list.run(page({ after }))
  t.equal(lastCall(vendor).query.get('filter'), `id.gt('${after}')`)
  t.strictSame(read.rows.map(row => row.server.id), ids.slice(10))
  t.equal(read.total, null)
  t.ok(read.last)
  await operations.list.run(page({ after: "x') or ('" }))
  t.notOk(lastCall(vendor).query.has('filter'))
})

t.test('a status filter sends every vendor status that maps to it, so no matching row is missing', async t => {
  const { vendor, operations } = await openSandbox(t)
  const all = await listAll(operations)
  for (const status of ['running', 'stopped', 'suspended', 'provisioning', 'starting', 'stopping', 'resizing', 'rebuilding', 'migrating', 'deleting', 'rescue'] as const) {
    const { rows } = await operations.list.run(page({ filters: { status: new Set([status]) } }))
    const wanted = all.filter(row => row.server.status === status).map(row => row.server.id)
    t.strictSame(rows.filter(row => row.server.status === status).map(row => row.server.id), wanted, status)
    const words = table.filter(([, ours]) => ours === status).map(([word]) => word)
    const up = table.filter(([, ours]) => ours === 'running').map(([word]) => word)
    const expected = status === 'running' || status === 'stopped' ? [...words, ...updatingWords] : status === 'rescue' ? [...words, ...up, ...updatingWords] : words
    t.strictSame(lastCall(vendor).query.getAll('status').filter(word => !/_fail(ed)?$/.test(word) || words.includes(word)).sort(), expected.filter(word => word !== 'block_stream_fail' || words.includes(word)).sort(), status)
    t.equal(lastCall(vendor).query.getAll('status').includes('qga_exec_command_failed'), ['running', 'stopped', 'rescue'].includes(status), status)
  }
})

t.test('error and unknown have too many vendor statuses and are filtered by the gateway', async t => {
  const { vendor, operations } = await open(t, calm)
  for (const status of ['error', 'unknown'] as const) {
    await operations.list.run(page({ filters: { status: new Set([status, 'running']) } }))
    t.notOk(lastCall(vendor).query.has('status'))
  }
})

t.test('a plain name is sent as a filter, an unusual one is filtered by the gateway', async t => {
  const { vendor, operations } = await openSandbox(t)
  const plain = await operations.list.run(page({ filters: { name: 'web-1' } }))
  t.strictSame(plain.rows.map(row => row.server.name), ['web-1'])
  for (const name of ['服务器-1', 'my server']) {
    await operations.list.run(page({ filters: { name } }))
    t.equal(lastCall(vendor).query.get('name'), name)
  }
  for (const name of ['', 'a,b', '[x]', 'a b/c?', "o'x", ' web-1', '{"a":1}']) {
    await operations.list.run(page({ filters: { name } }))
    t.notOk(lastCall(vendor).query.has('name'), name)
  }
})

t.test('a list row equals the get, except for prefix lengths', async t => {
  const { operations } = await openSandbox(t)
  const rows = await listAll(operations)
  for (const id of [webId, vpcId, stoppedId]) {
    const { server } = await operations.get.run(id)
    const bare = { ...server, addresses: server.addresses.map(address => ({ ...address, prefix_length: null })) }
    t.strictSame(rows.find(row => row.server.id === id)?.server, bare)
  }
})

t.test('a list without such a service, or in another form, is malformed', async t => {
  for (const reply of [complaint(404, 'NotFoundError', 'Handler not found'), html(404), html(200), ok({ data: [] }), ok({ servers: [{ name: 'no id' }] })]) {
    const { operations } = await open(t, withDesk(() => reply))
    t.equal((await failureOf(operations.list.run(page()))).failure, 'malformed')
  }
})

type Act = 'start' | 'stop' | 'reboot'
const act = async (operations: DirectVerbs, action: Act, id: string, force?: boolean): Promise<unknown> =>
  await operations[action]?.run({ id, force })

t.test('an action reads the server first, then posts JSON with its length', async t => {
  const cases: ReadonlyArray<readonly [Act, boolean | undefined, string, unknown]> = [
    ['start', undefined, 'start', { server: {} }],
    ['stop', undefined, 'stop', { server: { is_force: false } }],
    ['stop', true, 'stop', { server: { is_force: true } }],
    ['reboot', false, 'restart', { server: { is_force: false } }],
    ['reboot', true, 'restart', { server: { is_force: true } }]
  ]
  for (const [action, force, word, body] of cases) {
    const { vendor, operations } = await open(t, calm)
    t.match(await act(operations, action, webId, force), { goal: { statuses: [String], failed: [String] }, next: undefined })
    t.strictSame(pathsOf(vendor).slice(1), [`GET /compute/servers/${webId}`, `POST /compute/servers/${webId}/${word}`])
    const sent = lastCall(vendor)
    t.match(sent.headers, { 'content-type': 'application/json', 'x-auth-token': /^tok-\d+$/ })
    t.ok(sent.lengthKnown)
    t.equal(vendor.calls[1]?.rawQuery, '')
    t.strictSame(bodyOf(sent.body), body)
  }
})

t.test('stop, start and reboot reach their target states', async t => {
  const { vendor, line } = await openSandbox(t, { actionMs: 0 })
  await act(line.operations(), 'stop', webId)
  t.match((await line.operations().get.run(webId)).server, { status: 'stopped', power: 'off' })
  await act(line.operations(), 'start', webId)
  t.match((await line.operations().get.run(webId)).server, { status: 'running', power: 'on' })
  await act(line.operations(), 'reboot', webId, true)
  t.equal(vendor.statusOf(webId), 'running')
})

t.test('the vendor starts servers in its recycle bin; the gateway does not', async t => {
  const { vendor, operations } = await openSandbox(t)
  const error = await failureOf(act(operations, 'start', recycledId))
  t.match(error, { failure: 'not-found', sideEffect: 'none' })
  t.notOk(pathsOf(vendor).some(path => path.endsWith('/start')))
  t.equal(vendor.statusOf(recycledId), 'ready')
})

t.test('a wrong state, which the vendor answers with 400, is a conflict, and so is a second stop', async t => {
  const { line } = await openSandbox(t)
  t.match(await failureOf(act(line.operations(), 'start', webId)), {
    failure: 'conflict', sideEffect: 'none', options: { status: 400, code: 'InvalidStatusError', vendorMessage: 'Cannot do start server in status running' }
  })
  t.equal((await failureOf(act(line.operations(), 'reboot', stoppedId))).failure, 'conflict')
  t.equal((await failureOf(act(line.operations(), 'stop', stoppedId))).failure, 'conflict')
  await act(line.operations(), 'stop', webId)
  t.equal((await failureOf(act(line.operations(), 'stop', webId))).failure, 'conflict')
})

t.test('an action on a missing or foreign server is not found, and nothing is posted', async t => {
  const { vendor, operations } = await openSandbox(t)
  for (const id of [goneId, otherId]) t.match(await failureOf(act(operations, 'stop', id)), { failure: 'not-found', sideEffect: 'none' })
  t.notOk(vendor.calls.some(call => call.method === 'POST' && call.path.startsWith('/compute')))
})

/** The failure of a stop whose post gets this answer. */
async function refusalOf (t: Test, reply: SimulatedReply): Promise<UpstreamError> {
  const { operations } = await open(t, withDesk(request => request.method === 'POST' ? reply : ok({ server: web })))
  return await failureOf(act(operations, 'stop', webId))
}

t.test('the vendor\'s error classes decide where the status would mislead', async t => {
  const cases: ReadonlyArray<readonly [number, string, Failure]> = [
    [400, 'InvalidStatusError', 'conflict'], [400, 'ServerStatusError', 'conflict'],
    [400, 'OutOfQuotaError', 'quota'], [400, 'InsufficientResourceError', 'capacity'],
    [400, 'InputParameterError', 'rejected'], [400, 'BadRequestError', 'rejected'],
    [402, 'PaymentError', 'quota'], [402, 'RequireLicenseError', 'unavailable'],
    [403, 'ForbiddenError', 'forbidden'], [403, 'NotSufficientPrivilegeError', 'forbidden'],
    [404, 'ResourceNotFoundError', 'not-found'], [404, 'ActionNotFoundError', 'unsupported'], [404, 'SpecNotFoundError', 'unsupported'],
    [406, 'UnsupportOperationError', 'unsupported'], [406, 'NotSupportedError', 'unsupported'],
    [406, 'NotAcceptableError', 'conflict'], [406, 'NotEmptyError', 'conflict'], [406, 'SomethingNew', 'conflict'],
    [409, 'ConflictError', 'conflict'], [409, 'ResourceBusyError', 'conflict'], [429, 'TooManyRequests', 'rate-limited'],
    [499, 'ServiceAbnormal', 'unavailable'], [500, 'InternalServerError', 'unavailable'], [504, 'TimeoutError', 'unavailable'], [507, 'OutOfResource', 'unavailable']
  ]
  for (const [status, code, failure] of cases) {
    const error = await refusalOf(t, complaint(status, code, 'why'))
    t.match(error, { failure, attempts: 1, options: { status, code } }, code)
  }
  t.equal((await refusalOf(t, complaint(499, 'ServiceAbnormal', 'x'))).options.passing, false)
})

t.test('an action without permission is forbidden, although the server exists', async t => {
  t.equal((await refusalOf(t, complaint(403, 'ForbiddenError', 'not enough privilege (require:system,allow:project)'))).failure, 'forbidden')
})

t.test('errors that quote another service\'s error are understood', async t => {
  t.match(await refusalOf(t, { status: 400, body: { error: { class: 'InvalidStatusError', code: 400, details: 'busy', data: { id: 'x', fields: [] } } } }),
    { failure: 'conflict', options: { code: 'InvalidStatusError', vendorMessage: 'busy' } })
})

t.test('the message is the innermost text, without the functions that it passed through', async t => {
  const nested = (text: string, details: string): string => `${text}{"error":{"class":"X","code":400,"data":{"id":"%!s(MISSING)"},"details":${JSON.stringify(details)}}}`
  const cases = [
    [nested('ListItems: listItemQueryFiltersRaw: ', 'not enough room'), 'not enough room'],
    [nested('a: ', nested('b.C: ', 'deep: Word: real text')), 'real text'],
    ['ListItems: SZoneManager.ListItemFilter: zone nosuch: ResourceNotFoundError', 'zone nosuch: ResourceNotFoundError'],
    ['Cannot stop server in status ready', 'Cannot stop server in status ready'],
    ['找不到server资源x', '找不到server资源x'],
    ['ListItems: {"broken', null],
    ['', null]
  ] as const
  for (const [details, expected] of cases) t.equal((await refusalOf(t, complaint(400, 'BadRequestError', details))).options.vendorMessage, expected, details)
})

t.test('the text of a 5xx or 499 is never shown: it quotes SQL and requests', async t => {
  for (const status of [499, 500, 502, 504, 507]) {
    const error = await refusalOf(t, complaint(status, 'UnclassifiedError', 'INSERT INTO guests; dsn=region:SECRET@tcp(127.0.0.1)'))
    t.equal(error.options.vendorMessage, null)
    t.notMatch(JSON.stringify([error.message, error.options]), /SECRET|INSERT/)
  }
})

t.test('a read is retried after 503, an action never', async t => {
  let reads = 0
  const { operations } = await open(t, withDesk(() => ++reads === 1 ? html(503) : ok({ server: web })))
  t.equal((await operations.get.run(webId)).server.id, webId)
  t.match(await refusalOf(t, html(503)), { failure: 'unavailable', attempts: 1, sideEffect: 'possible' })
})

t.test('an accepted action with an unreadable answer is malformed, with side effect certain', async t => {
  for (const reply of [html(200), ok({}), ok([]), { status: 200 }]) t.match(await refusalOf(t, reply), { failure: 'malformed', sideEffect: 'certain' })
})

t.test('an old release without power_states and with project_id is read as well', async t => {
  const { operations } = await openSandbox(t, { powerStates: false, projectKey: 'project_id' })
  t.match((await operations.get.run(webId)).server, { status: 'running', power: 'on', owner: { id: '31c1aa2af0104f1d89faef0f0b9368e4', name: 'demo' } })
})

t.test('login keys and creation parameters are redacted', async t => {
  t.strictSame(onecloud.secretMembers, ['login_key', 'create_params', 'access_url', 'connect_params'])
})
