import t, { type Test as Tap } from 'tap'
import { digitalocean } from '../../src/adapters/digitalocean/adapter.ts'
import { createOptions } from '../../src/adapters/digitalocean/create.ts'
import type { Accepted, Job } from '../../src/adapters/verbs.ts'
import type { CreateSpec } from '../../src/domain/spec.ts'
import { operationSchema, type Operation } from '../../src/domain/operation.ts'
import { startDigitalocean, type DigitaloceanSandbox } from '../../sandbox/digitalocean/simulator.ts'
import type { DigitaloceanBehavior } from '../../sandbox/digitalocean/behavior.ts'
import { startSimulator, type SimulatedReply, type SimulatedRequest } from '../../sandbox/kit/simulator.ts'
import { isOperation, isProblem, type Ask } from '../helpers/api.ts'
import { createStillClock } from '../helpers/clock.ts'
import { serverFacts } from '../helpers/facts.ts'
import { failureOf, openBench, type Bench, type Test } from '../helpers/line.ts'
import { badMembers, openFastGateway } from '../helpers/verbs.ts'

const spec: CreateSpec = { name: 'web-1', region: 'nyc3', plan: 's-1vcpu-1gb', image: 'ubuntu-24-04-x64' }

type Sandbox = Bench<DigitaloceanSandbox> & { readonly pass: (ms: number) => void }

async function openSandbox (test: Test, behavior: Partial<DigitaloceanBehavior> = {}): Promise<Sandbox> {
  const { now, pass } = createStillClock()
  const vendor = await startDigitalocean({ clock: now, behavior: { actionMs: 100, createMs: 200, listLagMs: 0, ...behavior } })
  return { ...openBench(test, digitalocean, vendor, vendor.settings.do), pass }
}

/** What was sent beside reads. */
const sent = ({ vendor }: Bench): unknown[] => vendor.calls.filter(({ method }) => method !== 'GET')
  .map(({ method, path, body }) => [method, path.replace('/v2', ''), body === '' ? null : JSON.parse(body)])

const jobsOf = async ({ operations }: Bench, jobs: readonly Job[] | undefined) => await operations.jobs?.(jobs ?? []) ?? []

const refused = async (work: Promise<unknown> | undefined) => await failureOf(work ?? Promise.resolve())

interface Gateway {
  readonly vendor: DigitaloceanSandbox
  readonly ask: Ask
  /** The operation at its end. */
  readonly end: (test: Tap, method: 'POST' | 'PATCH' | 'DELETE', url: string, body?: object) => Promise<Operation>
}

/** The simulated vendor behind a whole gateway. */
async function openGateway (test: Tap, behavior: Partial<DigitaloceanBehavior> = {}): Promise<Gateway> {
  const { vendor, ask: askOf } = await openFastGateway(test, 'digitalocean', 60, async clock =>
    await startDigitalocean({ clock, behavior: { actionMs: 3000, createMs: 4000, ...behavior } }))
  const ask = askOf('do')
  return {
    vendor,
    ask,
    end: async (test, method, url, body) => {
      const accepted = await ask(method, url, { body, headers: { prefer: 'wait=300' } })
      let operation = isOperation(test, accepted, accepted.statusCode === 202 ? 202 : 200, accepted.json().action)
      for (let tries = 0; tries < 20 && operation.finished_at === null; tries += 1) {
        operation = operationSchema.parse((await ask('GET', `/operations/${operation.id}`, { headers: { prefer: 'wait=300' } })).json())
      }
      return operation
    }
  }
}

