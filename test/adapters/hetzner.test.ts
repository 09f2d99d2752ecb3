import t from 'tap'
import { hetzner } from '../../src/adapters/hetzner/adapter.ts'
import type { AdapterVerbs, PageRequest } from '../../src/adapters/verbs.ts'
import { GatewayError } from '../../src/domain/failure.ts'
import type { HetznerBehavior } from '../../sandbox/hetzner/behavior.ts'
import { startHetzner } from '../../sandbox/hetzner/simulator.ts'
import { startSimulator, type SimulatedReply, type SimulatedRequest, type Simulator } from '../../sandbox/kit/simulator.ts'
import { createStillClock } from '../helpers/clock.ts'
import { failureOf, listAll, openBench, type Bench, type Test } from '../helpers/line.ts'

const web = 117_700_001
const id = String(web)

/** The adapter in front of a vendor whose every answer the test gives. */
async function open (test: Test, handle: (request: SimulatedRequest) => SimulatedReply): Promise<Bench> {
  const vendor = await startSimulator(handle)
  return openBench(test, hetzner, vendor, { token: 'a'.repeat(64), api_url: vendor.origin })
}

async function openSandbox (test: Test, behavior: Partial<HetznerBehavior> = {}) {
  const { now, pass } = createStillClock()
  const vendor = await startHetzner({ clock: now, behavior: { actionMs: 20, createMs: 40, ...behavior } })
  return { ...openBench(test, hetzner, vendor, vendor.settings.hz), pass }
}

