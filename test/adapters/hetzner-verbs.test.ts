import t from 'tap'
import { hetzner } from '../../src/adapters/hetzner/adapter.ts'
import type { Seen } from '../../src/domain/list.ts'
import type { HetznerBehavior } from '../../sandbox/hetzner/behavior.ts'
import { startHetzner, type HetznerSandbox } from '../../sandbox/hetzner/simulator.ts'
import { startSimulator } from '../../sandbox/kit/simulator.ts'
import { isOperation, isProblem } from '../helpers/api.ts'
import { createStillClock } from '../helpers/clock.ts'
import { failureOf, openBench, type Bench, type Test } from '../helpers/line.ts'
import { badMembers, openFastGateway, verb } from '../helpers/verbs.ts'

const web = '117700001'
const off = '117700017'
const order = { name: 'web-9', region: 'fsn1', plan: 'cx23', image: 'ubuntu-24.04', ssh_keys: ['deploy'] }
const soon = { prefer: 'wait=300' }

async function openSandbox (test: Test, behavior: Partial<HetznerBehavior> = {}) {
  const { now, pass } = createStillClock()
  const vendor = await startHetzner({ clock: now, behavior: { actionMs: 20, createMs: 40, ...behavior } })
  return { ...openBench(test, hetzner, vendor, vendor.settings.hz), pass }
}

/** The simulated vendor behind a whole gateway. */
async function openGateway (test: Test, behavior: Partial<HetznerBehavior> = {}) {
  const { vendor, ask } = await openFastGateway(test, 'hetzner', 20, async clock =>
    await startHetzner({ clock, behavior: { actionMs: 300, createMs: 300, ...behavior } }))
  return { vendor, ask: ask('hz'), readonly: ask('hz-readonly') }
}

const see = async ({ operations }: Bench, id: string): Promise<Seen> => await operations.get.run(id)
const writesOf = ({ calls }: HetznerSandbox): string[] => calls.filter(({ method }) => method !== 'GET').map(
  ({ method, path, body }) => `${method} ${path}${body === '' ? '' : ` ${body}`}`
)

t.test('a create sends exactly the requested members', async t => {
  const { line } = await openSandbox(t)
  const bodyOf = async (spec: object): Promise<unknown> => {
    const { operations, calls } = line.dryRun()
    await verb(operations, 'create').run({ ...order, ...spec })
    return calls[0]?.body
  }
  const least = { name: 'web-9', server_type: 'cx23', location: 'fsn1', image: 'ubuntu-24.04', ssh_keys: ['deploy'] }
  t.same(await bodyOf({}), least)
  t.same(await bodyOf({
    networks: ['4711'],
    tags: ['env=prod', 'just-a-key'],
    options: { ipv4: false, ipv6: 91_000_150, firewalls: ['38'], volumes: [12], automount: true, placement_group: 7, start: false }
  }), {
    ...least,
    networks: [4711],
    labels: { env: 'prod', 'just-a-key': '' },
    public_net: { enable_ipv4: false, enable_ipv6: true, ipv6: 91_000_150 },
    firewalls: [{ firewall: 38 }],
    placement_group: 7,
    volumes: [12],
    automount: true,
    start_after_create: false
  })
})

t.test('a create that the vendor would refuse is refused before anything is sent', async t => {
  const { operations, vendor } = await openSandbox(t)
  const refused = async (spec: object) => (await badMembers(verb(operations, 'create').run({ ...order, ...spec })))[0]
  t.equal(await refused({ name: 'under_score' }), 'body.name')
  t.equal(await refused({ ssh_keys: ['ssh-ed25519 AAAAC3Nza deploy@example'] }), 'body.ssh_keys')
  t.equal(await refused({ user_data: 'x'.repeat(32_769) }), 'body.user_data')
  t.equal(await refused({ networks: ['backend'] }), 'body.networks')
  for (const tag of ['a b', 'hetzner.cloud/x=y', '=b']) t.equal(await refused({ tags: [tag] }), 'body.tags', tag)
  t.equal(await refused({ tags: ['a=1', 'a=2'] }), 'body.tags')
  t.equal(await refused({ options: { automount: true } }), 'body.options.automount')
  t.equal(vendor.calls.length, 0)
})