t.test('a create sends exactly what was requested, and is followed by its action', async t => {
  const bench = await openSandbox(t)
  const { operations, pass } = bench
  const created = await operations.create?.run({
    ...spec,
    image: '158330303',
    ssh_keys: ['289794', 'F5:DE:EB:64:2D:6A:B6:D5:BB:06:47:7F:04:4B:F8:E2'],
    user_data: '#cloud-config äöü',
    networks: ['760e09ef-dc84-11e8-981e-3cfdfeaae000'],
    tags: ['env:prod', 'web'],
    options: { ipv6: true, monitoring: true, backups: true }
  })
  t.same(sent(bench), [['POST', '/droplets', {
    name: 'web-1',
    region: 'nyc3',
    size: 's-1vcpu-1gb',
    image: 158330303,
    ssh_keys: [289794, 'f5:de:eb:64:2d:6a:b6:d5:bb:06:47:7f:04:4b:f8:e2'],
    user_data: '#cloud-config äöü',
    tags: ['env:prod', 'web'],
    vpc_uuid: '760e09ef-dc84-11e8-981e-3cfdfeaae000',
    ipv6: true,
    monitoring: true,
    backups: true
  }]])
  t.match(created, {
    serverId: /^\d+$/, jobs: [{ name: /^create \d+ s-1vcpu-1gb nyc3 \d+$/ }], goal: { statuses: ['running'], shown: true }
  })
  t.match(await operations.get.run(created?.serverId ?? ''), { server: { status: 'provisioning', addresses: [], locked: false } })
  t.match(await jobsOf(bench, created?.jobs), [{ status: 'running', vendorStatus: 'in-progress' }])
  pass(200)
  t.match(await jobsOf(bench, created?.jobs), [{ status: 'succeeded', vendorStatus: 'completed', error: null }])
  t.match(await operations.get.run(created?.serverId ?? ''), { server: { status: 'running', tags: ['env:prod', 'web'] } })
})

t.test('ids that the vendor generates may be UUIDs of any version', t => {
  const vpc = '11111111-2222-3333-4444-555555555555'
  t.same(createOptions.parse({ vpc, volumes: [vpc] }), { vpc, volumes: [vpc] })
  t.throws(() => createOptions.parse({ vpc: 'default' }))
  t.end()
})

t.test('a create names the members that it cannot honor before anything is sent', async t => {
  const bench = await openSandbox(t)
  const wrong: ReadonlyArray<readonly [Partial<CreateSpec>, string]> = [
    [{ name: 'web_1' }, 'body.name'],
    [{ name: '-' }, 'body.name'],
    [{ image: 'Ubuntu 24.04' }, 'body.image'],
    [{ region: '' }, 'body.region'],
    [{ plan: '../x' }, 'body.plan'],
    [{ ssh_keys: ['ssh-ed25519 AAAA me'] }, 'body.ssh_keys'],
    [{ user_data: 'echo 🚀' }, 'body.user_data'],
    [{ user_data: 'ä'.repeat(40_000) }, 'body.user_data'],
    [{ tags: ['team=web'] }, 'body.tags'],
    [{ networks: ['default'] }, 'body.networks'],
    [{ networks: ['760e09ef-dc84-11e8-981e-3cfdfeaae000', '5a4981aa-9653-4bd1-bef5-d6bff52042e4'] }, 'body.networks'],
    [{ networks: ['760e09ef-dc84-11e8-981e-3cfdfeaae000'], options: { vpc: '760e09ef-dc84-11e8-981e-3cfdfeaae000' } }, 'body.options.vpc'],
    [{ options: { public_networking: false, ipv6: true } }, 'body.options.ipv6'],
    [{ options: { backup_policy: { plan: 'daily' } } }, 'body.options.backup_policy']
  ]
  for (const [change, member] of wrong) {
    t.same(
      await badMembers(bench.operations.create?.run({ ...spec, ...change })),
      [member],
      JSON.stringify(change).slice(0, 80)
    )
  }
  t.same(sent(bench), [])
  t.match(await refused(bench.operations.create?.run({ ...spec, networks: ['5a4981aa-9653-4bd1-bef5-d6bff52042e4'] })), {
    failure: 'rejected', options: { member: 'body.networks' }
  }, 'a VPC of another region is a 404')
})

t.test('a server is matched to a lost create by every member that both have, whether the image is a slug or an id', async t => {
  const isLike = (await openSandbox(t)).operations.create?.isLike
  const server = serverFacts('1', 'running', {
    name: 'web-1',
    region: { id: 'nyc3', name: null },
    plan: { id: 's-1vcpu-1gb', name: null },
    image: { id: 'ubuntu-24-04-x64', name: null }
  })
  t.ok(isLike?.(spec, server))
  t.ok(isLike?.({ ...spec, image: '155133621' }, server), 'a slug says nothing about an id')
  t.ok(isLike?.(spec, { ...server, image: null }))
  for (const change of [
    { name: 'WEB-1' }, { region: 'nyc1' }, { plan: 's-2vcpu-4gb' }, { image: 'debian-12-x64' }
  ]) {
    t.notOk(isLike?.({ ...spec, ...change }, server), JSON.stringify(change))
  }
})

