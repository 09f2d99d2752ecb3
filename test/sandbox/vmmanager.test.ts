import t from 'tap'
import type { VmmanagerKnobs, VmmanagerSandbox } from '../../sandbox/vmmanager/simulator.ts'
import { startVmmanager } from '../../sandbox/vmmanager/simulator.ts'

type Answer = Record<string, unknown>

interface Wire {
  readonly sandbox: VmmanagerSandbox
  /** Moves the platform's clock on. */
  pass(ms: number): void
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<{ status: number, body: Answer }>
  get(path: string): Promise<Answer>
  post(path: string, body?: unknown): Promise<Answer>
  /** The host's list row. */
  host(id: number): Promise<Answer>
  rows(path: string): Promise<Answer[]>
  /** Status words of the tasks with that consul id, by name. */
  tasks(consulId: unknown): Promise<Record<string, unknown>>
  signIn(as?: string): Promise<void>
}

interface Closer {
  teardown(close: () => Promise<void>): void
}

const minute = 60_000
const isObject = (value: unknown): value is Answer => typeof value === 'object' && value !== null && !Array.isArray(value)

async function start (test: Closer, knobs: Partial<VmmanagerKnobs> = {}): Promise<Wire> {
  let now = Date.UTC(2026, 1, 1, 12)
  const sandbox = await startVmmanager({ clock: () => now, knobs })
  test.teardown(async () => await sandbox.close())
  let token = ''
  const send: Wire['send'] = async (method, path, body, headers = {}) => {
    const sent = typeof body === 'string' ? body : body === undefined ? null : JSON.stringify(body)
    const all = { 'x-xsrf-token': token, ...headers }
    const response = await fetch(sandbox.origin + path, { method, headers: all, body: sent })
    const text = await response.text()
    const parsed: unknown = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : { text }
    return { status: response.status, body: isObject(parsed) ? parsed : { value: parsed } }
  }
  const rows = async (path: string): Promise<Answer[]> => {
    const { list } = (await send('GET', path)).body
    return Array.isArray(list) ? list.filter(isObject) : []
  }
  const wire: Wire = {
    sandbox,
    pass: ms => { now += ms },
    send,
    get: async path => (await send('GET', path)).body,
    post: async (path, body) => (await send('POST', path, body)).body,
    host: async id => (await rows(`/vm/v3/host?where=(id+EQ+${id})`))[0] ?? {},
    rows,
    tasks: async consulId => Object.fromEntries(
      (await rows(`/vm/v3/task?where=(consul_id+EQ+'${String(consulId)}')`)).map(row => [String(row['name']), row['status']])),
    signIn: async as => {
      const { email, password } = sandbox.settings['vm6'] ?? {}
      const answer = await wire.post('/auth/v4/public/token', { email, password })
      token = String(answer['token'])
      if (as === undefined) return
      const box = { 'isp-box-instance': 'true' }
      const { key } = (await send('POST', `/auth/v4/user/${encodeURIComponent(as)}/key`, {}, box)).body
      token = String((await send('POST', '/auth/v4/public/key', { key }, { ...box, 'x-xsrf-token': '' })).body['token'])
    }
  }
  return wire
}

async function signedIn (test: Closer, knobs: Partial<VmmanagerKnobs> = {}): Promise<Wire> {
  const wire = await start(test, knobs)
  await wire.signIn()
  return wire
}

const errorOf = (answer: { status: number, body: Answer }): unknown[] => {
  const error = answer.body['error']
  return [answer.status, isObject(error) ? error['code'] : undefined]
}

const where = (filter: string): string => new URLSearchParams({ where: filter }).toString()
const ids = (rows: readonly Answer[]): unknown[] => rows.map(row => row['id'])

const minimal = {
  name: 'new-1', password: 'Example-Pass1', cpu_number: 1, ram_mib: 1024, hdd_mib: 10240, os: 25, comment: '', ipv4_number: 1
}

