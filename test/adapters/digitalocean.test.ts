import t from 'tap'
import { digitalocean } from '../../src/adapters/digitalocean/adapter.ts'
import { toServer } from '../../src/adapters/digitalocean/mapping.ts'
import { dropletWire } from '../../src/adapters/digitalocean/schema.ts'
import type { PageRequest } from '../../src/adapters/verbs.ts'
import { GatewayError, type Failure, type UpstreamError } from '../../src/domain/failure.ts'
import { readPage } from '../../src/reads/read-page.ts'
import { startDigitalocean } from '../../sandbox/digitalocean/simulator.ts'
import type { DigitaloceanBehavior } from '../../sandbox/digitalocean/behavior.ts'
import { startSimulator, type SimulatedReply, type SimulatedRequest } from '../../sandbox/kit/simulator.ts'
import { createStillClock } from '../helpers/clock.ts'
import { failureOf, listAll, openBench, type Bench, type Test } from '../helpers/line.ts'

async function open (test: Test, handle: (request: SimulatedRequest) => SimulatedReply): Promise<Bench> {
  const vendor = await startSimulator(handle)
  return openBench(test, digitalocean, vendor, { token: 'SECRET', api_url: vendor.origin })
}

async function openSandbox (test: Test, behavior: Partial<DigitaloceanBehavior> = {}) {
  const { now, pass } = createStillClock()
  const vendor = await startDigitalocean({ clock: now, behavior })
  return { ...openBench(test, digitalocean, vendor, vendor.settings.do), pass }
}

const page: PageRequest = { filters: {}, offset: 0, after: null, limit: 200 }
const paths = ({ vendor }: Bench): string[] => vendor.calls.map(
  ({ path, rawQuery }) => `${path.replace('/v2', '')}${rawQuery === '' ? '' : `?${rawQuery}`}`
)

/** The vendor's object as it is documented, with what recorded answers add. */
const row = {
  id: 3164444,
  name: 'example.com',
  memory: 1024,
  vcpus: 1,
  disk: 25,
  locked: false,
  status: 'active',
  created_at: '2020-07-21T18:37:44Z',
  image: { id: 63663980, name: '20.04 (LTS) x64', distribution: 'Ubuntu', slug: 'ubuntu-20-04-x64', type: 'base' },
  size_slug: 's-1vcpu-1gb',
  networks: {
    v4: [
      { ip_address: '10.128.192.124', netmask: '255.255.0.0', gateway: '<nil>', type: 'private' },
      { ip_address: '192.241.165.154', netmask: '255.255.255.0', gateway: '192.241.165.1', type: 'public' },
      { ip_address: '45.55.96.47', netmask: '255.255.252.0', gateway: '45.55.96.1', type: 'public' }
    ],
    v6: [
      {
        ip_address: '2604:A880:0800:0010:0000:0000:02DD:4001',
        netmask: 64,
        gateway: '2604:A880:0800:0010:0000:0000:0000:0001',
        type: 'public'
      }
    ]
  },
  region: { name: 'New York 3', slug: 'nyc3' },
  tags: ['web', 'env:prod'],
  vpc_uuid: '760e09ef-dc84-11e8-981e-3cfdfeaae000'
}
const server = (changes: object = {}) => toServer(dropletWire.parse({ ...row, ...changes }))

t.test('without a public IPv4 address no address of a server is its primary one', t => {
  const networks = { v4: row.networks.v4.filter(({ type }) => type === 'private'), v6: row.networks.v6 }
  t.same(server({ networks }).addresses.map(({ family, scope, primary }) => [family, scope, primary]), [
    [6, 'public', false], [4, 'private', false]
  ])
  t.end()
})