t.test('a create that fails at the vendor is sent once, because a second one would buy a second server', async t => {
  const bench = await openSandbox(t)
  bench.vendor.fail({
    kind: 'reply',
    times: 9,
    match: ({ method }) => method === 'POST',
    reply: { status: 500, body: { id: 'server_error', message: 'Unexpected server-side error' } }
  })
  t.match(await refused(bench.operations.create?.run(spec)), { failure: 'unavailable', attempts: 1, sideEffect: 'possible' })
  t.equal(sent(bench).length, 1)
})

t.test('each action is followed by its id, and by the server where the result must show', async t => {
  const bench = await openSandbox(t)
  const { operations, pass } = bench
  const id = '3164444'
  const seen = await operations.get.run(id)
  const act = async (work: Promise<Accepted> | undefined, body: object, goal: Accepted['goal']): Promise<void> => {
    const accepted = await work
    t.same([sent(bench).at(-1), accepted?.goal], [['POST', `/droplets/${id}/actions`, body], goal], JSON.stringify(body))
    t.equal((await jobsOf(bench, accepted?.jobs))[0]?.status, 'running')
    t.match(await operations.get.run(id), {
      server: { locked: false, task: null, allowed_actions: seen.server.allowed_actions }
    }, 'a running action shows nowhere on the server')
    pass(100)
  }
  await act(operations.reboot?.run({ id }), { type: 'reboot' }, undefined)
  await act(operations.reboot?.run({ id, force: true }), { type: 'power_cycle' }, undefined)
  await act(operations.rebuild?.run({ seen, image: '156110101' }), { type: 'rebuild', image: 156110101 }, undefined)
  await act(operations.password?.run({ id }), { type: 'password_reset' }, undefined)
  await act(operations.rename?.run({ id, name: 'web-2' }), { type: 'rename', name: 'web-2' }, { name: 'web-2', shown: true })
  t.match(await operations.password?.run({ id }), { note: /e-mail/, password: undefined }, 'the API never returns a password')
  pass(100)
  t.match(await operations.stop?.run({ id }), { jobs: [{ name: 'shutdown' }], goal: { statuses: ['stopped'], shown: true } })
  pass(100)
  t.match(await operations.start?.run({ id }), { jobs: [{ name: 'power_on' }], goal: { statuses: ['running'], shown: true } })
  pass(100)
  await operations.stop?.run({ id, force: true })
  t.same(sent(bench).at(-1), ['POST', `/droplets/${id}/actions`, { type: 'power_off' }])
})

t.test('an action may be done, unknown, errored or not readable yet', async t => {
  const handle = ({ path }: SimulatedRequest): SimulatedReply => {
    const words: Readonly<Record<string, string>> = { 1: 'done', 2: 'new', 3: 'errored' }
    const status = words[path.split('/').at(-1) ?? '']
    if (status === undefined) return { status: path.endsWith('/5') ? 500 : 404, body: {} }
    return { status: 200, body: { action: { id: Number(path.split('/').at(-1)), status, region: 'New York' } } }
  }
  const vendor = await startSimulator(handle)
  const bench = openBench(t, digitalocean, vendor, { token: 't', api_url: vendor.origin })
  const states = await jobsOf(bench, ['1', '2', '3', '4'].map(id => ({ id, name: 'reboot' })))
  t.same(new Map(states.map(({ id, status, error }) => [id, [status, error]])), new Map([
    ['1', ['succeeded', null]],
    ['2', ['running', null]],
    ['3', ['failed', 'the provider ended its action reboot as errored and does not say why']],
    ['4', ['running', null]]
  ]))
  const readable = await jobsOf(bench, [{ id: '1', name: 'a' }, { id: '5', name: 'b' }])
  t.match(readable, [{ id: '1' }], 'a failed read does not affect the others')
  t.equal((await refused(bench.operations.jobs?.([{ id: '5', name: 'b' }]))).failure, 'unavailable')
})

t.test('many actions are read from the account\'s latest ones, and only the others one by one', async t => {
  const bench = await openSandbox(t)
  const ids = bench.vendor.addServers(30)
  const accepted = await Promise.all(ids.map(async id => await bench.operations.reboot?.run({ id })))
  const jobs = accepted.flatMap(reboot => reboot?.jobs ?? [])
  bench.vendor.calls.splice(0)
  const states = await jobsOf(bench, [...jobs, { id: '999', name: 'reboot' }])
  t.equal(states.length, 31)
  t.same(bench.vendor.calls.map(({ path }) => path), ['/v2/actions', '/v2/actions/999'])
})