t.test('a password buys a token that dies after an hour without use', async t => {
  const wire = await start(t)
  const wrong = await wire.send('POST', '/auth/v4/public/token', { email: 'admin@example.com', password: 'x' })
  t.same(errorOf(wrong), [401, 22013])
  const { email, password } = wire.sandbox.settings['vm6'] ?? {}
  const answer = await wire.send('POST', '/auth/v4/public/token/', { email, password })
  t.equal(answer.status, 201)
  t.match(answer.body, { confirmed: true, expires_at: null, id: '24', token: /^\d+-[0-9a-f-]{36}$/ })
  await wire.signIn()
  t.equal(wire.sandbox.logins, 2)
  t.equal(wire.sandbox.failedLogins, 1)
  for (let round = 0; round < 3; round += 1) {
    wire.pass(59 * minute)
    t.equal((await wire.send('GET', '/vm/v3/host/41')).status, 200, 'use renews it')
  }
  wire.pass(60 * minute)
  t.same(errorOf(await wire.send('GET', '/vm/v3/host/41')), [401, 3001])
  wire.sandbox.knobs.badTokenCode = 1000
  t.same(errorOf(await wire.send('GET', '/vm/v3/host/41')), [401, 1000])
  await wire.signIn()
  wire.sandbox.revokeTokens()
  t.same(errorOf(await wire.send('GET', '/vm/v3/host/41')), [401, 1000])
})

t.test('the token goes in the header or in the cookie ses6, and internal-auth opens nothing', async t => {
  const wire = await start(t)
  const { email, password } = wire.sandbox.settings['vm6'] ?? {}
  const { token } = await wire.post('/api/auth/v4/public/token', { email, password })
  const call = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`${wire.sandbox.origin}/api/vm/v3/host`, { headers })).status
  t.equal(await call({ 'x-xsrf-token': String(token) }), 200)
  t.equal(await call({ cookie: `a=b; ses6=${String(token)}` }), 200)
  t.equal(await call({ authorization: `Bearer ${String(token)}` }), 401)
  t.equal(await call({ 'internal-auth': 'on' }), 401)
})

t.test('a long-lived token ends at its date and needs no use until then', async t => {
  const wire = await signedIn(t)
  const made = await wire.post('/auth/v4/token', { expires_at: '2026-02-03 00:00:00', description: 'x' })
  const headers = { 'x-xsrf-token': String(made['token']) }
  wire.pass(35 * 60 * minute)
  t.equal((await wire.send('GET', '/auth/v4/whoami', undefined, headers)).status, 200)
  wire.pass(60 * minute)
  t.equal((await wire.send('GET', '/auth/v4/whoami', undefined, headers)).status, 401)
  await wire.signIn()
  t.equal((await wire.send('POST', '/auth/v4/token', { expires_at: 'tomorrow' })).status, 400)
  await wire.post('/auth/v4/setting/token_ttl', { value: '120' })
  wire.pass(119 * minute)
  t.equal((await wire.send('GET', '/auth/v4/whoami')).status, 200)
})

t.test('a key makes an administrator into a user who sees only what is his', async t => {
  const wire = await signedIn(t)
  t.equal((await wire.send('POST', '/auth/v4/user/3/key', {})).status, 403, 'the box header is missing')
  await wire.signIn('client@example.com')
  t.equal(wire.sandbox.keyLogins, 1)
  const own = await wire.rows('/vm/v3/host')
  t.ok(own.length >= 3 && own.length < 60)
  t.ok(own.every(row => isObject(row['account']) && row['account']['id'] === 3))
  const foreign = [...wire.sandbox.servers.values()].find(host => host.accountId === 4)
  t.same(errorOf(await wire.send('POST', `/vm/v3/host/${foreign?.id ?? 0}/stop`)), [404, 5021])
  t.same(errorOf(await wire.send('GET', '/vm/v3/node')), [403, 3001])
  const box = { 'isp-box-instance': 'true' }
  t.same(errorOf(await wire.send('POST', '/auth/v4/user/24/key', {}, box)), [403, 3001])
  t.equal((await wire.post('/vm/v3/host', minimal))['id'], Math.max(...wire.sandbox.servers.keys()))
  t.equal((await wire.send('POST', '/vm/v3/host', { ...minimal, account: 4 })).status, 403)
})

t.test('a key is worth nothing after an hour', async t => {
  const wire = await signedIn(t)
  const box = { 'isp-box-instance': 'true' }
  const { body } = await wire.send('POST', '/auth/v4/user/3/key', {}, box)
  wire.pass(60 * minute)
  t.equal((await wire.send('POST', '/auth/v4/public/key', { key: body['key'] }, box)).status, 401)
})

t.test('a suspended platform answers 503 to any request and does nothing', async t => {
  const wire = await signedIn(t)
  wire.sandbox.suspend(3)
  const before = wire.sandbox.servers.size
  t.same(errorOf(await wire.send('POST', '/vm/v3/host', minimal)), [503, 503])
  wire.sandbox.knobs.suspendBody = 'html'
  t.match(await wire.send('POST', '/auth/v4/public/token', {}), { status: 503, body: { text: /<html>/ } })
  wire.sandbox.knobs.suspendBody = 'empty'
  t.match(await wire.send('PUT', '/nowhere'), { status: 503, body: { text: '' } })
  t.equal(wire.sandbox.servers.size, before)
  t.equal(wire.sandbox.knobs.suspend, 0)
  t.equal((await wire.send('GET', '/vm/v3/host/41')).status, 200)
})