t.test('a droplet becomes a server with canonical addresses, whatever the form of gateways, netmasks and IPv6', async t => {
  const address = { family: 4, scope: 'public', primary: false } as const
  t.same(server(), {
    id: '3164444',
    name: 'example.com',
    status: 'running',
    power: 'on',
    task: null,
    provider_status: 'active',
    cpus: 1,
    memory_mib: 1024,
    disk_gib: 25,
    addresses: [
      { ...address, address: '192.241.165.154', prefix_length: 24, gateway: '192.241.165.1', primary: true },
      { ...address, address: '45.55.96.47', prefix_length: 22, gateway: '45.55.96.1' },
      { ...address, address: '2604:a880:800:10::2dd:4001', family: 6, prefix_length: 64, gateway: '2604:a880:800:10::1' },
      { ...address, address: '10.128.192.124', scope: 'private', prefix_length: 16, gateway: null }
    ],
    image: { id: 'ubuntu-20-04-x64', name: 'Ubuntu 20.04 (LTS) x64' },
    plan: { id: 's-1vcpu-1gb', name: null },
    region: { id: 'nyc3', name: 'New York 3' },
    owner: null,
    created_at: '2020-07-21T18:37:44Z',
    tags: ['web', 'env:prod'],
    locked: false,
    protected: null,
    allowed_actions: ['stop', 'reboot', 'resize', 'rename', 'rebuild', 'password', 'delete']
  })
  t.match(server({
    networks: { v4: [{ ip_address: '192.0.2.1', netmask: '255.0.255.0', gateway: 'nil', type: 'public' }] }
  }).addresses, [{ prefix_length: null, gateway: null }])
})

t.test('each status has its actions, an undocumented one is unknown, and only an administrator\'s lock locks', async t => {
  t.match(server({ status: 'new', networks: {} }), { status: 'provisioning', power: 'unknown', addresses: [], allowed_actions: [] })
  t.match(server({ status: 'off' }), {
    status: 'stopped', power: 'off', allowed_actions: ['start', 'resize', 'rename', 'rebuild', 'password', 'delete']
  })
  t.match(server({ status: 'archive' }), { status: 'unknown', provider_status: 'archive', power: 'unknown', allowed_actions: ['delete'] })
  t.match(server({ status: 'odd' }), { status: 'unknown', allowed_actions: [] })
  t.match(server({ locked: true }), { status: 'running', locked: true, allowed_actions: [] })
})

t.test('members that the token\'s scopes hide are null, whether they are absent, null or empty', async t => {
  const { image: _, tags: __, vpc_uuid: ___, ...few } = row
  for (const wire of [few, { ...few, image: null, tags: null }, { ...few, image: [], tags: [] }]) {
    t.match(
      toServer(dropletWire.parse(wire)),
      { image: null, tags: [], plan: { id: 's-1vcpu-1gb' } }
    )
  }
  t.match(server({ image: { ...row.image, slug: null } }).image, { id: '63663980' }, 'a retired image has no slug')
  t.match(server({ image: { ...row.image, slug: null, type: 'snapshot', name: 'kept' } }).image, { id: '63663980', name: 'kept' })
})

t.test('droplets with a GPU are missing from the plain list and are read after it, by type and without a tag', async t => {
  const bench = await openSandbox(t)
  const { operations: { list } } = bench
  const all = await list.run({ ...page, filters: { tag: 'web', region: 'nyc3', name: 'ML-1' } })
  t.match(all, { last: true, total: 1, rows: [{ server: { id: '448543583' } }] }, 'a name is found in any case')
  t.same(paths(bench), ['/droplets?name=ML-1&page=1&per_page=200', '/droplets?name=ML-1&type=gpus&page=1&per_page=200'])
  t.notOk((await list.run({ ...page, filters: { name: 'a b' } })).total === 0, 'an odd name is not sent')
  bench.vendor.fail({ kind: 'reply', match: ({ query }) => query.has('type'), reply: { status: 403, body: {} } })
  t.equal((await failureOf(list.run(page))).failure, 'forbidden', 'half a list would be untrue')
})