t.test('many actions are read one by one if the account has no list of them', async t => {
  const vendor = await startSimulator(({ path }) => path === '/v2/actions'
    ? { status: 404, body: { id: 'not_found', message: 'The resource you were accessing could not be found.' } }
    : { status: 200, body: { action: { id: Number(path.split('/').at(-1)), status: 'completed' } } })
  const bench = openBench(t, digitalocean, vendor, { token: 't', api_url: vendor.origin })
  const states = await jobsOf(bench, ['1', '2', '3', '4', '5', '6'].map(id => ({ id, name: 'reboot' })))
  t.same(states.map(({ id, status }) => `${id} ${status}`).sort(), ['1', '2', '3', '4', '5', '6'].map(id => `${id} succeeded`))
})

t.test('a vanished create has failed for lack of capacity: at once if its action says so, else after minutes', async t => {
  const bench = await openSandbox(t, { create: 'vanishes' })
  const vanish = async (): Promise<readonly Job[]> => {
    const accepted = await bench.operations.create?.run(spec)
    bench.pass(200)
    t.equal((await refused(bench.operations.get.run(accepted?.serverId ?? ''))).failure, 'not-found')
    return accepted?.jobs ?? []
  }
  t.match(await jobsOf(bench, await vanish()), [{ status: 'failed', error: /^capacity-exhausted: .*plan s-1vcpu-1gb, region nyc3/ }])
  bench.vendor.behavior.create = 'vanishes-silently'
  const silent = await vanish()
  t.match(await jobsOf(bench, silent), [{ status: 'running' }], 'a 404 right after the 202 may be lag')
  const old = silent.map(({ id, name }) => ({ id, name: name.replace(/\d+$/, sent => String(Number(sent) - 301)) }))
  t.match(await jobsOf(bench, old), [{ status: 'failed', error: /^capacity-exhausted: / }])
})

t.test('a resize requires a stopped server, and the disk grows only to the size of the plan', async t => {
  const bench = await openSandbox(t)
  const { operations, vendor } = bench
  const [on, off] = [await operations.get.run('3164444'), await operations.get.run('3164459')]
  t.match(await refused(operations.resize?.run({ seen: on, plan: 's-2vcpu-4gb' })), {
    failure: 'conflict', options: { notAttempted: true }
  })
  t.same(await badMembers(operations.resize?.run({ seen: off, plan: 's-2vcpu-4gb', disk_gib: 60 })), ['body.disk_gib'])
  t.same(await badMembers(operations.resize?.run({ seen: off, disk_gib: 60 })), ['body.disk_gib'])
  t.same(await badMembers(operations.resize?.run({ seen: off, plan: 's-1vcpu-512mb-10gb' })), ['body.plan'], 'a disk never shrinks')
  t.match(await refused(operations.resize?.run({ seen: on, plan: 's-99', restart: true })), {
    failure: 'rejected', options: { member: 'body.plan' }
  }, 'before the server is stopped')
  t.same(sent(bench), [])
  t.match(await operations.resize?.run({ seen: off, plan: 's-2vcpu-4gb' }), {
    goal: { plan: 's-2vcpu-4gb', statuses: ['stopped'] }, next: undefined
  })
  t.same(sent(bench).at(-1), ['POST', '/droplets/3164459/actions', { type: 'resize', size: 's-2vcpu-4gb', disk: false }])
  bench.pass(100)
  t.equal(vendor.servers.get(3164459)?.disk, 25)
  t.match(await operations.resize?.run({
    seen: await operations.get.run('3164459'), plan: 's-2vcpu-4gb', disk_gib: 80
  }), { goal: { disk_gib: 80 } })
  t.match(sent(bench).at(-1), ['POST', '/droplets/3164459/actions', { disk: true }])
  t.equal(operations.resize?.deadlineMs, 3600_000)
  t.equal(operations['snapshots.create']?.deadlineMs, 3600_000)
})