t.test('the list begins with the sample hosts', async t => {
  const wire = await signedIn(t)
  const answer = await wire.get('/vm/v3/host')
  t.equal(answer['size'], 130)
  const [web, db, made] = await wire.rows('/vm/v3/host')
  t.match(web, {
    id: 41,
    name: 'web-1',
    state: 'active',
    account: { id: 3, email: 'client@example.com' },
    cluster: { id: 1, name: 'cluster-kvm-1' },
    node: { id: 1, name: 'node-1', ip_addr: '198.51.100.11' },
    os: { id: 25, name: 'Ubuntu 22.04' },
    disk: { id: 101, disk_mib: 20480, disk_mib_new: 20480 },
    ip4: [{ ip: '192.0.2.10', interface: 'eth0' }],
    ip6: [],
    interfaces: [{ host_interface: 'vm41_net0', mac: '52:54:00:00:00:29' }],
    uptime: 3600,
    create_date: '2026-01-15 10:20:30'
  })
  t.match(db, { id: 42, cpu_number: 4, cpu_number_new: 8, disk: { id: 102, disk_mib: 40960, disk_mib_new: 81920 }, disk_count: 2 })
  t.match(made, { id: 43, state: 'creating', ip4: [], ip_summary: '' })
  t.notOk(JSON.stringify(answer).includes('SECRET'), 'the list has no passwords')
})

t.test('an older and a leaner platform give other rows', async t => {
  const wire = await signedIn(t, { hostShape: '2022' })
  const old = await wire.host(42)
  t.same([old['ip6'], old['os'], old['create_date'], old['ip4']], [undefined, undefined, undefined, [{ ip: '192.0.2.11' }, { ip: '192.0.2.12' }]])
  t.ok(isObject(old['vm5_restrictions']))
  t.notOk('size' in await wire.get('/vm/v3/host'))
  wire.sandbox.knobs.hostShape = 'lean'
  const lean = await wire.host(42)
  t.same([lean['os'], lean['cluster']], [undefined, { id: 1 }])
})

t.test('by id a host comes bare, and metadata knows the preset and every disk', async t => {
  const wire = await signedIn(t)
  t.same(await wire.get('/vm/v3/host/41'), {
    id: 41,
    internal_name: '41_web-1',
    node: 1,
    name: 'web-1',
    state: 'active',
    cpu_number: 2,
    ram_mib: 2048,
    expand_part: '/dev/vda1',
    net_is_synced: true,
    ip_automation: 'host_and_dhcp'
  })
  t.match(await wire.get('/vm/v3/host/42/metadata'), { metadata: { preset: null, os: { id: 12 }, disks: [{ size_mib: 40960 }, { size_mib: 10240 }] } })
  t.match(await wire.get('/vm/v3/host/41/metadata'), { metadata: { preset: 1, ipv4: [{ ip_addr: '192.0.2.10', ippool_id: 5 }] } })
  for (const path of ['/vm/v3/host/9999', '/vm/v3/host/9999/metadata', '/vm/v3/host/x']) {
    t.same(errorOf(await wire.send('GET', path)), [404, 5021])
  }
  wire.sandbox.knobs.hostUnknownStatus = 400
  t.same(errorOf(await wire.send('DELETE', '/vm/v3/host/9999')), [400, 5021])
  wire.sandbox.knobs.errorsAs200 = true
  t.same(errorOf(await wire.send('DELETE', '/vm/v3/host/9999')), [200, 5021])
})

t.test('a cursor over ids reads every host once', async t => {
  const wire = await signedIn(t)
  const seen: unknown[] = []
  for (let last = 0, size = 50; size === 50;) {
    const page = await wire.rows(`/vm/v3/host?where=(id+GT+${last})&orderby=id+asc&limit=0,50`)
    seen.push(...ids(page))
    size = page.length
    last = Number(page.at(-1)?.['id'])
  }
  t.same(seen, [...wire.sandbox.servers.keys()])
  wire.sandbox.addServers(5)
  t.equal((await wire.rows('/vm/v3/host')).length, 135)
})