t.test('every server is listed once across pages, in any order', async t => {
  for (const order of ['up', 'down'] as const) {
    const { vendor, operations } = await openSandbox(t, { order })
    const added = vendor.addServers(410)
    const ids = (await listAll(operations)).map(({ server: { id } }) => id)
    t.equal(ids.length, 418)
    t.same(added.filter(id => !ids.includes(id)), [])
    t.ok(vendor.calls.every(({ query }) => Number(query.get('per_page')) <= 200), 'the vendor\'s maximum')
    const first = await readPage(operations.list, { filters: {}, sort: 'id', limit: 2, after: null })
    t.match(first, { rows: [{ server: { id: '1020304' } }, { server: { id: '3164412' } }], total: 418 })
    const third = vendor.servers.get(3164412)
    if (third !== undefined) vendor.servers.delete(third.id)
    t.match(await readPage(operations.list, {
      filters: {}, sort: 'id', limit: 1, after: first.next
    }), { rows: [{ server: { id: '3164444' } }] }, 'a deletion slides nothing away')
  }
})

t.test('a list ends where neither a link nor the count announces more rows, and links are never followed', async t => {
  const rows = (from: number, count: number): object[] => Array.from({ length: count }, (_, index) => ({ ...row, id: from + index }))
  const answer = (query: URLSearchParams): object => {
    if (query.has('type')) return { droplets: [], links: {}, meta: { total: 0 } }
    return query.get('page') === '1'
      ? { droplets: rows(1, 200), meta: { total: 201 } }
      : {
          droplets: rows(201, 1), links: { pages: { prev: 'http://127.0.0.1:9/' } }
        }
  }
  const bench = await open(t, ({ query }) => ({ status: 200, body: answer(query) }))
  t.match(await bench.operations.list.run(page), { last: false, total: null }, 'the count contradicts the absent links')
  const linked = await open(t, ({ query }) => ({
    status: 200,
    body: { droplets: query.has('type') ? [] : rows(1, 2), links: { pages: { next: 'http://127.0.0.1:9/v2/droplets?page=2' } } }
  }))
  t.match(await linked.operations.list.run(page), { last: false })
  const empty = await open(t, () => ({ status: 200, body: { droplets: [], links: { pages: {} } } }))
  t.match(await empty.operations.list.run(page), { last: true, rows: [], total: null })
})

t.test('a malformed id is never sent: DELETE on the list would remove every server with a tag', async t => {
  const bench = await openSandbox(t)
  const { operations } = bench
  const seen = await operations.get.run('3164444')
  bench.vendor.calls.splice(0)
  for (const id of ['', '0', '?tag_name=web', '3164444?x', '../droplets', '12345678901234567']) {
    t.match(await failureOf(operations.get.run(id)), { failure: 'not-found', options: { notAttempted: true } }, id)
    t.equal((await failureOf(operations.delete?.run({
      seen: { ...seen, server: { ...seen.server, id } }
    }) ?? Promise.resolve())).failure, 'not-found', id)
  }
  t.same(paths(bench), [])
})

const words = (message: string, id = 'unprocessable_entity'): object => ({ id, message })
const refusals: ReadonlyArray<readonly [number, object, Failure, string?]> = [
  [401, words('Unable to authenticate you.', ''), 'authentication'],
  [403, words('You are not authorized to perform this operation', 'forbidden'), 'forbidden'],
  [403, words('You do not have access for the attempted action.', 'forbidden'), 'forbidden'],
  [404, words('The resource you were accessing could not be found.', 'not_found'), 'rejected', 'body.networks'],
  [400, words('error parsing request body', 'bad_request'), 'rejected'],
  [409, words('The request could not be completed due to a conflict.', 'conflict'), 'conflict'],
  [422, words('Droplet already has a pending event.'), 'conflict'],
  [422, words('The floating IP already has a pending event'), 'conflict'],
  [422, words('Droplet is already powered off'), 'conflict'],
  [422, words('creating this/these droplet(s) will exceed your droplet limit'), 'quota'],
  [422, words('You have been restricted please send an additional payment'), 'quota'],
  [422, words('x', 'droplet_limit_exceeded'), 'quota'],
  [422, words('You specified an invalid image for Droplet creation.'), 'rejected', 'body.image'],
  [422, words('Image can\'t be blank'), 'rejected', 'body.image'],
  [422, words('You specified an invalid size for Droplet creation.'), 'rejected', 'body.plan'],
  [422, words('Size is not available in this region.'), 'rejected', 'body.plan'],
  [422, words('You specified an invalid region for Droplet creation.'), 'rejected', 'body.region'],
  [422, words('Region is not available'), 'rejected', 'body.region'],
  [422, words('main are invalid key identifiers for Droplet creation.'), 'rejected', 'body.ssh_keys'],
  [422, words('Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)'), 'rejected', 'body.name'],
  [422, words('translation missing: en.x'), 'rejected'],
  [500, words('Unexpected server-side error', 'server_error'), 'unavailable'],
  [503, {}, 'unavailable']
]