t.test('only the server\'s own snapshots are restored and deleted, and backups do not count', async t => {
  const bench = await openSandbox(t)
  const { operations, pass } = bench
  const id = '3164444'
  t.match(await operations['snapshots.list']?.run({ id }), [
    { id: '67512819', name: 'web-1-before', server_id: id, status: 'ready', size_gib: 2.36 }
  ])
  for (const snapshot of ['53893572', '156110101', 'none']) {
    t.match(await refused(operations['snapshots.delete']?.run({ id, snapshot })), {
      failure: 'not-found', options: { member: 'path.snapshot' }
    }, snapshot)
  }
  t.match(await refused(operations['snapshots.restore']?.run({ id: '3164459', snapshot: '67512819' })), {
    failure: 'not-found', options: { member: 'path.snapshot' }
  }, 'of another server')
  t.same(sent(bench), [])
  t.match(await operations['snapshots.restore']?.run({ id, snapshot: '67512819' }), { jobs: [{ name: 'restore' }] })
  t.same(sent(bench).at(-1), ['POST', '/droplets/3164444/actions', { type: 'restore', image: 67512819 }])
  pass(100)
  t.same(await operations['snapshots.delete']?.run({ id, snapshot: '67512819' }), {})
  t.same(await operations['snapshots.list']?.run({ id }), [])
  bench.vendor.behavior.deniedScopes = ['image:read']
  t.equal(
    (await refused(operations['snapshots.delete']?.run({ id, snapshot: '1' }))).failure,
    'forbidden',
    'whose snapshot it is cannot be seen'
  )
})

t.test('reserved addresses are marked, one of each family is attached, and none is taken from another server', async t => {
  const bench = await openSandbox(t)
  const { operations, pass } = bench
  const attach = async (id: string, ...addresses: string[]) => await operations['addresses.attach']?.run({ id, addresses })
  const rowsOf = async (id: string) => new Map((await operations['addresses.list']?.run(id))?.map(row => [row.address, row.id]))
  t.same((await rowsOf('3164412')).get('45.55.96.47'), '45.55.96.47')
  t.equal([...await rowsOf('3164412')].filter(([, id]) => id === null).length, 3, 'its own have no id')
  t.match((await operations['addresses.list']?.all())?.find(({ address }) => address === '45.55.96.48'), {
    id: '45.55.96.48', server_id: null, region: 'nyc3', scope: 'public'
  })
  t.same(await badMembers(attach('3164444', '192.0.2.1')), ['body.addresses'])
  t.same(await badMembers(attach('3164444', '45.55.96.48', '45.55.96.47')), ['body.addresses'], 'two of one family')
  t.same(await badMembers(attach('3164444', 'fe80::1%eth0')), ['body.addresses'])
  t.match(await refused(attach('3164444', '45.55.96.47')), {
    failure: 'conflict', options: { notAttempted: true, member: 'body.addresses' }
  })
  t.same(await attach('3164412', '45.55.96.47'), { done: true })
  t.same(sent(bench), [])
  const both = await attach('3164444', '45.55.96.48', '2604:A880:0800:0000:0000:0000:0DC9:C001')
  t.match(both, {
    jobs: [{ name: 'assign_ip 45.55.96.48 3164444' }], next: { name: 'assign', input: { address: '2604:a880:800::dc9:c001' } }
  })
  t.equal((await refused(operations.steps?.['assign']?.run('3164444', both?.next?.input ?? {}))).failure, 'conflict', 'one event at a time')
  pass(100)
  await operations.steps?.['assign']?.run('3164444', both?.next?.input ?? {})
  pass(100)
  t.same(sent(bench).at(-1), ['POST', '/reserved_ipv6/2604:a880:800::dc9:c001/actions', { type: 'assign', droplet_id: 3164444 }])
  t.equal((await rowsOf('3164444')).get('2604:a880:800::dc9:c001'), '2604:a880:800::dc9:c001')
  const detach = operations['addresses.detach']
  t.same(await badMembers(detach?.run({ id: '3164444', address: '10.128.157.196' })), ['path.address'], 'its own stays')
  t.match(await refused(detach?.run({ id: '3164459', address: '45.55.96.48' })), {
    failure: 'not-found', options: { member: 'path.address' }
  })
  t.match(await detach?.run({ id: '3164444', address: '45.55.96.48' }), { jobs: [{ name: 'unassign_ip 45.55.96.48 3164444' }] })
})

t.test('an address that its owner brought along has no readable action, so the address shows the result', async t => {
  const bench = await openSandbox(t)
  const accepted = await bench.operations['addresses.attach']?.run({ id: '3164444', addresses: ['203.0.113.77'] })
  t.match(await jobsOf(bench, accepted?.jobs), [{ status: 'running' }])
  bench.pass(100)
  t.match(await jobsOf(bench, accepted?.jobs), [{ status: 'succeeded' }])
})