t.test('limit is offset and count, or from and to', async t => {
  const wire = await signedIn(t)
  t.equal((await wire.rows('/vm/v3/host?limit=10,20')).length, 20)
  t.match(await wire.get('/vm/v3/host?limit=120,20'), { size: 130 })
  wire.sandbox.knobs.limit = 'from-to'
  t.equal((await wire.rows('/vm/v3/host?limit=10,20')).length, 10)
  wire.sandbox.knobs.sizeMeans = 'page'
  t.match(await wire.get('/vm/v3/host?limit=0,20'), { size: 20 })
  wire.sandbox.knobs.pageCap = 7
  t.equal((await wire.rows('/vm/v3/host?limit=0,20')).length, 7)
  t.equal((await wire.send('GET', '/vm/v3/host?limit=50')).status, 500)
  wire.sandbox.knobs.size = false
  t.notOk('size' in await wire.get('/vm/v3/host'))
})

t.test('filters know brackets, quotes, nested fields, AND, OR and NOT', async t => {
  const wire = await signedIn(t)
  const found = async (query: string): Promise<unknown[]> => ids(await wire.rows(`/vm/v3/host?${query}`))
  t.same(await found('where=id+EQ+41'), [41])
  t.same(await found("where=(id+EQ+'41')"), [41])
  t.same(await found('where=id%20EQ%20%2741%27'), [41])
  t.same(await found("where=((id+EQ+41)+AND+(name+EQ+'web-1'))+OR+((id+EQ+42)+AND+(name+EQ+'db-1'))"), [41, 42])
  t.same(await found(where('id LE 43 AND NOT (id EQ 42)')), [41, 43])
  t.same(await found(where('id EQ 43 OR id LT 43 AND state EQ \'stopped\'')), [42, 43], 'AND binds tighter')
  t.same(await found(where("account.email EQ 'client@example.com' and")), [], 'lower case is no operator')
  t.same(await found(where("cluster.name CP '%kvm%' AND disk.disk_mib GE 40960 AND id LT 43")), [42])
  t.same(await found(where("name CP 'web'")), [], 'without % it is an equality')
  t.same((await found(where("name CP 'web%'")))[0], 41)
  t.same(await found("where=name%20CP%20'%25eb-1'&limit=0,1"), [41])
  const byCluster = await wire.rows('/vm/v3/host?orderby=cluster.name+desc&limit=0,1')
  t.match(byCluster[0], { cluster: { name: 'cluster-lxd-2' } })
  t.same(ids(await wire.rows(`/auth/v4/user?${where("((roles CP '%@admin%') AND (state EQ 'active'))")}`)), [24])
  t.same(ids(await wire.rows('/vm/v3/range?where=ippool+EQ+5')), [1])
  t.same(ids(await wire.rows(`/vm/v3/vxlan?${where("(name CP 'lan1') AND (account.id EQ 3)")}`)), [1])
})

t.test('a filter that cannot be read or names an unknown field is an error 500', async t => {
  const wire = await signedIn(t)
  const broken = [
    'where=(id+EQ+41', 'where=id%2BEQ%2B41', 'where=id+eq+41', 'where=id+EQ+abc', "where=name+EQ+'it's'", 'where=', 'where=cluster+EQ+1',
    'where=colour+EQ+1', 'orderby=colour', 'orderby=id+up', 'limit=-1,5', 'where=id+EQ+1&where=id+EQ+2', `where=${'('.repeat(5000)}`
  ]
  for (const query of broken) t.equal((await wire.send('GET', `/vm/v3/host?${query}`)).status, 500, query.slice(0, 40))
  wire.sandbox.knobs.filterErrorStatus = 400
  t.equal((await wire.send('GET', '/vm/v3/host?where=colour+EQ+1')).status, 400)
  wire.sandbox.knobs.filterFields = 'evidenced'
  t.equal((await wire.send('GET', `/vm/v3/host?${where('account.id EQ 3')}`)).status, 400)
  t.equal((await wire.send('GET', `/vm/v3/host?${where("name EQ 'web-1'")}`)).status, 200)
})