const verb = <Name extends keyof AdapterVerbs>(operations: AdapterVerbs, name: Name): NonNullable<AdapterVerbs[Name]> => {
  const found = operations[name]
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

const problem = (status: number, code: string, message = 'no', details: unknown = null): SimulatedReply => ({
  status, body: { error: { code, message, details } }
})
const sentTo = ({ calls }: Pick<Simulator, 'calls'>): string[] => calls.map(
  ({ method, path, rawQuery, body }) => `${method} ${path}${rawQuery === '' ? '' : `?${rawQuery}`}${body === '' ? '' : ` ${body}`}`
)
const page = (more: Partial<PageRequest> = {}): PageRequest => ({ filters: {}, offset: 0, after: null, limit: 50, ...more })

const badMember = async (work: Promise<unknown>): Promise<string> => await work.then(() => 'nothing was refused', (error: unknown) => {
  if (error instanceof GatewayError) return error.options.errors?.[0]?.path ?? error.refusal
  throw error
})

t.test('a server has the facts of the vendor\'s record, and null for others', async t => {
  const { operations } = await openSandbox(t)
  t.match((await operations.get.run(id)).server, {
    id,
    name: 'web-1',
    status: 'running',
    power: 'on',
    task: null,
    provider_status: 'running',
    cpus: 2,
    memory_mib: 4096,
    disk_gib: 40,
    image: { id: '161547269', name: 'ubuntu-24.04' },
    plan: { id: 'cx23', name: 'CX 23' },
    region: { id: 'fsn1', name: 'Falkenstein' },
    owner: null,
    tags: ['env=prod', 'just-a-key'],
    locked: false,
    protected: false
  })
})

t.test('addresses: the first of an IPv6 network, no public one for a private-only server, and floating ones by their ids', async t => {
  const { operations, vendor } = await openSandbox(t)
  const rows = await listAll(operations)
  const addressesOf = (name: string) => rows.find(({ server }) => server.name === name)?.server.addresses.map(
    ({ address, prefix_length: prefix, scope, primary }) => [address, prefix, scope, primary]
  )
  t.same(addressesOf('web-1'), [
    ['192.0.2.12', null, 'public', true],
    ['2001:db8:11::1', 64, 'public', true],
    ['10.0.0.2', null, 'private', false],
    ['198.51.100.7', null, 'public', false]
  ])
  t.same(addressesOf('private-only'), [['10.0.0.3', null, 'private', false]])
  t.same(sentTo(vendor).filter(call => call.includes('floating')), [
    'GET /floating_ips?sort=id%3Aasc&page=1&per_page=50'
  ], 'one read for all pages')
  t.same(
    (await operations.get.run(id)).server.addresses,
    rows.find(({ server }) => server.id === id)?.server.addresses,
    'a get has the same'
  )
})

t.test('an IPv4 address with the prefix of an IPv6 network does not fail a search by address', async t => {
  const { operations } = await open(t, () => ({
    status: 200, body: { servers: [{ id: web, public_net: { ipv4: { ip: '192.0.2.1/64' }, ipv6: { ip: '2001:db8:11::/64' } } }] }
  }))
  const { rows } = await operations.list.run(page({ filters: { ip: '2001:db8:11::7' } }))
  t.same(rows.map(({ server }) => server.addresses.map(({ address }) => address)), [['192.0.2.1', '2001:db8:11::1', '2001:db8:11::7']])
})

t.test('an id that no server can have is not sent, not even the placeholder of a dry run', async t => {
  const { operations, vendor, line } = await openSandbox(t)
  for (const odd of ['{id}', '0', '../images/7', '9007199254740993']) {
    for (const work of [
      operations.get.run(odd), verb(operations, 'start').run({ id: odd }), verb(operations, 'protect').run({ id: odd, protected: false }),
      verb(operations, 'addresses.list').run(odd)
    ]) t.equal((await failureOf(work)).failure, 'not-found', odd)
  }
  t.same(sentTo(vendor), [])
  const { operations: dry, calls } = line.dryRun()
  await dry.steps?.['create.protect']?.run('{id}', {})
  t.match(calls, [{ method: 'POST', url: /\/servers\/\{id\}\/actions\/change_protection$/ }], 'a dry run shows the protection of a create')
})

t.test('the disk is that of the server, not of its plan, and half a GB is 512 MiB', async t => {
  const { operations } = await openSandbox(t)
  const rows = (await listAll(operations)).map(({ server }) => server)
  t.match(rows.find(({ name }) => name === 'private-only'), { plan: { id: 'cpx32' }, disk_gib: 40, image: null, power: 'off' })
  t.match(rows.find(({ name }) => name === 'half'), { memory_mib: 512, status: 'rebuilding', locked: true, allowed_actions: [] })
})

t.test('each status of the vendor is mapped, and an unknown one stays verbatim', async t => {
  const { operations } = await openSandbox(t)
  const byName = new Map((await listAll(operations)).map(({ server }) => [
    server.name, [server.status, server.power, server.provider_status]
  ]))
  t.same(['fresh', 'waking', 'sinking', 'going', 'moving', 'lost', 'odd'].map(name => byName.get(name)), [
    ['provisioning', 'unknown', 'initializing'], ['starting', 'unknown', 'starting'], ['stopping', 'on', 'stopping'],
    ['deleting', 'unknown', 'deleting'],
    ['migrating', 'unknown', 'migrating'], ['unknown', 'unknown', 'unknown'], ['unknown', 'unknown', 'hibernating']
  ])
})

t.test('a protected server does not allow delete and rebuild; rebuild and restore are refused before anything is sent', async t => {
  const { operations, vendor } = await openSandbox(t)
  const kept = (await listAll(operations)).find(({ server }) => server.name === 'kept')
  if (kept === undefined) return
  t.same(['delete', 'rebuild'].filter(action => kept.server.allowed_actions.some(allowed => allowed === action)), [])
  const writes = () => vendor.calls.filter(({ method }) => method !== 'GET').length
  t.equal(await badMember(verb(operations, 'rebuild').run({ seen: kept, image: 'debian-13' })), 'conflict')
  t.equal(await badMember(verb(operations, 'snapshots.restore').run({ id: kept.server.id, snapshot: '245000111' })), 'conflict')
  t.equal(writes(), 0)
  await verb(operations, 'protect').run({ id: kept.server.id, protected: false })
  t.same(JSON.parse(vendor.calls.at(-1)?.body ?? ''), { delete: false, rebuild: false }, 'both protections have one value')
})

t.test('a location inside a datacenter, as it was before July 2026, is read', async t => {
  const { operations } = await open(t, () => ({
    status: 200,
    body: {
      server: {
        id: 7,
        name: 'old',
        status: 'running',
        created: '2024-01-01T00:00:00+00:00',
        datacenter: { id: 4, name: 'fsn1-dc14', location: { name: 'fsn1', city: 'Falkenstein' } },
        public_net: { ipv4: { ip: '0.0.0.0' }, ipv6: null, floating_ips: [] }
      }
    }
  }))
  t.match((await operations.get.run('7')).server, {
    region: { id: 'fsn1', name: 'Falkenstein' }, created_at: '2024-01-01T00:00:00Z', addresses: [], cpus: null, plan: null, protected: null
  })
})

t.test('a walk reads overlapping pages of at most 50 rows to the end, even if rows vanish meanwhile', async t => {
  const { operations, vendor } = await openSandbox(t)
  vendor.addServers(120)
  const all = await listAll(operations)
  t.equal(all.length, 184)
  t.same(sentTo(vendor).filter(call => call.startsWith('GET /servers')).slice(0, 2), [
    'GET /servers?sort=id%3Aasc&page=1&per_page=50', 'GET /servers?sort=id%3Aasc&page=2&per_page=50'
  ])
  const next = await operations.list.run(page({ offset: 49 }))
  t.equal(next.start, 49, 'the gateway\'s overlap is a page of another size')
  t.match(vendor.calls.at(-1)?.rawQuery, /page=2&per_page=49/)
  t.equal(next.rows[0]?.server.id, all[49]?.server.id)
})

t.test('filters are sent only where the vendor can read them', async t => {
  const { operations, vendor } = await openSandbox(t)
  const asked = async (filters: PageRequest['filters']): Promise<string> => {
    await operations.list.run(page({ filters }))
    return (vendor.calls.filter(({ path }) => path === '/servers').at(-1)?.rawQuery ?? '').replace('sort=id%3Aasc&page=1&per_page=50', '')
  }
  t.equal(await asked({ name: 'web-1' }), '&name=web-1')
  t.equal(await asked({ name: 'no name, but this' }), '', 'a name that no server can have')
  t.equal(await asked({ tag: 'env=prod' }), '&label_selector=env%3D%3Dprod')
  t.equal(await asked({ tag: 'just-a-key' }), '&label_selector=just-a-key')
  for (const tag of ['a=b,c', 'a in (b)', '!a', 'a=(b)', 'a=b=c']) t.equal(await asked({ tag }), '', 'a selector has no quoting')
  t.equal(await asked({ status: new Set(['running', 'stopped']) }), '&status=running&status=off')
  t.equal(await asked({ status: new Set(['running', 'unknown']) }), '', 'a word that no table has would be lost')
  const before = vendor.calls.length
  t.same(await operations.list.run(page({ filters: { status: new Set(['paused']) } })), { rows: [], start: 0, last: true, total: 0 })
  t.equal(vendor.calls.length, before, 'a state that there is not costs no call')
})

t.test('the last page is recognized without the vendor\'s numbers', async t => {
  const { operations } = await open(t, () => ({
    status: 200,
    body: {
      servers: [{ id: 1, status: 'running' }], meta: { pagination: { page: 1, next_page: null, last_page: null, total_entries: null } }
    }
  }))
  t.match(await operations.list.run(page()), { last: true, total: null })
  const bare = await open(t, () => ({ status: 200, body: { servers: [{ id: 1, status: 'running' }] } }))
  t.match(await bare.operations.list.run(page()), { last: true, total: null })
})

t.test('refusals are classified by code, because statuses mislead', async t => {
  const refusals: ReadonlyArray<readonly [SimulatedReply, string]> = [
    [problem(401, 'unauthorized'), 'authentication'],
    [problem(401, 'token_readonly'), 'forbidden'],
    [problem(403, 'forbidden'), 'forbidden'],
    [problem(403, 'maintenance'), 'unavailable'],
    [problem(403, 'resource_limit_exceeded', 'no', { limits: [{ name: 'project_limit' }] }), 'quota'],
    [problem(404, 'not_found'), 'not-found'],
    [problem(404, 'not_found', 'api route not found'), 'unsupported'],
    [problem(405, 'method_not_allowed'), 'unsupported'],
    [problem(410, 'deprecated_api_endpoint'), 'unsupported'],
    [problem(409, 'conflict'), 'conflict'],
    [problem(412, 'resource_unavailable'), 'capacity'],
    [problem(422, 'placement_error'), 'capacity'],
    [problem(400, 'json_error'), 'rejected'],
    [problem(422, 'json_error'), 'rejected'],
    [problem(422, 'invalid_server_type'), 'rejected'],
    [problem(422, 'server_not_stopped'), 'conflict'],
    [problem(409, 'must_be_unassigned'), 'conflict'],
    [problem(422, 'must_be_unassigned'), 'conflict'],
    [problem(422, 'service_error'), 'unavailable'],
    [problem(423, 'locked'), 'conflict'],
    [{ status: 422, body: { error: { code: 'server_not_stopped', message: 'no' } } }, 'conflict'],
    [problem(423, 'protected'), 'conflict'],
    [problem(504, 'timeout'), 'unavailable'],
    [{ status: 502, headers: { 'content-type': 'text/html' }, body: '<html>' }, 'unavailable'],
    [{ status: 412, body: '' }, 'rejected']
  ]
  for (const [reply, failure] of refusals) {
    const { operations } = await open(t, () => ({ ...reply, headers: { ...reply.headers, 'x-correlation-id': '1d3ed6f098962735' } }))
    const error = await failureOf(verb(operations, 'start').run({ id }))
    t.same([error.failure, error.options.requestId], [failure, '1d3ed6f098962735'], JSON.stringify(reply.body))
  }
})

t.test('Retry-After is the time until one request is free, not until the bucket is full', async t => {
  const limited = (headers: Readonly<Record<string, string>>) => async (): Promise<number | undefined> => {
    const { operations } = await open(t, () => ({ ...problem(429, 'rate_limit_exceeded'), headers }))
    return (await failureOf(verb(operations, 'start').run({ id }))).options.retryAfterMs
  }
  const inAnHour = String(Math.floor(Date.now() / 1000) + 3600)
  t.equal(await limited({ 'ratelimit-limit': '3600', 'ratelimit-reset': inAnHour })(), 1000)
  t.equal(await limited({ 'ratelimit-limit': '720', 'ratelimit-reset': inAnHour })(), 5000)
  t.equal(await limited({})(), 1000)
  t.equal(await limited({ 'retry-after': '7' })(), 7000)
})

t.test('25 actions are read at a time, and an absent one has not failed', async t => {
  const first = 606_028_482_673_874
  const states: Readonly<Record<number, object>> = {
    0: { status: 'running' },
    1: { status: 'error', error: { code: 'unknown_error', message: 'server is locked' } },
    2: { status: 'error', error: { code: '', message: '' } },
    26: {}
  }
  const { operations, vendor } = await open(t, ({ query }) => ({
    status: 200,
    body: {
      actions: query.getAll('id').slice(0, 25).map(Number).filter(action => action !== first + 3)
        .map(action => ({
          id: action,
          command: 'start_server',
          status: 'success',
          error: { code: 'action_failed', message: 'Action failed' },
          ...states[action - first]
        }))
    }
  }))
  const jobs = Array.from({ length: 30 }, (_, index) => ({ id: String(first + index), name: 'start_server' }))
  const answered = await verb(operations, 'jobs')([...jobs, ...jobs])
  t.equal(vendor.calls.length, 2, 'two reads for 60 waiters')
  t.same(answered.slice(0, 5).map(({ status, error }) => [status, error]), [
    ['running', null], ['failed', 'server is locked (unknown_error)'], ['failed', null], ['unknown', null], ['succeeded', null]
  ])
  t.equal(answered.length, 60)
  t.ok(answered.slice(25, 30).every(({ status }) => status === 'succeeded'), 'further ids are read, too')
})

t.test('a token that is invalid in a header is refused by the configuration', async t => {
  for (const token of ['a b', 'abc\n', 'ä', '']) t.notOk(hetzner.account.safeParse({ token }).success)
  t.same(hetzner.account.parse({ token: 'abc' }), { token: 'abc', api_url: 'https://api.hetzner.cloud/v1' })
})

t.test('raw refuses the actions whose secrets would be lost', async t => {
  const { operations } = await openSandbox(t)
  const raw = verb(operations, 'raw')
  for (const action of [
    'reset_password', 'enable_rescue', 'rebuild', 'request_console'
  ]) {
    t.ok(raw.isForbidden(`/servers/1/actions/${action}`), action)
  }
  t.notOk(raw.isForbidden('/servers/1/actions/poweron'))
  t.match(await raw.run({ method: 'GET', path: '/datacenters', query: '', body: null }), { status: 410 })
})

t.test('an address that is refused because of the lock of an earlier one is attached by a later step', async t => {
  const ips = ['198.51.100.7', '198.51.100.8', '198.51.100.9'].map((ip, index) => ({ id: 478_001 + index, ip, server: null }))
  let locked = false
  const { operations, vendor } = await open(t, ({ method, path }) => {
    if (method === 'GET') return { status: 200, body: { primary_ips: [], floating_ips: path === '/floating_ips' ? ips : [] } }
    if (locked) return problem(423, 'locked')
    locked = true
    return { status: 201, body: { action: { id: 606_028_482_673_874, command: 'assign_floating_ip' } } }
  })
  const accepted = await verb(operations, 'addresses.attach').run({ id, addresses: ips.map(({ ip }) => ip) })
  const next = { name: 'addresses.assign', input: { addresses: 'floating-478002 floating-478003' } }
  t.match(accepted, {
    jobs: [{ id: '606028482673874' }], goal: { unprovable: true }, next
  }, 'without a goal the operation would end before its step')
  const step = operations.steps?.[next.name]
  t.equal((await failureOf(step?.run(id, next.input) ?? Promise.resolve())).failure, 'conflict', 'a first one that is locked is not sent')
  locked = false
  t.match(await step?.run(id, next.input), { next: { input: { addresses: 'floating-478003' } } })
  t.equal(sentTo(vendor).at(-2), `POST /floating_ips/478002/actions/assign {"server":${id}}`)
})

t.test('a 504 of the vendor is an outage, and a read is sent again', async t => {
  let calls = 0
  const { operations } = await open(t, () => {
    calls += 1
    return calls < 3 ? problem(504, 'timeout') : { status: 200, body: { images: [] } }
  })
  t.same(await verb(operations, 'images').run({}), [])
  t.equal(calls, 3)
})

t.test('a raw call with refused credentials fails like any other, and the refusal of a read-only token is returned', async t => {
  const request = { method: 'POST', path: '/servers', query: '', body: {} } as const
  const refused = await open(t, () => problem(401, 'unauthorized'))
  t.equal((await failureOf(verb(refused.operations, 'raw').run(request))).failure, 'authentication')
  const readonly = await open(t, () => problem(401, 'token_readonly'))
  t.match(await verb(readonly.operations, 'raw').run(request), { status: 401, body: { error: { code: 'token_readonly' } } })
})