t.test('through the gateway: results may show late, and other tools may work on the server meanwhile', async t => {
  const { vendor, ask, end } = await openGateway(t, { statusLagMs: 20_000, listLagMs: 10_000 })
  const created = await end(t, 'POST', '/servers', { ...spec })
  t.match(created, { status: 'succeeded', error: null })
  t.match((await ask('GET', `/servers/${created.server_id}`)).json(), { status: 'running' }, 'it succeeded when the server showed it')
  const resized = end(t, 'POST', `/servers/${created.server_id}/resize`, { plan: 's-2vcpu-4gb', restart: true })
  t.match(await resized, { status: 'succeeded' })
  t.match((await ask('GET', `/servers/${created.server_id}`)).json(), { status: 'running', plan: { id: 's-2vcpu-4gb' }, disk_gib: 25 })
  vendor.behavior.statusLagMs = 0
  t.equal((await fetch(`${vendor.settings.do.api_url}/droplets/3164444/actions`, {
    method: 'POST', headers: { authorization: `Bearer ${vendor.settings.do.token}` }, body: '{"type":"reboot"}'
  })).status, 201)
  const busy = isProblem(t, await ask('POST', '/servers/3164444/stop'), 409, 'conflict')
  t.match(busy, { side_effect: 'none', upstream: { message: 'Droplet already has a pending event.' } })
  const deleted = await end(t, 'DELETE', `/servers/${created.server_id}`)
  t.match(deleted, { status: 'succeeded' })
})

t.test('through the gateway: a shutdown without effect does not succeed, and a vanished create fails with a reason', async t => {
  const { vendor, ask, end } = await openGateway(t, { shutdown: 'ignored', create: 'vanishes' })
  const stopped = isOperation(t, await ask('POST', '/servers/3164444/stop', { headers: { prefer: 'wait=60' } }), 202, 'stop')
  t.match(stopped, { status: 'running', upstream: { status: 'completed' } }, 'the action has completed, and the server still runs')
  t.match(await end(t, 'POST', '/servers', { ...spec }), {
    status: 'failed', error: /^capacity-exhausted: the provider accepted the server \(plan s-1vcpu-1gb, region nyc3\)/
  })
  vendor.behavior.create = 'vanishes-silently'
  t.match(await end(t, 'POST', '/servers', { ...spec }), {
    status: 'failed', error: /^capacity-exhausted: /
  }, 'after minutes of the gateway\'s clock')
  vendor.behavior.failActions = ['power_cycle']
  t.match(await end(t, 'POST', '/servers/3164412/reboot', { force: true }), { status: 'failed', error: /does not say why/ })
})

t.test('through the gateway: a call beyond the token\'s scopes is forbidden, not an authentication failure', async t => {
  const { vendor, ask } = await openGateway(t)
  vendor.behavior.deniedScopes = ['droplet:create', 'droplet:update', 'tag:read']
  for (const [url, body] of [
    ['/servers', { ...spec }], ['/servers/3164444/stop', {}]
  ] as const) isProblem(t, await ask('POST', url, { body }), 502, 'upstream-forbidden')
  t.match((await ask('GET', '/servers/3164444')).json(), { tags: [] })
  vendor.behavior.deniedScopes = []
  vendor.behavior.dropletLimit = 1
  isProblem(t, await ask('POST', '/servers', { body: { ...spec } }), 422, 'quota-exceeded')
})

t.test('through the gateway: once other tools have used up the hourly limit, calls wait instead of being refused', async t => {
  const { vendor, ask } = await openGateway(t, { rate: { limit: 20, windowMs: 40_000 } })
  const others = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent += 1) {
      await (await fetch(`${vendor.settings.do.api_url}/regions`, {
        headers: { authorization: `Bearer ${vendor.settings.do.token}` }
      })).arrayBuffer()
    }
  }
  await ask('GET', '/servers/3164444')
  await others(17)
  for (const id of ['3164444', '3164459', '3164412', '3164501']) t.equal((await ask('GET', `/servers/${id}`)).statusCode, 200)
  t.same(vendor.calls.filter(({ status }) => status === 429), [])
  t.equal(vendor.calls.length, 22)
})