t.test('a stop is a task, and the state changes when it ends', async t => {
  const wire = await signedIn(t)
  const answer = await wire.send('POST', '/vm/v3/host/41/stop', { force: true })
  t.equal(answer.status, 200)
  const { id, task } = answer.body
  t.equal(id, 41)
  const [row] = await wire.rows(`/vm/v3/task?${where(`(consul_id EQ '${String(task)}') AND (name EQ 'host_stop')`)}`)
  t.not(row?.['id'], task)
  t.equal(row?.['status'], 'created')
  wire.pass(800)
  t.same(await wire.tasks(task), { host_stop: 'running' })
  t.equal((await wire.host(41))['state'], 'active')
  wire.pass(700)
  t.same(await wire.tasks(task), { host_stop: 'complete' })
  t.match(await wire.host(41), { state: 'stopped', uptime: 0 })
  await wire.post('/vm/v3/host/41/start')
  wire.pass(1500)
  t.equal(wire.sandbox.powerOf('41'), 'active')
  t.same(errorOf(await wire.send('POST', '/vm/v3/host/41/start', { hard: true })), [400, 1005])
  t.same(errorOf(await wire.send('POST', '/vm/v3/host/41/stop', { force: 'yes' })), [400, 1006])
})

t.test('a restart is a stop task and a start task, or a single one', async t => {
  const wire = await signedIn(t)
  const two = await wire.post('/vm/v3/host/41/restart')
  t.same(Object.keys(two), ['id', 'stop_task', 'start_task'])
  wire.pass(1500)
  t.equal(wire.sandbox.powerOf(41), 'stopped')
  t.same(await wire.tasks(two['stop_task']), { host_stop: 'complete' })
  t.same(await wire.tasks(two['start_task']), { host_start: 'created' })
  wire.pass(1500)
  t.equal(wire.sandbox.powerOf(41), 'active')
  wire.sandbox.knobs.restart = 'single-task'
  const one = await wire.post('/vm/v3/host/41/restart', { force: true })
  t.same(await wire.tasks(one['task']), { host_restart: 'created' })
  wire.pass(1500)
  t.match(await wire.host(41), { state: 'active', uptime: 0 })
})

t.test('a failed task is spelt in two ways and leaves the host as it was', async t => {
  const wire = await signedIn(t, { taskRowDelayMs: 500 })
  wire.sandbox.failNext('host_stop')
  const { task } = await wire.post('/vm/v3/host/41/stop')
  t.same(await wire.tasks(task), {}, 'the row comes a little later')
  wire.pass(1500)
  t.same(await wire.tasks(task), { host_stop: 'failed' })
  wire.sandbox.knobs.failedWord = 'fail'
  t.same(await wire.tasks(task), { host_stop: 'fail' })
  t.equal(wire.sandbox.powerOf(41), 'active')
  const [row] = await wire.rows(`/vm/v3/task?${where(`consul_id EQ ${String(task)}`)}`)
  t.match(await wire.get(`/vm/v3/task/${String(row?.['id'])}`), { task: { status: 'fail', output: /failed/ } })
  t.equal((await wire.send('GET', `/vm/v3/task/${String(task)}`)).status, 404, 'a consul id is no row id')
  wire.sandbox.knobs.taskShape = 'flat'
  t.match(await wire.get(`/vm/v3/task/${String(row?.['id'])}`), { consul_id: task, name: 'host_stop' })
})

t.test('a host at work queues the next action or refuses it', async t => {
  const wire = await signedIn(t)
  await wire.post('/vm/v3/host/41/stop')
  await wire.post('/vm/v3/host/41/start')
  wire.pass(1500)
  t.equal(wire.sandbox.powerOf(41), 'stopped')
  wire.sandbox.knobs.busy = 'refuse'
  t.equal((await wire.send('POST', '/vm/v3/host/41/stop')).status, 409)
  wire.pass(1500)
  wire.sandbox.knobs.sameState = 'refuse'
  t.equal((await wire.send('POST', '/vm/v3/host/41/start')).status, 409)
})

t.test('every create makes a host of its own, followed by two rows of one consul id', async t => {
  const wire = await signedIn(t)
  const first = await wire.post('/vm/v3/host', minimal)
  const second = await wire.post('/vm/v3/host', minimal)
  t.not(first['id'], second['id'])
  t.equal(wire.sandbox.created, 2)
  t.match(first, { recipe_task_list: [], recipe_task: 0, spice_task: 0 })
  const id = Number(first['id'])
  t.match(await wire.host(id), { state: 'creating', ip4: [], create_date: '2026-02-01 12:00:00' })
  wire.pass(1500)
  t.same(await wire.tasks(first['task']), { ip_allocate: 'complete', host_create: 'running' })
  wire.pass(1500)
  t.same(await wire.tasks(first['task']), { ip_allocate: 'complete', host_create: 'complete' })
  t.match(await wire.host(id), { state: 'active', ip4: [{ ip: '192.0.2.13' }], disk: { disk_mib: 10240 } })
})

