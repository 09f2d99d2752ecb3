import t from 'tap'
import type { VmmanagerBehavior, VmmanagerSandbox } from '../../sandbox/vmmanager/simulator.ts'
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

async function start (test: Closer, behavior: Partial<VmmanagerBehavior> = {}): Promise<Wire> {
  let now = Date.UTC(2026, 1, 1, 12)
  const sandbox = await startVmmanager({ clock: () => now, behavior })
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

async function signedIn (test: Closer, behavior: Partial<VmmanagerBehavior> = {}): Promise<Wire> {
  const wire = await start(test, behavior)
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

t.test('a password is exchanged for a token that expires after an hour without use', async t => {
  const wire = await start(t)
  const wrong = await wire.send('POST', '/auth/v4/public/token', { email: 'admin@example.com', password: 'x' })
  t.same(errorOf(wrong), [401, 22013])
  const { email, password } = wire.sandbox.settings['vm6'] ?? {}
  const answer = await wire.send('POST', '/auth/v4/public/token/', { email, password })
  t.equal(answer.status, 201)
  t.match(answer.body, { confirmed: true, expires_at: null, id: '24', token: /^\d+-[0-9a-f-]{36}$/ })
  await wire.signIn()
  t.equal(wire.sandbox.logins, 2)
  for (let round = 0; round < 3; round += 1) {
    wire.pass(59 * minute)
    t.equal((await wire.send('GET', '/vm/v3/host')).status, 200, 'use renews it')
  }
  wire.pass(60 * minute)
  t.same(errorOf(await wire.send('GET', '/vm/v3/host')), [401, 3001])
  wire.sandbox.behavior.badTokenCode = 1000
  t.same(errorOf(await wire.send('GET', '/vm/v3/host')), [401, 1000])
  await wire.signIn()
  wire.sandbox.revokeTokens()
  t.same(errorOf(await wire.send('GET', '/vm/v3/host')), [401, 1000])
})

t.test('a long-lived token expires at its date, used or not', async t => {
  const wire = await signedIn(t)
  const made = await wire.post('/auth/v4/token', { expires_at: '2026-02-03 00:00:00', description: 'x' })
  const headers = { 'x-xsrf-token': String(made['token']) }
  wire.pass(35 * 60 * minute)
  t.equal((await wire.send('GET', '/vm/v3/host', undefined, headers)).status, 200)
  wire.pass(60 * minute)
  t.equal((await wire.send('GET', '/vm/v3/host', undefined, headers)).status, 401)
  await wire.signIn()
  t.equal((await wire.send('POST', '/auth/v4/token', { expires_at: 'tomorrow' })).status, 400)
})

t.test('an administrator signs in with a key as a user, who sees only the hosts of that account', async t => {
  const wire = await signedIn(t)
  t.equal((await wire.send('POST', '/auth/v4/user/3/key', {})).status, 403, 'the box header is missing')
  await wire.signIn('client@example.com')
  t.equal(wire.sandbox.keyLogins, 1)
  const own = await wire.rows('/vm/v3/host')
  t.ok(own.length >= 3 && own.length < 60)
  t.ok(own.every(row => isObject(row['account']) && row['account']['id'] === 3))
  const foreign = [...wire.sandbox.servers.values()].find(host => host.accountId === 4)
  t.same(errorOf(await wire.send('POST', `/vm/v3/host/${foreign?.id ?? 0}/stop`)), [404, 5021])
  const box = { 'isp-box-instance': 'true' }
  t.same(errorOf(await wire.send('POST', '/auth/v4/user/24/key', {}, box)), [403, 3001])
  t.equal((await wire.post('/vm/v3/host', minimal))['id'], Math.max(...wire.sandbox.servers.keys()))
  t.equal((await wire.send('POST', '/vm/v3/host', { ...minimal, account: 4 })).status, 403)
})

t.test('a key expires after an hour', async t => {
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
  wire.sandbox.behavior.suspendBody = 'html'
  t.match(await wire.send('POST', '/auth/v4/public/token', {}), { status: 503, body: { text: /<html>/ } })
  wire.sandbox.behavior.suspendBody = 'empty'
  t.match(await wire.send('PUT', '/nowhere'), { status: 503, body: { text: '' } })
  t.equal(wire.sandbox.servers.size, before)
  t.equal(wire.sandbox.behavior.suspend, 0)
  t.equal((await wire.send('GET', '/vm/v3/host')).status, 200)
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

t.test('rows have an older and a lean form', async t => {
  const wire = await signedIn(t, { hostShape: '2022' })
  const old = await wire.host(42)
  t.same([old['ip6'], old['os'], old['create_date'], old['ip4']], [
    undefined, undefined, undefined, [{ ip: '192.0.2.11' }, { ip: '192.0.2.12' }]
  ])
  t.ok(isObject(old['vm5_restrictions']))
  t.notOk('size' in await wire.get('/vm/v3/host'))
  wire.sandbox.behavior.hostShape = 'lean'
  const lean = await wire.host(42)
  t.same([lean['os'], lean['cluster']], [undefined, { id: 1 }])
})

t.test('reading after the last id returns every host once', async t => {
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
  wire.sandbox.behavior.limit = 'from-to'
  t.equal((await wire.rows('/vm/v3/host?limit=10,20')).length, 10)
  wire.sandbox.behavior.sizeMeans = 'page'
  t.match(await wire.get('/vm/v3/host?limit=0,20'), { size: 20 })
  wire.sandbox.behavior.pageCap = 7
  t.equal((await wire.rows('/vm/v3/host?limit=0,20')).length, 7)
  t.equal((await wire.send('GET', '/vm/v3/host?limit=50')).status, 500)
  wire.sandbox.behavior.size = false
  t.notOk('size' in await wire.get('/vm/v3/host'))
})

t.test('an invalid filter, or one with an unknown field, is answered with 500', async t => {
  const wire = await signedIn(t)
  const broken = [
    'where=(id+EQ+41', 'where=id%2BEQ%2B41', 'where=id+eq+41', 'where=id+EQ+abc', "where=name+EQ+'it's'", 'where=', 'where=cluster+EQ+1',
    'where=colour+EQ+1', 'orderby=colour', 'orderby=id+up', 'limit=-1,5', 'where=id+EQ+1&where=id+EQ+2'
  ]
  for (const query of broken) t.equal((await wire.send('GET', `/vm/v3/host?${query}`)).status, 500, query.slice(0, 40))
  wire.sandbox.behavior.filterFields = 'evidenced'
  t.equal((await wire.send('GET', `/vm/v3/host?${where('account.id EQ 3')}`)).status, 500)
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
  wire.sandbox.behavior.restart = 'single-task'
  const one = await wire.post('/vm/v3/host/41/restart', { force: true })
  t.same(await wire.tasks(one['task']), { host_restart: 'created' })
  wire.pass(1500)
  t.match(await wire.host(41), { state: 'active', uptime: 0 })
})

t.test('a failed task has one of two status words and leaves the host unchanged', async t => {
  const wire = await signedIn(t, { taskRowDelayMs: 500 })
  wire.sandbox.failNext('host_stop')
  const { task } = await wire.post('/vm/v3/host/41/stop')
  t.same(await wire.tasks(task), {}, 'the row comes a little later')
  wire.pass(1500)
  t.same(await wire.tasks(task), { host_stop: 'failed' })
  wire.sandbox.behavior.failedWord = 'fail'
  t.same(await wire.tasks(task), { host_stop: 'fail' })
  t.equal(wire.sandbox.powerOf(41), 'active')
  const [row] = await wire.rows(`/vm/v3/task?${where(`consul_id EQ ${String(task)}`)}`)
  t.match(await wire.get(`/vm/v3/task/${String(row?.['id'])}`), { task: { status: 'fail', output: /failed/ } })
  t.equal((await wire.send('GET', `/vm/v3/task/${String(task)}`)).status, 404, 'a consul id is no row id')
})

t.test('a busy host queues the next action or refuses it', async t => {
  const wire = await signedIn(t)
  await wire.post('/vm/v3/host/41/stop')
  await wire.post('/vm/v3/host/41/start')
  wire.pass(1500)
  t.equal(wire.sandbox.powerOf(41), 'stopped')
  wire.sandbox.behavior.busy = 'refuse'
  t.equal((await wire.send('POST', '/vm/v3/host/41/stop')).status, 409)
  wire.pass(1500)
  wire.sandbox.behavior.sameState = 'refuse'
  t.equal((await wire.send('POST', '/vm/v3/host/41/start')).status, 409)
})

t.test('every create makes another host, with two tasks of one consul id', async t => {
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

t.test('a create with wrong, missing or unknown members is rejected', async t => {
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

t.test('a deferred resize waits until the host stops', async t => {
  const wire = await signedIn(t)
  const defer = { action: 'host_stop' }
  const { task } = await wire.post('/vm/v3/host/41/resource', { cpu_number: 4, ram_mib: 4096, defer })
  const disk = await wire.post('/vm/v3/disk/101', { size_mib: 40960, defer })
  t.equal(disk['id'], 101)
  wire.pass(10 * minute)
  t.same(await wire.tasks(task), { host_change_params: 'deferred' })
  t.match(await wire.host(41), { cpu_number: 2, cpu_number_new: 4, ram_mib_new: 4096, disk: { disk_mib: 20480, disk_mib_new: 40960 } })
  await wire.post('/vm/v3/host/41/restart')
  wire.pass(3000)
  t.same(await wire.tasks(task), { host_change_params: 'complete' })
  t.same(await wire.tasks(disk['task']), { disk_resize: 'complete' })
  t.match(await wire.host(41), { state: 'active', cpu_number: 4, ram_mib: 4096, disk: { disk_mib: 40960 } })
})

t.test('a resize without defer is complete when its task ends, and a disk never shrinks', async t => {
  const wire = await signedIn(t)
  await wire.post('/vm/v3/host/41/resource', { cpu_number: 4 })
  t.match(await wire.host(41), { cpu_number: 2, cpu_number_new: 4 })
  wire.pass(1500)
  t.match(await wire.host(41), { cpu_number: 4 })
  const { task } = await wire.post('/vm/v3/disk/101', { size_mib: 1024 })
  wire.pass(1500)
  t.same(await wire.tasks(task), { disk_resize: 'complete' })
  t.match(await wire.host(41), { disk: { disk_mib: 20480, disk_mib_new: 20480 } })
  t.same(errorOf(await wire.send('POST', '/vm/v3/host/41', { cpu_number: 4 })), [400, 1005], 'the root path takes no resources')
})

t.test('a deleted host stays until its task is complete', async t => {
  const wire = await signedIn(t)
  const { task } = (await wire.send('DELETE', '/vm/v3/host/41?force=false')).body
  t.equal((await wire.host(41))['id'], 41)
  wire.pass(1500)
  t.same(await wire.host(41), {})
  t.same(await wire.tasks(task), { host_delete: 'complete' })
  const guarded = [...wire.sandbox.servers.values()].find(host => host.isProtected)
  t.equal((await wire.send('DELETE', `/vm/v3/host/${guarded?.id ?? 0}`)).status, 400)
})

t.test('rename, reinstall, rescue and password change the host', async t => {
  const wire = await signedIn(t)
  t.same(await wire.post('/vm/v3/host/41', { name: 'web-1a', comment: 'renamed' }), { id: 41 })
  t.match(await wire.host(41), { name: 'web-1a', comment: 'renamed' })
  const again = await wire.post('/vm/v3/host/41/reinstall', { os: 12, password: 'Example-Pass2', send_email_mode: 'saas_only' })
  t.equal(wire.sandbox.powerOf(41), 'reinstalling')
  wire.pass(3000)
  t.same(await wire.tasks(again['task']), { host_reinstall: 'complete' })
  t.match(await wire.host(41), { state: 'active', os: { id: 12 }, os_name: 'Debian 12' })
  for (const [path, body] of [['rescue_mode', { rescue_mode: true }], ['password', { password: 'Example-Pass3' }]] as const) {
    t.match(await wire.post(`/vm/v3/host/41/${path}`, body), { id: 41, task: Number })
    wire.pass(1500)
  }
  t.match(await wire.host(41), { rescue_mode: true })
  t.equal(wire.sandbox.servers.get(41)?.password, 'Example-Pass3')
})

t.test('addresses are listed, added, named and removed', async t => {
  const wire = await signedIn(t)
  t.match(await wire.rows('/vm/v3/host/41/ipv4'), [{
    id: 501,
    ip_addr: '192.0.2.10',
    gateway: '192.0.2.1',
    mask: '255.255.255.0',
    family: 4,
    ippool: 5,
    network: 7,
    host: { id: 41, interface_name: 'eth0' }
  }])
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

t.test('the catalog lists images, plans, clusters, pools and accounts', async t => {
  const wire = await signedIn(t)
  t.match((await wire.rows('/vm/v3/os?where=(name+EQ+%27Ubuntu%2022.04%27)'))[0], { id: 25, clusters: [{ id: 1 }] })
  t.match((await wire.rows('/vm/v3/preset'))[0], { id: 1, disks: [{ size_mib: 20480 }] })
  t.match((await wire.rows('/vm/v3/cluster'))[0], { id: 1, name: 'cluster-kvm-1', ippools: [{ id: 5 }, { id: 6 }] })
  t.match((await wire.rows('/vm/v3/ippool'))[0], { id: 5, ipv4: { total: 64, used: 3 }, ipv6: null })
  t.match((await wire.rows(`/vm/v3/account?${where("(email EQ 'client@example.com')")}`))[0], { id: 3, roles: ['@user'], host_ids: Array })
  t.match(await wire.post('/vm/v3/account', { email: 'fresh@example.com', password: 'Example-Pass1', role: '@user' }), { id: 25 })
})

t.test('unknown routes, methods and inferred endpoints are refused', async t => {
  const wire = await signedIn(t)
  t.equal((await wire.send('PUT', '/vm/v3/host/41', {})).status, 405)
  t.equal((await wire.send('GET', '/vm/v3/host/41/%E0')).status, 404)
  t.equal((await wire.send('POST', '/auth/v3/auth', {})).status, 404)
  t.match(await wire.get('/vm/v3/host/41/vnc_settings'), { vnc_password: /SECRET/ })
  wire.sandbox.behavior.inferred = false
  t.equal((await wire.send('GET', '/vm/v3/host/41/vnc_settings')).status, 404)
})