t.test('an image name means the image for the plan\'s architecture; the catalog lists both', async t => {
  const { operations, pass, ...bench } = await openSandbox(t)
  const images = await verb(operations, 'images').run({})
  t.same(images.filter(({ name }) => name.startsWith('ubuntu-24.04')).map(({ id, name }) => [id, name]), [
    ['161547269', 'ubuntu-24.04 (x86)'], ['161547270', 'ubuntu-24.04 (arm)']
  ])
  t.notOk(images.some(({ name }) => name.startsWith('debian-11')), 'a deprecated one is not offered')
  const { serverId = '' } = await verb(operations, 'create').run({ ...order, plan: 'cax11' })
  pass(100)
  t.match((await see({ operations, ...bench }, serverId)).server, { image: { id: '161547270' }, status: 'running' })
  t.match(await failureOf(verb(operations, 'create').run({ ...order, name: 'web-8', plan: 'cax11', image: '161547269' })), {
    failure: 'rejected', options: { member: 'body.image' }
  })
})

t.test('a create without keys returns the generated password once, and is followed by all of its actions', async t => {
  const { ask, vendor } = await openGateway(t)
  const { ssh_keys: keys, ...keyless } = order
  const first = await ask('POST', '/servers', { body: { ...keyless, protected: true }, headers: soon })
  const operation = isOperation(t, first, 200, 'create')
  t.match(first.json(), { status: 'succeeded', generated_password: /^shown-once-/ })
  t.equal(first.headers['cache-control'], 'no-store')
  t.match((await ask('GET', `/servers/${operation.server_id}`)).json(), { status: 'running', protected: true })
  t.same(writesOf(vendor).slice(1), [`POST /servers/${operation.server_id}/actions/change_protection {"delete":true,"rebuild":true}`])
  t.ok(keys.length > 0)
  const keyed = await ask('POST', '/servers', { body: { ...order, name: 'web-8' }, headers: soon })
  t.notOk('generated_password' in keyed.json())
})

t.test('a server whose start fails remains, and the operation names it', async t => {
  const { ask, vendor } = await openGateway(t, { failCommands: ['start_server'] })
  const operation = isOperation(t, await ask('POST', '/servers', { body: order, headers: soon }), 200, 'create')
  t.match(operation, { status: 'failed', error: 'Action failed (action_failed)' })
  t.match((await ask('GET', `/servers/${operation.server_id}`)).json(), { name: 'web-9', status: 'stopped' })
  t.equal(writesOf(vendor).length, 1, 'nothing is deleted')
})

t.test('a refused create names its reason: capacity, name, region or image', async t => {
  const { ask } = await openGateway(t, { soldOut: ['cpx32'] })
  const problem = isProblem(t, await ask('POST', '/servers', { body: { ...order, plan: 'cpx32' } }), 422, 'capacity-exhausted')
  t.match(problem, {
    retryable: 'no',
    side_effect: 'none',
    upstream: { code: 'resource_unavailable', status: 412, request_id: /^correlation-/, details: { plan: 'cpx32', region: 'fsn1' } }
  })
  const larger = isProblem(t, await ask('POST', `/servers/${off}/resize`, { body: { plan: 'cpx32' } }), 422, 'capacity-exhausted')
  t.match(larger, { retryable: 'no', upstream: { details: { plan: 'cpx32' } } })
  isProblem(t, await ask('POST', '/servers', { body: { ...order, name: 'web-1' } }), 409, 'conflict', 'body.name')
  isProblem(t, await ask('POST', '/servers', { body: { ...order, region: 'nowhere' } }), 422, 'upstream-rejected', 'body.region')
  isProblem(t, await ask('POST', '/servers', { body: { ...order, region: 'ash' } }), 422, 'upstream-rejected', 'body.region')
  isProblem(t, await ask('POST', '/servers', { body: { ...order, image: 'gone-1' } }), 422, 'upstream-rejected', 'body.image')
  isProblem(t, await ask('PATCH', `/servers/${web}`, { body: { name: 'web-2' } }), 409, 'conflict', 'body.name')
})