t.test('the create bodies of known clients are accepted', async t => {
  const wire = await signedIn(t)
  const rest = { name: 'new-1', password: 'Example-Pass1', os: 25 }
  const bodies = [
    { ...rest, preset: 1, domain: 'x.example.com', cluster: 1, account: 3 },
    { ...rest, preset: 1, disks: [{ size_mib: 10240, boot_order: 1, storage: 1, tags: [] }], node: 1, cluster: 1, custom_interfaces: [{ mac: null, bridge: null, ip_name: '192.0.2.40', ip_count: 1 }] },
    { ...rest, preset: 2, custom_interfaces: [{ model: 'virtio', is_main_network: true, bridge_id: 97, ip_count: 1, ippool: 5 }] },
    { ...minimal, ipv4_pool: [6], ipv6_enabled: true, recipe: 11, net_bandwidth_mbitps: 100 },
    { ...minimal, vxlan: [{ id: 1, ipnet: 1, ipv4_number: 1 }], recipe_list: [{ recipe: 12, recipe_params: [{ name: 'A', value: 'b' }] }] },
    { name: 'copy', image: 7, cpu_number: 2, ram_mib: 2048, hdd_mib: 30720, snapshots_allowed: true, hot_plug: true, custom_interfaces: [{ model: 'virtio', is_main_network: true, dpg_id: 4, no_ip: true }] }
  ]
  for (const body of bodies) t.match(await wire.send('POST', '/vm/v3/host', body), { status: 200 }, Object.keys(body).join())
})

t.test('a create with wrong, missing or unknown keys is refused', async t => {
  const wire = await signedIn(t)
  const bad: Array<[Answer, number]> = [
    [{ ...minimal, ssh_keys: [] }, 1005], [{ ...minimal, ipv4_pool: 5 }, 1006], [{ ...minimal, cpu_number: '1' }, 1006],
    [{ ...minimal, os: 9999 }, 1006], [{ ...minimal, os: 42 }, 1006], [{ ...minimal, cluster: 77 }, 1006], [{ ...minimal, node: 3 }, 1006],
    [{ ...minimal, password: 'short' }, 1006], [{ ...minimal, domain: 'UPPER.example.com' }, 1006], [{ ...minimal, image: 7 }, 1006],
    [{ ...minimal, ipv4_number: 999 }, 5040], [{ name: 'x', os: 25, password: 'Example-Pass1' }, 1007]
  ]
  for (const [body, code] of bad) t.same(errorOf(await wire.send('POST', '/vm/v3/host', body)), [400, code])
  for (const body of ['{', '[]', '"x"', 'null']) t.same(errorOf(await wire.send('POST', '/vm/v3/host', body)), [400, 1004])
  t.equal(wire.sandbox.created, 0)
})

t.test('a failed create leaves a stopped host or none', async t => {
  const wire = await signedIn(t, { failTasks: { host_create: 2 } })
  const kept = Number((await wire.post('/vm/v3/host', minimal))['id'])
  wire.pass(3000)
  t.equal(wire.sandbox.powerOf(kept), 'stopped')
  wire.sandbox.knobs.afterFailedCreate = 'removed'
  const { id, task } = await wire.post('/vm/v3/host', minimal)
  wire.pass(3000)
  t.same(await wire.host(Number(id)), {})
  t.match(await wire.tasks(task), { host_create: 'failed' })
})

t.test('a deferred resize waits until the host stops', async t => {
  const wire = await signedIn(t)
  const defer = { action: 'host_stop' }
  const { task } = await wire.post('/vm/v3/host/41/resource', { cpu_number: 4, ram_mib: 4096, net_bandwidth_mbitps: 200, defer })
  const disk = await wire.post('/vm/v3/disk/101', { size_mib: 40960, defer })
  t.equal(disk['id'], 101)
  wire.pass(10 * minute)
  t.same(await wire.tasks(task), { host_change_params: 'deferred' })
  t.match(await wire.host(41), { cpu_number: 2, cpu_number_new: 4, ram_mib_new: 4096, net_bandwidth_mbitps_changed: true, disk: { disk_mib: 20480, disk_mib_new: 40960 } })
  await wire.post('/vm/v3/host/41/restart')
  wire.pass(3000)
  t.same(await wire.tasks(task), { host_change_params: 'complete' })
  t.same(await wire.tasks(disk['task']), { disk_resize: 'complete' })
  t.match(await wire.host(41), { state: 'active', cpu_number: 4, ram_mib: 4096, net_bandwidth_mbitps: 200, net_bandwidth_mbitps_changed: false, disk: { disk_mib: 40960 } })
})