t.test('a refusal is classified by status, then by text, and names the member if the call carries it', async t => {
  let reply: SimulatedReply = { status: 500 }
  const { operations } = await open(t, () => reply)
  const order = { name: 'web-1', region: 'nyc3', plan: 's-1vcpu-1gb', image: '63663980' }
  for (const [status, body, failure, member] of refusals) {
    reply = { status, headers: { 'x-request-id': '515850a0' }, body }
    const error: UpstreamError = await failureOf(operations.create?.run(order) ?? Promise.resolve())
    t.match(error, { failure, attempts: 1, options: { status, requestId: '515850a0' } }, JSON.stringify(body))
    t.equal(error.options.member, member, JSON.stringify(body))
  }
  reply = { status: 422, body: { ...words('Size can not decrease size of Droplet\'s disk image'), request_id: 'own' } }
  t.match(await failureOf(operations.rename?.run({ id: '1', name: 'web-2' }) ?? Promise.resolve()), {
    failure: 'rejected', options: { requestId: 'own', member: undefined }
  }, 'a rename has no plan')
})

t.test('Retry-After is the vendor\'s after a burst, else the time until the oldest request leaves the window', async t => {
  let headers: Record<string, string> = {}
  const { operations } = await open(t, () => ({ status: 429, headers, body: words('Too many requests', 'too_many_requests') }))
  const waitOf = async (next: Record<string, string>): Promise<number | undefined> => {
    headers = next
    return (await failureOf(operations.start?.run({ id: '1' }) ?? Promise.resolve())).options.retryAfterMs
  }
  const inAnHour = String(Math.floor(Date.now() / 1000) + 3600)
  t.equal(await waitOf({ 'retry-after': '29', 'ratelimit-reset': inAnHour }), 29_000)
  const hour = await waitOf({ 'ratelimit-reset': inAnHour }) ?? 0
  t.ok(hour > 3_000_000 && hour <= 3_600_000, String(hour))
  t.equal(await waitOf({ 'ratelimit-reset': '1444931833' }), 1000, 'a time that has passed')
  t.equal(await waitOf({}), 1000)
})