t.test('a read-only token reads, and its writes are forbidden', async t => {
  const { readonly } = await openGateway(t)
  t.equal((await readonly('GET', '/servers?limit=1')).statusCode, 200)
  const problem = isProblem(t, await readonly('POST', `/servers/${web}/stop`), 502, 'upstream-forbidden')
  t.match(problem, { side_effect: 'none', upstream: { code: 'token_readonly', status: 401 } })
})

t.test('part of a token in the vendor\'s message reaches no caller', async t => {
  const { ask, vendor } = await openGateway(t)
  const half = vendor.settings.hz.token.slice(0, 32)
  vendor.fail({
    kind: 'reply',
    times: 10,
    reply: {
      status: 429,
      headers: { 'ratelimit-limit': '3600', 'ratelimit-reset': '4102444800' },
      body: {
        error: { code: 'rate_limit_exceeded', message: `Limit of '3600' requests per hour for token '${half}...' reached.`, details: null }
      }
    }
  })
  const answer = await ask('POST', `/servers/${web}/stop`)
  vendor.clearFaults()
  const problem = isProblem(t, answer, 429, 'upstream-rate-limited')
  t.match(problem, { retry_after_s: 1, side_effect: 'none', upstream: { message: /per hour for token '\[redacted\]/ } })
  t.notOk(answer.body.includes(half.slice(0, 16)))
})

t.test('a rate limit that other tools use up is reported with the time until one request is free', async t => {
  const { ask } = await openGateway(t, { rateLimit: 4 })
  const answers = [await ask('GET', '/servers?limit=1'), await ask('GET', '/servers?limit=2'), await ask('GET', '/servers?limit=3')]
  t.same(answers.map(({ statusCode }) => statusCode), [200, 200, 429])
  t.match(answers[2]?.headers, { 'retry-after': /^(?:8\d\d|900)$/ })
  t.notOk(answers[2]?.body.includes('SECRET'))
})

t.test('calls slow down before the vendor refuses, and continue when one request is free again', async t => {
  const { ask, vendor } = await openGateway(t, { rateLimit: 720 })
  await ask('GET', '/regions')
  vendor.bucket.left = 2
  for (let reads = 0; reads < 4; reads += 1) t.equal((await ask('GET', '/regions')).statusCode, 200)
  t.same(vendor.calls.filter(({ status }) => status === 429), [])
})

t.test('a guest that ignores the signal makes a stop unknown at its deadline, and force powers off', async t => {
  const { ask } = await openGateway(t, { guest: 'ignores' })
  const stopping = isOperation(t, await ask('POST', `/servers/${web}/stop`), 202, 'stop')
  t.match(stopping, { upstream: { id: /^\d{15}$/ } })
  t.match(
    (await ask('GET', `/operations/${stopping.id}`, { headers: { prefer: 'wait=30' } })).json(),
    { status: 'running' },
    'the action has succeeded, the server runs on'
  )
  t.match(
    isOperation(t, await ask('POST', `/servers/${web}/stop`, { body: { force: true }, headers: soon }), 200, 'stop'),
    { status: 'succeeded' }
  )
  t.match((await ask('GET', `/servers/${web}`)).json(), { status: 'stopped', power: 'off' })
})

t.test('an unprovable restart is reported as such, and a forced one is followed by its action', async t => {
  const { ask } = await openGateway(t)
  t.match(isOperation(t, await ask('POST', `/servers/${web}/reboot`, { headers: soon }), 200, 'reboot'), {
    status: 'succeeded', note: /not observed/
  })
  t.match(isOperation(t, await ask('POST', `/servers/${web}/reboot`, { body: { force: true }, headers: soon }), 200, 'reboot'), {
    status: 'succeeded', note: null, upstream: { status: 'success' }
  })
})

t.test('a hundred operations take four reads of actions at each poll', async t => {
  const { ask, vendor } = await openGateway(t, { actionMs: 20_000 })
  vendor.addServers(100)
  const ids = [...vendor.servers.values()].filter(({ name }) => name.startsWith('more-')).map(({ id }) => id)
  const operations = await Promise.all(
    ids.map(async id => isOperation(t, await ask('POST', `/servers/${id}/reboot`, { body: { force: true } }), 202, 'reboot'))
  )
  const last = await Promise.all(operations.map(async ({ id }) => (await ask('GET', `/operations/${id}`, { headers: soon })).json()))
  t.ok(last.every(({ status }) => status === 'succeeded'))
  const reads = vendor.calls.filter(({ path }) => path === '/actions')
  t.ok(reads.every(({ query }) => query.getAll('id').length <= 25))
  t.ok(reads.length < operations.length, `${reads.length} reads for ${operations.length} operations`)
  t.equal(vendor.calls.filter(({ method, path }) => method === 'GET' && path.startsWith('/servers/')).length, 0, 'and no server is read')
})

t.test('forgotten actions are not failures: the server decides', async t => {
  const { ask } = await openGateway(t, { forgetsActions: true })
  t.match(isOperation(t, await ask('POST', `/servers/${off}/start`, { headers: soon }), 200, 'start'), { status: 'succeeded' })
  t.match(isOperation(t, await ask('POST', `/servers/${web}/rescue`, { headers: soon }), 200, 'rescue'), {
    status: 'unknown', note: /no longer has its record/
  })
})

t.test('a server that another tool deletes is missing, for a read and for a running operation', async t => {
  const { ask, vendor } = await openGateway(t, { guest: 'ignores' })
  const stopping = isOperation(t, await ask('POST', `/servers/${web}/stop`), 202, 'stop')
  vendor.servers.delete(Number(web))
  t.match((await ask('GET', `/operations/${stopping.id}`, { headers: soon })).json(), { status: 'failed', error: 'the server is gone' })
  isProblem(t, await ask('GET', `/servers/${web}`), 404, 'server-not-found')
})

t.test('a resize keeps the disk unless the plan\'s disk is requested, and shuts nothing down in vain', async t => {
  const bench = await openSandbox(t)
  const { operations, vendor, pass } = bench
  const resize = verb(operations, 'resize')
  t.match(await failureOf(resize.run({ seen: await see(bench, web), plan: 'cpx32' })), {
    failure: 'conflict', options: { notAttempted: true }
  }, 'a running server without restart')
  t.match(await failureOf(resize.run({ seen: await see(bench, web), plan: 'cx99', restart: true })), {
    failure: 'rejected', options: { member: 'body.plan' }
  })
  t.same(await badMembers(resize.run({ seen: await see(bench, off), plan: 'cpx32', disk_gib: 80 })), ['body.disk_gib'])
  t.same(await badMembers(resize.run({ seen: await see(bench, off), plan: 'cpx32', disk_gib: 20 })), ['body.disk_gib'])
  t.same(await badMembers(resize.run({ seen: await see(bench, off), disk_gib: 160 })), ['body.disk_gib'])
  t.same(writesOf(vendor), [])
  t.match(await resize.run({ seen: await see(bench, off), plan: 'cpx32' }), {
    goal: { plan: 'cpx32', statuses: ['running', 'stopped'] }, jobs: [{ name: 'change_server_type' }]
  })
  pass(100)
  t.match((await see(bench, off)).server, { plan: { id: 'cpx32' }, disk_gib: 40, status: 'stopped' })
  await resize.run({ seen: await see(bench, off), plan: 'cpx22', disk_gib: 80 })
  t.same(writesOf(vendor), [
    `POST /servers/${off}/actions/change_type {"server_type":"cpx32","upgrade_disk":false}`,
    `POST /servers/${off}/actions/change_type {"server_type":"cpx22","upgrade_disk":true}`
  ])
})

t.test('a resize with restart ends with a running server, whether or not the vendor starts it', async t => {
  for (const afterResize of ['off', 'running'] as const) {
    const { ask, vendor } = await openGateway(t, { afterResize })
    t.match(isOperation(t, await ask('POST', `/servers/${web}/resize`, {
      body: { plan: 'cpx22', restart: true }, headers: soon
    }), 200, 'resize'), { status: 'succeeded' }, afterResize)
    t.match((await ask('GET', `/servers/${web}`)).json(), { status: 'running', plan: { id: 'cpx22' }, disk_gib: 40 })
    t.same(writesOf(vendor).map(call => call.split('/').at(-1)?.split(' ')[0]), ['shutdown', 'change_type', 'poweron'])
  }
})

t.test('a resize succeeds if the vendor refuses the start because the server already runs', async t => {
  const { ask, vendor } = await openGateway(t, { afterResize: 'running' })
  const locked = { status: 423, body: { error: { code: 'locked', message: 'server is locked', details: null } } }
  vendor.fail({ kind: 'reply', times: 100, match: ({ path }) => path.endsWith('/poweron'), reply: locked })
  const resized = isOperation(t, await ask('POST', `/servers/${web}/resize`, {
    body: { plan: 'cpx22', restart: true }, headers: soon
  }), 200, 'resize')
  t.match(resized, { status: 'succeeded' })
})

t.test('rescue arms and boots without a status of its own, and unrescue boots from the disk again', async t => {
  const { ask, vendor } = await openGateway(t)
  const entering = await ask('POST', `/servers/${web}/rescue`, { headers: soon })
  t.match(entering.json(), { status: 'succeeded', generated_password: /^shown-once-/ })
  t.equal(entering.headers['cache-control'], 'no-store')
  t.same(writesOf(vendor), [`POST /servers/${web}/actions/enable_rescue {"type":"linux64"}`, `POST /servers/${web}/actions/reset`])
  t.ok(vendor.rescued.has(Number(web)))
  t.match((await ask('GET', `/servers/${web}?include=raw`)).json(), { status: 'running', raw: { rescue_enabled: false } })
  isOperation(t, await ask('POST', `/servers/${web}/unrescue`, { headers: soon }), 200, 'unrescue')
  t.same(writesOf(vendor).slice(2), [`POST /servers/${web}/actions/reset`], 'it was disarmed by its boot')
  t.notOk(vendor.rescued.has(Number(web)))
  isOperation(t, await ask('POST', `/servers/${off}/rescue`, { headers: soon }), 200, 'rescue')
  t.equal(writesOf(vendor).at(-1), `POST /servers/${off}/actions/poweron`, 'a stopped server is started')
})

t.test('an armed rescue system that was never booted is disarmed', async t => {
  const bench = await openSandbox(t)
  const { operations, vendor, pass } = bench
  await verb(operations, 'rescue').run({ id: web })
  t.match(await see(bench, web), { server: { status: 'running' }, raw: { rescue_enabled: true } })
  const left = await verb(operations, 'unrescue').run({ id: web })
  t.match(left, { jobs: [{ name: 'disable_rescue' }], next: { name: 'rescue.reset' }, goal: { unprovable: true } })
  await verb(operations, 'rescue').run({ id: web })
  pass(3_600_000)
  t.match(await see(bench, web), { raw: { rescue_enabled: false } }, 'after an hour the vendor disarms it')
  t.same(writesOf(vendor).map(call => call.split('/').at(-1)?.split(' ')[0]), ['enable_rescue', 'disable_rescue', 'enable_rescue'])
})

t.test('a snapshot is named by its description, and only those of the server are restored or deleted', async t => {
  const { ask, vendor } = await openGateway(t)
  isOperation(t, await ask('POST', `/servers/${web}/snapshots`, {
    body: { name: 'before upgrade' }, headers: soon
  }), 200, 'snapshots.create')
  const [snapshot, ...others] = (await ask('GET', `/servers/${web}/snapshots`)).json().data
  t.match(snapshot, { name: 'before upgrade', server_id: web, status: 'ready', provider_status: 'available', size_gib: 2.3 })
  t.same(others, [])
  // Another server's snapshot, a backup, and a system image.
  for (const foreign of ['245000111', '245000112', '161547269']) {
    isProblem(t, await ask('DELETE', `/servers/${web}/snapshots/${foreign}`), 404, 'not-found', 'path.snapshot')
    isProblem(t, await ask('POST', `/servers/${web}/snapshots/${foreign}/restore`), 404, 'not-found', 'path.snapshot')
  }
  isOperation(t, await ask('POST', `/servers/${web}/snapshots/${snapshot.id}/restore`, { headers: soon }), 200, 'snapshots.restore')
  t.equal(writesOf(vendor).at(-1), `POST /servers/${web}/actions/rebuild {"image":"${snapshot.id}"}`)
  isOperation(t, await ask('DELETE', `/servers/${web}/snapshots/${snapshot.id}`, { headers: soon }), 200, 'snapshots.delete')
  t.same((await ask('GET', `/servers/${web}/snapshots`)).json().data, [])
})

t.test('colliding ids of the two kinds of addresses are distinguished, and a server has its whole IPv6 network', async t => {
  const { ask, vendor } = await openGateway(t)
  interface Row { readonly id: string, readonly address: string, readonly server_id: string | null, readonly ptr: string | null }
  const rows: Row[] = (await ask('GET', '/addresses?limit=500')).json().data
  t.match(rows.find(({ id }) => id === 'primary-478001'), { address: '192.0.2.240', server_id: null })
  t.match(rows.find(({ id }) => id === 'floating-478001'), {
    address: '198.51.100.7', server_id: web, ptr: 'vip.example.com', prefix_length: null
  })
  t.match(rows.find(({ id }) => id === 'floating-478002'), { address: '2001:db8:ffff::1', prefix_length: 64, family: 6, server_id: null })
  isOperation(t, await ask('POST', `/servers/${web}/addresses`, {
    body: { addresses: ['floating-478002', '198.51.100.8'] }, headers: soon
  }), 200, 'addresses.attach')
  isProblem(t, await ask('POST', `/servers/${web}/addresses`, { body: { addresses: ['primary-91000150'] } }), 409, 'conflict')
  isOperation(t, await ask('DELETE', `/servers/${web}/addresses/2001:DB8:ffff:0::5`, { headers: soon }), 200, 'addresses.detach')
  isProblem(t, await ask('DELETE', `/servers/${web}/addresses/10.0.0.2`), 409, 'conflict', 'path.address')
  for (const ip of ['2001:db8:11::1', '2001:DB8:11:0:5::9', '198.51.100.7']) {
    const found = (await ask('GET', `/servers?ip=${ip}`)).json().data
    t.same(found.map((server: { id: string }) => server.id), [web], `ip=${ip}`)
  }
  t.same((await ask('GET', '/servers?ip=2001:db8:11:1::1')).json().data, [], 'not of another network')
  const named = await ask('PUT', '/addresses/2001:db8:11::77/ptr', { body: { ptr: 'deep.example.com.' } })
  t.same(named.json(), { address: '2001:db8:11::77', ptr: 'deep.example.com' }, 'without the final dot')
  t.match(writesOf(vendor).at(-1), /change_dns_ptr \{"ip":"2001:db8:11::77","dns_ptr":"deep\.example\.com"\}$/)
  t.same((await ask('PUT', '/addresses/192.0.2.12/ptr', { body: { ptr: null } })).json(), { address: '192.0.2.12', ptr: null })
})

t.test('a plan has a row and a net price for each region, and is not available where it is out of stock or withdrawn', async t => {
  const { operations } = await openSandbox(t)
  const plans = await verb(operations, 'plans').run({})
  const rowOf = (id: string, region: string) => plans.find(plan => plan.id === id && plan.region === region)
  t.match(rowOf('cpx22', 'fsn1'), {
    name: 'CPX 22',
    cpus: 2,
    memory_mib: 4096,
    disk_gib: 80,
    available: true,
    price: { amount: 6.49, currency: 'EUR', period: 'month', hourly: Number((6.49 / 624).toFixed(16)), monthly: 6.49 }
  })
  t.match(rowOf('cpx22', 'ash'), { available: false, price: { amount: 7.99 } })
  t.match(rowOf('cax01', 'nbg1'), { memory_mib: 512, available: false })
  t.same((await verb(operations, 'plans').run({ region: 'ash' })).map(({ id }) => id), ['cpx22', 'cpx32'])
})

t.test('a name is free only once the delete has ended, and its operation waits for that', async t => {
  const { ask } = await openGateway(t, { actionMs: 20_000 })
  const going = isOperation(t, await ask('DELETE', `/servers/${web}`), 202, 'delete')
  t.match((await ask('GET', `/servers/${web}`)).json(), { status: 'deleting', locked: true })
  isProblem(t, await ask('POST', '/servers', { body: { ...order, name: 'web-1' } }), 409, 'conflict', 'body.name')
  t.match((await ask('GET', `/operations/${going.id}`, { headers: soon })).json(), { status: 'succeeded', upstream: { status: 'success' } })
  isProblem(t, await ask('GET', `/servers/${web}`), 404, 'server-not-found')
  isOperation(t, await ask('POST', '/servers', { body: { ...order, name: 'web-1' } }), 202, 'create')
})

t.test('a delete that fails at the vendor is a failure, and one without an action is followed by the server', async t => {
  const failing = await openGateway(t, { failCommands: ['delete_server'] })
  t.match(isOperation(t, await failing.ask('DELETE', `/servers/${web}`, { headers: soon }), 200, 'delete'), {
    status: 'failed', error: 'Action failed (action_failed)'
  })
  const { ask, vendor } = await openGateway(t)
  vendor.fail({ kind: 'reply', match: ({ method }) => method === 'DELETE', reply: { status: 204 } })
  const going = isOperation(t, await ask('DELETE', `/servers/${web}`), 202, 'delete')
  vendor.servers.delete(Number(web))
  t.match((await ask('GET', `/operations/${going.id}`, { headers: soon })).json(), { status: 'succeeded' })
})

t.test('a console has a URL for one minute, and a password', async t => {
  const { ask } = await openGateway(t)
  const answer = await ask('POST', `/servers/${web}/console`)
  t.match(answer.json(), { type: 'vnc', url: /^wss:\/\//, password: /^shown-once-/, expires_at: /Z$/ })
  t.equal(answer.headers['cache-control'], 'no-store')
})

t.test('a lost create is searched by its unique name, without walking the list', async t => {
  const { ask, vendor } = await openGateway(t)
  vendor.fail({ kind: 'reset-after', match: ({ method }) => method === 'POST' })
  const problem = isProblem(t, await ask('POST', '/servers', { body: order }), 502, 'upstream-unreachable')
  const found = (await ask('GET', `/operations/${problem.operation_id}`, { headers: soon })).json()
  t.match(found, { status: 'succeeded', server_id: /^\d+$/ })
  t.equal(vendor.created, 1)
  const lists = vendor.calls.filter(({ method, path }) => method === 'GET' && path === '/servers')
  t.ok(lists.length > 0 && lists.every(({ query }) => query.get('name') === 'web-9'))
})

t.test('a create is running while its server still starts, even if all of its actions have ended', async t => {
  const vendor = { word: 'initializing' }
  const action = { id: 606_028_482_673_874, command: 'create_server', status: 'success' }
  const simulator = await startSimulator(({ method, path }) => {
    const server = { id: 5, name: 'web-9', status: vendor.word }
    if (method === 'POST') return { status: 201, body: { server, action, next_actions: [], root_password: null } }
    if (path === '/servers') return { status: 200, body: { servers: [] } }
    return { status: 200, body: path === '/actions' ? { actions: [action] } : { server } }
  })
  const settings = { hz: { token: 'a'.repeat(64), api_url: simulator.origin } }
  const gateway = await openFastGateway(t, 'hetzner', 20, async () => ({ ...simulator, settings }))
  const ask = gateway.ask('hz')
  const { id } = isOperation(t, await ask('POST', '/servers', { body: order, headers: { prefer: 'wait=20' } }), 202, 'create')
  vendor.word = 'running'
  t.match((await ask('GET', `/operations/${id}`, { headers: soon })).json(), { status: 'succeeded', server_id: '5' })
})