t.test('without defer a resize is done when its task ends, and a disk never shrinks', async t => {
  const wire = await signedIn(t)
  await wire.post('/vm/v3/host/41/resource', { cpu_number: 4 })
  t.match(await wire.host(41), { cpu_number: 2, cpu_number_new: 4 })
  wire.pass(1500)
  t.match(await wire.host(41), { cpu_number: 4 })
  const { task } = await wire.post('/vm/v3/disk/101', { size_mib: 1024 })
  wire.pass(1500)
  t.same(await wire.tasks(task), { disk_resize: 'complete' })
  t.match(await wire.host(41), { disk: { disk_mib: 20480, disk_mib_new: 20480 } })
  wire.sandbox.knobs.shrink = 'error'
  t.equal((await wire.send('POST', '/vm/v3/disk/101', { size_mib: 1024 })).status, 400)
  t.same(errorOf(await wire.send('POST', '/vm/v3/host/41', { cpu_number: 4 })), [400, 1005], 'the root path takes no resources')
})

t.test('a deleted host stays until its task is complete', async t => {
  const wire = await signedIn(t)
  const { task } = (await wire.send('DELETE', '/vm/v3/host/41?force=false')).body
  t.equal((await wire.host(41))['id'], 41)
  wire.pass(1500)
  t.same(await wire.host(41), {})
  t.same(errorOf(await wire.send('GET', '/vm/v3/host/41')), [404, 5021])
  t.same(await wire.tasks(task), { host_delete: 'complete' })
  const guarded = [...wire.sandbox.servers.values()].find(host => host.isProtected)
  t.equal((await wire.send('DELETE', `/vm/v3/host/${guarded?.id ?? 0}`)).status, 400)
})

t.test('rename, reinstall, rescue, password, owner and node change the host', async t => {
  const wire = await signedIn(t)
  t.same(await wire.post('/vm/v3/host/41', { name: 'web-1a', comment: 'renamed' }), { id: 41 })
  t.match(await wire.host(41), { name: 'web-1a', comment: 'renamed' })
  const again = await wire.post('/vm/v3/host/41/reinstall', { os: 12, password: 'Example-Pass2', send_email_mode: 'saas_only' })
  t.equal(wire.sandbox.powerOf(41), 'reinstalling')
  wire.pass(3000)
  t.same(await wire.tasks(again['task']), { host_reinstall: 'complete' })
  t.match(await wire.host(41), { state: 'active', os: { id: 12 }, os_name: 'Debian 12' })
  for (const [path, body] of [['rescue_mode', { rescue_mode: true }], ['password', { password: 'Example-Pass3' }], ['account', { account: 4 }], ['migrate', { node: 2 }]] as const) {
    t.match(await wire.post(`/vm/v3/host/41/${path}`, body), { id: 41, task: Number })
    wire.pass(1500)
  }
  t.match(await wire.host(41), { rescue_mode: true, account: { id: 4, email: 'second@example.com' }, node: { id: 2 } })
  t.equal(wire.sandbox.servers.get(41)?.password, 'Example-Pass3')
  t.ok((await wire.rows('/vm/v3/host/41/history')).some(row => row['name'] === 'host_migrate'))
})

t.test('addresses are listed, added, named and removed', async t => {
  const wire = await signedIn(t)
  t.match(await wire.rows('/vm/v3/host/41/ipv4'), [{
    id: 501, ip_addr: '192.0.2.10', gateway: '192.0.2.1', mask: '255.255.255.0', family: 4, ippool: 5, network: 7, host: { id: 41, interface_name: 'eth0' }
  }])
  t.match(await wire.get('/vm/v3/host/42/ipv6'), { ipv6_enabled: true, ipv6_prefix: 64 })
  const { task } = await wire.post('/vm/v3/host/41/ip', { ipv4_number: 1, ipv4_pool: [5] })
  wire.pass(1500)
  t.same(await wire.tasks(task), { ip_change: 'complete' })
  const added = (await wire.rows('/vm/v3/host/41/ipv4'))[1]
  t.equal(added?.['ip_addr'], '192.0.2.13')
  await wire.post(`/vm/v3/ip/${String(added?.['id'])}/ptr`, { domain: 'ptr.example.com' })
  t.match(await wire.rows(`/vm/v3/ip?${where("ip_addr EQ '192.0.2.13'")}`), [{ domain: 'ptr.example.com', ipnet_name: '192.0.2.0/24' }])
  await wire.send('DELETE', `/vm/v3/ip/${String(added?.['id'])}`)
  wire.pass(1500)
  t.equal((await wire.rows('/vm/v3/host/41/ipv4')).length, 1)
  t.equal((await wire.send('POST', '/vm/v3/host/41/ip', { ipv4_number: -1 })).status, 400)
})