t.test('catalogs list what a create accepts, priced in dollars', async t => {
  const { operations } = await openSandbox(t)
  const images = await operations.images?.run({}) ?? []
  t.match(images.find(({ id }) => id === 'ubuntu-24-04-x64'), {
    name: 'Ubuntu 24.04 (LTS) x64', os: 'Ubuntu', region: null, min_disk_gib: 10
  })
  t.match(images.find(({ id }) => id === '158330303'), { name: 'golden', region: 'nyc3' })
  t.same(images.filter(({ name }) => [
    '1.33.1-do.0', 'arriving', '20.04 (LTS) x64'
  ].includes(name)), [], 'neither an image of Kubernetes, nor an unfinished, nor a retired one')
  t.notOk((await operations.images?.run({ region: 'fra1' }))?.some(({ id }) => id === '158330303'))
  const plans = await operations.plans?.run({}) ?? []
  t.match(plans.find(({ id }) => id === 's-2vcpu-4gb'), {
    name: 's-2vcpu-4gb',
    cpus: 2,
    memory_mib: 4096,
    disk_gib: 80,
    region: null,
    available: true,
    price: { amount: 24, currency: 'USD', period: 'month', hourly: 0.03571, monthly: 24 }
  })
  t.match(plans.find(({ id }) => id === '512mb'), {
    available: false, price: { hourly: 0.00744 }
  }, 'a retired plan, and a price without the dust of its floating point')
  t.same((await operations.plans?.run({ region: 'fra1' }))?.map(({ id }) => id), [
    's-1vcpu-512mb-10gb', 's-1vcpu-1gb', 's-1vcpu-2gb', 's-2vcpu-2gb', 's-2vcpu-4gb'
  ])
  t.same(await operations.regions?.run({}), [
    ['nyc1', 'New York 1'], ['nyc3', 'New York 3'], ['ams3', 'Amsterdam 3'], ['fra1', 'Frankfurt 1']
  ].map(([id, name]) => ({ id, name })), 'a closed region is none')
  t.match(await operations.ssh_keys?.run({}), [{ id: '289794', name: 'deploy', fingerprint: /^3b:16:/ }, { id: '289795' }])
  t.match(await operations.networks?.run({ region: 'nyc3' }), [
    { id: '760e09ef-dc84-11e8-981e-3cfdfeaae000', scope: 'private', cidrs: ['10.128.0.0/16'] }
  ])
})

t.test('raw calls return no credentials and cannot act on a tag', async t => {
  const bench = await openSandbox(t)
  const raw = bench.operations.raw
  const forbidden = [
    '/registry/docker-credentials', '/registries/a/docker-credentials', '/kubernetes/clusters/1/kubeconfig',
    '/kubernetes/clusters/1/credentials', '/databases', '/databases/1/users', '/spaces/keys', '/functions/namespaces/x',
    '/gen-ai/agents/1/api_keys', '/gen-ai/models/api_keys/1', '/gen-ai/oauth2/url', '/dedicated-inferences/1/tokens',
    '/vector-databases/1/credentials', '/apps/1', '/Apps', '/v2/databases', '/d%61tabases', '/spaces//keys'
  ]
  t.same(forbidden.filter(path => raw?.isForbidden(path) !== true), [])
  t.same(['/droplets', '/account', '/account/keys', '/spaces', '/droplets/1/actions'].filter(path => raw?.isForbidden(path) === true), [])
  for (const [method, path] of [['DELETE', '/droplets'], ['DELETE', '/Droplets/'], ['POST', '/droplets/actions']] as const) {
    await t.rejects(async () => await raw?.run({ method, path, query: 'tag_name=web', body: null }), GatewayError, path)
  }
  t.same(paths(bench), [])
  t.match(await raw?.run({ method: 'GET', path: '/droplets/3164444', query: '', body: null }), {
    status: 200, body: { droplet: { id: 3164444 } }
  })
  t.match(bench.vendor.calls.at(-1), { method: 'GET', body: '' })
  t.match(await raw?.run({ method: 'GET', path: '/nothing', query: '', body: null }), { status: 404, body: { id: 'not_found' } })
})

t.test('settings: quotes around a token are removed, a missing version is added, and other mistakes are refused', async t => {
  const parse = (settings: object) => digitalocean.account.safeParse(settings)
  t.match(parse({ token: ' "dop_v1_x" ' }).data, { token: 'dop_v1_x', api_url: 'https://api.digitalocean.com/v2' })
  t.match(parse({ token: 't', api_url: 'https://proxy.example.com/do/' }).data, { api_url: 'https://proxy.example.com/do/v2' })
  for (const wrong of [
    {}, { token: '' }, { token: 'a b' }, { token: 't', api_url: 'ftp://x' }, { token: 't', region: 'nyc3' }
  ]) {
    t.notOk(parse(wrong).success, JSON.stringify(wrong))
  }
})