t.test('backups, images and disks belong to a host', async t => {
  const wire = await signedIn(t)
  const made = await wire.post('/vm/v3/host/41/backup', { name: 'b', comment: '', backup_locations: null })
  t.match(await wire.get(`/vm/v3/backup/${String(made['id'])}`), { state: 'creating' })
  wire.pass(1500)
  t.match(await wire.get(`/vm/v3/backup/${String(made['id'])}`), { state: 'active' })
  t.match(await wire.post('/vm/v3/disk/101/restore', { backup: 15 }), { id: 101, task: Number })
  t.equal((await wire.send('POST', '/vm/v3/host/41/restore', { backup: 999 })).status, 400)
  t.equal((await wire.rows('/vm/v3/host/41/backup')).length, 2)
  t.match(await wire.rows(`/vm/v3/disk?${where('host.id EQ 42')}`), [{ id: 102, host: { is_main: true } }, { host: { is_main: false } }])
  await wire.post('/vm/v3/host/41/image/create', { name: 'saved', account: 3, comment: '', for_all: false })
  wire.pass(3000)
  t.match((await wire.rows('/vm/v3/image')).at(-1), { name: 'saved', state: 'active' })
})

t.test('the catalogue lists images, plans, clusters, nodes, pools and accounts', async t => {
  const wire = await signedIn(t)
  t.match((await wire.rows('/vm/v3/os?where=(name+EQ+%27Ubuntu%2022.04%27)'))[0], { id: 25, clusters: [{ id: 1 }] })
  t.match((await wire.rows('/vm/v3/preset'))[0], { id: 1, disks: [{ size_mib: 20480 }] })
  t.match((await wire.rows('/vm/v3/cluster'))[0], { id: 1, name: 'cluster-kvm-1', ippools: [{ id: 5 }, { id: 6 }] })
  t.match((await wire.rows('/vm/v3/node'))[0], { id: 1, vm: { total: Number }, ha_error: 'no_error' })
  t.match((await wire.rows('/vm/v3/ippool'))[0], { id: 5, ipv4: { total: 64, used: 3 }, ipv6: null })
  t.match((await wire.rows(`/vm/v3/account?${where("(email EQ 'client@example.com')")}`))[0], { id: 3, roles: ['@user'], host_ids: Array })
  Object.assign(wire.sandbox.knobs, { poolShape: '2022', nodeShape: '2022', presetDisk: 'hdd_mib' })
  t.match((await wire.rows('/vm/v3/ippool'))[0], { total_ip: '64', using_ip: '3' })
  t.match((await wire.rows('/vm/v3/node'))[0], { cpu_number: 512 })
  t.match((await wire.rows('/vm/v3/preset'))[0], { hdd_mib: 20480, disks: undefined })
  t.match(await wire.post('/vm/v3/account', { email: 'fresh@example.com', password: 'Example-Pass1', role: '@user' }), { id: 25 })
  t.match(await wire.send('DELETE', '/vm/v3/user/25'), { status: 200 })
  const points = (await wire.get('/vm/v3/host/41/metrics?target=cpu_load&from=12:30_20260115'))['value']
  t.match(points, [{ target: 'cpu_load', datapoints: Array }])
})

t.test('unknown routes, methods and inferred endpoints are refused', async t => {
  const wire = await signedIn(t)
  t.equal((await wire.send('PUT', '/vm/v3/host/41', {})).status, 405)
  t.equal((await wire.send('GET', '/vm/v3/host/41/%E0')).status, 404)
  t.equal((await wire.send('POST', '/auth/v3/auth', {})).status, 404)
  t.match(await wire.get('/vm/v3/host/41/vnc_settings'), { vnc_password: /SECRET/ })
  wire.sandbox.knobs.inferred = false
  t.equal((await wire.send('GET', '/vm/v3/host/41/vnc_settings')).status, 404)
})

t.test('a lost answer leaves the host that the create made', async t => {
  const wire = await signedIn(t)
  wire.sandbox.fail({ kind: 'reset-after', match: request => request.method === 'POST' })
  await t.rejects(wire.post('/vm/v3/host', minimal))
  t.equal(wire.sandbox.created, 1)
  wire.sandbox.fail({ kind: 'reply', reply: { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>' } })
  t.equal((await wire.send('GET', '/vm/v3/host')).status, 502)
})
