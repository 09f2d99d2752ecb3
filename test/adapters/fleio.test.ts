import t from 'tap'
import type { PageRequest } from '../../src/adapters/verbs.ts'
import { fleio } from '../../src/adapters/fleio/adapter.ts'
import { pageFor } from '../../src/adapters/kit/pages.ts'
import type { UpstreamError } from '../../src/domain/failure.ts'
import type { Seen, ServerFilters } from '../../src/domain/list.ts'
import type { ServerFacts } from '../../src/domain/server.ts'
import { readPage } from '../../src/reads/read-page.ts'
import { walk } from '../../src/reads/walk.ts'
import type { SimulatedReply } from '../../sandbox/kit/simulator.ts'
import { failureOf, openAdapter, type Test, type DirectVerbs } from '../helpers/line.ts'
import { detail, enduser, html, id, ok, open, openSandbox, rows, staff, type Handle } from './fleio-bench.ts'

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

const tiny = {
  id: 'fd6ebb42-f305-4eb7-b086-fcce39bc761f', name: 'm1.tiny', vcpus: 1, memory_mb: 256, memory_gb: 0.25, root_gb: 1, ephemeral_gb: 0, swap: 0
}

const advice = [
  'reboot', 'shutoff', 'resize', 'rescue', 'rebuild', 'console', 'rename', 'create_snapshot', 'suspend', 'add_port', 'lock', 'unlock',
  'associate_ip', 'dissociate_ip', 'change_password'
]

/** The documented row. */
const row = {
  id,
  uuid: id,
  name: 'newinstance',
  status: 'active',
  display_status: 'Running',
  display_task: null,
  flavor: tiny,
  image: 'b8e54aa5-eca9-454a-adaf-00fbc659755e',
  region: 'Region1',
  region_obj: { id: 'Region1', description: '', enabled: true },
  access_ip: '192.168.40.174',
  created: '2019-11-27T14:36:45+02:00',
  client: { id: 722694, name: 'Jane Doe' },
  host_name: 'Region1-compute.fleio.example',
  hostId: '30e22192fc4ca6ee560afe0b1b42502c76f23dd25ae7722d320b3369',
  locked: false,
  booted_from_iso: false,
  allowed_actions: advice
}

const floating = [{ id: 'c0ffee00-0000-4000-8000-000000000001', floating_ip_address: '203.0.113.50' }]

const full = {
  ...row,
  image: { id: 'b8e54aa5-eca9-454a-adaf-00fbc659755e', name: 'cirros', display_name: 'cirros', min_disk: 0 },
  project: '0f6b1c7a9d3e4f5a8b2c1d0e9f8a7b6c',
  net_details: {
    ports: [
      {
        id: 'p1',
        ipv4s: [{ ip_address: '192.168.40.174', subnet_id: 's4' }],
        ipv6s: [{ ip_address: '2001:db8:40::174', subnet_id: 's6' }],
        floating_ips: floating
      },
      { id: 'p2', ipv4s: [{ ip_address: '10.0.0.9', subnet_id: 's1' }], ipv6s: [], floating_ips: floating }
    ]
  }
}

const envelope = (objects: readonly unknown[], more: Record<string, unknown> = {}): SimulatedReply =>
  ok({ count: objects.length, next: null, previous: null, objects, totalCount: objects.length, pageNo: 1, ...more })

interface PagesOptions {
  /** The most that a page of this installation holds. */
  readonly cap?: number
  readonly withoutCount?: boolean
  /** All pages of this installation hold so many rows, whatever is asked for. */
  readonly own?: number
}

/** A list as Django REST Framework pages it. */
function pages (objects: () => readonly unknown[], { cap = 10_000, withoutCount = false, own }: PagesOptions = {}): Handle {
  return ({ query }) => {
    const size = own ?? Math.min(cap, Number(query.get('page_size')))
    const asked = Number(query.get('page'))
    const all = objects()
    const last = Math.max(1, Math.ceil(all.length / size))
    if (asked > last) return detail(404, 'Invalid page.')
    const window = all.slice((asked - 1) * size, asked * size)
    const next = asked < last ? `http://wrong.example/backend/staffapi/openstack/instances?page=${asked + 1}` : null
    const count = withoutCount ? { count: undefined, totalCount: undefined } : { count: all.length, totalCount: all.length }
    return envelope(window, { next, pageNo: query.get('page'), ...count })
  }
}

const asking = (more: Partial<PageRequest> = {}): PageRequest => ({ filters: {}, offset: 0, after: null, limit: 200, ...more })

async function walkIds (operations: DirectVerbs, limit = 200): Promise<string[]> {
  const ids: string[] = []
  for await (const step of walk(operations.list, { filters: {}, after: null, limit })) ids.push(...step.rows.map(seen => seen.server.id))
  return ids
}

const many = (count: number): unknown[] => Array.from({ length: count }, (_, n) => ({ ...row, id: uuid(n), uuid: uuid(n), name: `s${n}` }))

async function serverOf (test: Test, wire: unknown, root = staff): Promise<ServerFacts> {
  const { operations } = await open(test, () => ok(wire), root)
  return (await operations.get.run(id)).server
}

t.test('the url of an account must be the full root of one of the two APIs', async t => {
  const accepts = (url: string): boolean => fleio.account.safeParse({ url, token: 'x' }).success
  t.ok(accepts('https://panel.example.com/backend/staffapi'))
  t.ok(accepts('https://panel.example.com/backend/api/'))
  t.ok(accepts('http://panel.example.com/staffapi'))
  for (const url of ['https://panel.example.com', 'https://panel.example.com/backend', 'https://staffapi', 'https://panel.example.com/backend/staffapi/clients', 'https://panel.example.com/backend/resellerapi', 'nonsense', 'https://u:p@panel.example.com/api']) {
    t.notOk(accepts(url), url)
  }
  t.notOk(fleio.account.safeParse({ url: 'https://panel.example.com/api', token: 'two words' }).success)
  t.notOk(fleio.account.safeParse({ url: 'https://panel.example.com/api', token: 'x', mode: 'staff' }).success, 'strict')
  t.ok(fleio.account.safeParse(fleio.example).success)
})

t.test('there is no sign-in: every call has the key with the scheme Token and requests English JSON', async t => {
  const { vendor, operations } = await open(t, () => envelope([row]))
  t.equal(fleio.signIn({ url: 'https://panel.example.com/api', token: 'x' }), null)
  await operations.list.run(asking())
  const [call] = vendor.calls
  t.match(call?.headers, { authorization: 'Token SECRETtoken', accept: 'application/json', 'accept-language': 'en' })
  t.equal(vendor.calls.length, 1)
})

t.test('no resource URL ends in a slash, even if the configured root does', async t => {
  const { vendor, operations } = await open(t, ({ path }) => path === rows ? envelope([row]) : ok(full), `${staff}/`)
  await operations.list.run(asking())
  await operations.get.run(id)
  await operations.start?.run({ id })
  t.same(vendor.calls.map(({ method, path }) => `${method} ${path}`), [`GET ${rows}`, `GET ${rows}/${id}`, `POST ${rows}/${id}/start`])
})

t.test('a refused key is final: one call, upstream authentication', async t => {
  const { vendor, operations } = await open(t, () => ({ ...detail(401, 'Incorrect authentication credentials.'), headers: { 'www-authenticate': 'Token' } }))
  const error = await failureOf(operations.list.run(asking()))
  t.equal(error.failure, 'authentication')
  t.equal(error.options.vendorMessage, 'Incorrect authentication credentials.')
  t.equal(vendor.calls.length, 1)
})

t.test('the documented row is read in our units', async t => {
  const { operations } = await open(t, () => envelope([row]))
  const { rows: [seen] } = await operations.list.run(asking())
  t.same(seen?.server, {
    id,
    name: 'newinstance',
    status: 'running',
    power: 'on',
    task: null,
    provider_status: 'active',
    cpus: 1,
    memory_mib: 256,
    disk_gib: 1,
    addresses: [{ address: '192.168.40.174', family: 4, scope: 'private', prefix_length: null, gateway: null, primary: true }],
    image: { id: 'b8e54aa5-eca9-454a-adaf-00fbc659755e', name: null },
    plan: { id: 'fd6ebb42-f305-4eb7-b086-fcce39bc761f', name: 'm1.tiny' },
    region: { id: 'Region1', name: 'Region1' },
    owner: { id: '722694', name: 'Jane Doe' },
    created_at: '2019-11-27T12:36:45Z',
    tags: [],
    locked: false,
    protected: null,
    allowed_actions: ['stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'console', 'delete']
  })
  t.same(seen?.raw, row)
})

t.test('a single instance has all addresses: floating ones first and once, although every port repeats them', async t => {
  const server = await serverOf(t, full)
  t.same(server.addresses.map(({ address, family, scope, primary }) => [address, family, scope, primary]), [
    ['203.0.113.50', 4, 'public', false],
    ['192.168.40.174', 4, 'private', true],
    ['2001:db8:40::174', 6, 'public', false],
    ['10.0.0.9', 4, 'private', false]
  ])
})

t.test('the image is an id in lists, an object in the detail and null after a boot from a volume', async t => {
  t.same((await serverOf(t, row)).image, { id: 'b8e54aa5-eca9-454a-adaf-00fbc659755e', name: null })
  t.same((await serverOf(t, full)).image, { id: 'b8e54aa5-eca9-454a-adaf-00fbc659755e', name: 'cirros' })
  t.equal((await serverOf(t, { ...row, image: null })).image, null)
})

t.test('memory is memory_mb: the rounded memory_gb is never used', async t => {
  const large = await serverOf(t, { ...row, flavor: { ...tiny, memory_mb: 131072, memory_gb: 130 } })
  t.equal(large.memory_mib, 131072)
  t.equal((await serverOf(t, { ...row, flavor: { ...tiny, memory_mb: null, memory_gb: 130 } })).memory_mib, null)
})

t.test('a second disk is added, and a root disk of 0 is unknown', async t => {
  t.equal((await serverOf(t, { ...row, flavor: { ...tiny, root_gb: 20, ephemeral_gb: 40 } })).disk_gib, 60)
  t.equal((await serverOf(t, { ...row, flavor: { ...tiny, root_gb: 0 } })).disk_gib, null)
})

t.test('absent members of a row are null: a removed flavor, no client, no time, no address while building', async t => {
  const server = await serverOf(t, { ...row, flavor: null, image: null, client: null, created: null, access_ip: null, region_obj: null, status: 'building' })
  t.match(server, { cpus: null, memory_mib: null, disk_gib: null, plan: null, image: null, owner: null, created_at: null, addresses: [], status: 'provisioning' })
  t.same(server.region, { id: 'Region1', name: 'Region1' })
})

t.test('access_ip may be IPv6, a region has its description as a name, and times may have any offset', async t => {
  const server = await serverOf(t, { ...row, access_ip: '2001:db8::5', region_obj: { description: 'Frankfurt' }, created: '2019-09-02T10:00:00+03:00' })
  t.match(server.addresses, [{ address: '2001:db8::5', family: 6, primary: true }])
  t.same(server.region, { id: 'Region1', name: 'Frankfurt' })
  t.equal(server.created_at, '2019-09-02T07:00:00Z')
})

t.test('an end user\'s rows have no owner', async t => {
  const { client, ...own } = row
  t.equal((await serverOf(t, own, enduser)).owner, null)
})

t.test('every state of the vendor is mapped to one of ours', async t => {
  const pairs = [
    ['active', 'running', 'on'],
    ['building', 'provisioning', 'unknown'],
    ['stopped', 'stopped', 'off'],
    ['paused', 'paused', 'unknown'],
    ['suspended', 'suspended', 'unknown'],
    ['rescued', 'rescue', 'on'],
    ['booted_from_iso', 'rescue', 'on'],
    ['resized', 'resizing', 'unknown'],
    ['soft-delete', 'deleting', 'unknown'],
    ['deleted', 'deleted', 'unknown'],
    ['error', 'error', 'unknown'],
    ['shelved', 'stopped', 'off'],
    ['shelved_offloaded', 'stopped', 'off'],
    ['unknown', 'unknown', 'unknown'],
    ['UNKNOWN', 'unknown', 'unknown'],
    ['shutoff', 'unknown', 'unknown'],
    ['brand-new', 'unknown', 'unknown']
  ]
  const { operations } = await open(t, () => envelope(pairs.map(([status], n) => ({ ...row, id: uuid(n), status }))))
  const { rows: seen } = await operations.list.run(asking())
  t.same(seen.map(({ server }) => [server.provider_status, server.status, server.power]), pairs)
})

t.test('a task has precedence over the state, and locks the server', async t => {
  const triples = [
    ['active', 'deleting', 'deleting'],
    ['active', 'soft-deleting', 'deleting'],
    ['active', 'powering-off', 'stopping'],
    ['stopped', 'powering-on', 'starting'],
    ['active', 'rebooting', 'rebooting'],
    ['active', 'reboot pending', 'rebooting'],
    ['active', 'reboot started hard', 'rebooting'],
    ['stopped', 'resize prep', 'resizing'],
    ['active', 'resize migrating', 'resizing'],
    ['resized', 'resize reverting', 'resizing'],
    ['active', 'rebuilding', 'rebuilding'],
    ['active', 'rebuild block device mapping', 'rebuilding'],
    ['active', 'rebuild spawning', 'rebuilding'],
    ['active', 'rescuing', 'rescue'],
    ['rescued', 'unrescuing', 'rescue'],
    ['active', 'booting from iso', 'rescue'],
    ['active', 'migrating', 'migrating'],
    ['building', 'scheduling', 'provisioning'],
    ['building', 'networking', 'provisioning'],
    ['building', 'spawning', 'provisioning'],
    ['building', 'block device mapping', 'provisioning'],
    ['active', 'image snapshot', 'running'],
    ['stopped', 'image uploading', 'stopped'],
    ['active', 'updating password', 'running'],
    ['active', 'some new task', 'running']
  ]
  const { operations } = await open(t, () => envelope(triples.map(([status, task], n) => ({ ...row, id: uuid(n), status, display_task: task }))))
  const { rows: seen } = await operations.list.run(asking())
  t.same(seen.map(({ server }) => [server.provider_status, server.task, server.status]), triples)
  t.ok(seen.every(({ server }) => server.locked === true))
})

t.test('a server is deleting although its label is still Running', async t => {
  const server = await serverOf(t, { ...full, display_status: 'Running', display_task: 'deleting' })
  t.match(server, { status: 'deleting', provider_status: 'active', power: 'unknown', task: 'deleting', allowed_actions: [] })
})

t.test('a server that an administrator locked has no task', async t => {
  t.match(await serverOf(t, { ...row, locked: true }), { locked: true, task: null, status: 'running' })
})

t.test('the vendor\'s advice limits all actions but delete; its name for stop is shutoff', async t => {
  const allowed = async (status: string, words: unknown): Promise<readonly string[]> => (await serverOf(t, { ...row, status, allowed_actions: words })).allowed_actions
  t.same(await allowed('active', ['shutoff']), ['stop', 'delete'])
  t.same(await allowed('active', ['stop', 'change_password']), ['password', 'delete'], 'stop is no word of the advice')
  t.same(await allowed('stopped', ['start', 'resize', 'rescue', 'rebuild', 'rename']), ['start', 'resize', 'rename', 'rebuild', 'rescue', 'delete'])
  t.same(await allowed('rescued', ['unrescue', 'console']), ['unrescue', 'console', 'delete'])
  t.same(await allowed('booted_from_iso', ['unmount_and_reboot', 'console']), ['unrescue', 'console', 'delete'])
  t.same(await allowed('resized', ['cfresize', 'console']), ['console', 'delete'])
  t.same(await allowed('error', ['reset_state', 'delete']), ['delete'])
  t.same(await allowed('paused', []), ['delete'])
  t.same(await allowed('shelved', []), ['delete'], 'ours is stopped, but it can not be started')
  t.same(await allowed('brand-new', ['start']), ['start', 'delete'])
  t.same(await allowed('stopped', null), ['start', 'resize', 'rename', 'rebuild', 'rescue', 'delete'], 'no advice narrows nothing')
})

t.test('permissions beside a list limit the actions of its rows', async t => {
  const permissions = { 'instances.stop': false, 'instances.change-password': false, 'instances.destroy': false, 'instances.reboot': true }
  const { operations } = await open(t, () => envelope([row], { permissions }))
  const { rows: [seen] } = await operations.list.run(asking())
  t.same(seen?.server.allowed_actions, ['reboot', 'resize', 'rename', 'rebuild', 'rescue', 'console'])
})

t.test('new or unreadable members of a row never break a list, but a row without an id is malformed', async t => {
  const odd = { ...row, flavor: 7, image: { nothing: 1 }, client: 'x', created: 5, access_ip: 'pending', allowed_actions: 'all', locked: 'no', name: null, region: 3, net_details: { ports: [null, { ipv4s: [null, 4], floating_ips: 'none' }] }, brand_new: {} }
  const { operations } = await open(t, () => envelope([odd]))
  const { rows: [seen] } = await operations.list.run(asking())
  t.match(seen?.server, { id, name: '', status: 'running', image: null, owner: null, plan: null, region: null, addresses: [], created_at: null, locked: null })
  const broken = await open(t, () => envelope([{ ...row, id: null }]))
  t.equal((await failureOf(broken.operations.list.run(asking()))).failure, 'malformed')
})

t.test('rows are in `objects`; an answer without them is malformed, not empty', async t => {
  const { operations } = await open(t, () => ok({ count: 1, next: null, results: [row] }))
  t.equal((await failureOf(operations.list.run(asking()))).failure, 'malformed')
})

t.test('a list sends sort order, page and page size, and reads the total of all pages', async t => {
  const { vendor, operations } = await open(t, pages(() => many(450)))
  const first = await operations.list.run(asking())
  t.match(first, { start: 0, last: false, total: 450 })
  t.equal(first.rows.length, 200)
  t.same(Object.fromEntries(vendor.calls[0]?.query ?? []), { ordering: 'created', page: '1', page_size: '200' })
})

t.test('the end of a list is found without count and with pageNo as a text', async t => {
  const { operations } = await open(t, () => envelope([row], { count: undefined, totalCount: 1, pageNo: '1' }))
  t.match(await operations.list.run(asking()), { last: true, total: 1 })
  const none = await open(t, () => envelope([row], { count: undefined, totalCount: undefined }))
  t.match(await none.operations.list.run(asking()), { last: true, total: null })
  const going = await open(t, () => envelope([row], { count: 'many', totalCount: null, next: 'http://wrong.example/?page=2' }))
  t.match(await going.operations.list.run(asking()), { last: false, total: null })
})

t.test('an empty list is one empty page', async t => {
  const { operations, vendor } = await open(t, pages(() => []))
  t.same(await walkIds(operations), [])
  t.equal(vendor.calls.length, 1)
})

t.test('a page begins at the requested offset or a little earlier, and has a new row', async t => {
  for (const limit of [1, 2, 3, 7, 50, 200]) {
    for (let offset = 0; offset < 3000; offset += 1) {
      const { page, size, start } = pageFor(offset, limit)
      const isRight = size >= 1 && size <= limit && start === (page - 1) * size && start <= offset && (size === 1 || offset === 0 || start + size > offset + 1)
      if (!isRight) t.fail(`limit ${limit}, offset ${offset}: page ${page} of ${size}`)
    }
  }
  t.same(pageFor(199, 200), { page: 2, size: 199, start: 199 })
  t.same(pageFor(397, 200), { page: 3, size: 198, start: 396 })
})

t.test('a walk reads overlapping pages to the end, each row once, and never follows the vendor\'s link', async t => {
  const { vendor, operations } = await open(t, pages(() => many(1050)))
  const ids = await walkIds(operations)
  t.equal(ids.length, 1050)
  t.equal(new Set(ids).size, 1050)
  t.equal(vendor.calls.length, 6)
  const small = await open(t, pages(() => many(31)))
  t.equal((await walkIds(small.operations, 3)).length, 31)
  const single = await open(t, pages(() => many(4)))
  t.equal((await walkIds(single.operations, 1)).length, 4)
  const uncounted = await open(t, pages(() => many(500), { withoutCount: true }))
  t.equal((await walkIds(uncounted.operations)).length, 500)
})

t.test('rows that vanish during a walk do not hide other rows', async t => {
  let left = many(600)
  const { operations } = await open(t, request => {
    const reply = pages(() => left)(request)
    if (request.query.get('page') === '1') left = left.slice(150)
    return reply
  })
  const ids = await walkIds(operations)
  for (let n = 150; n < 600; n += 1) if (!ids.includes(uuid(n))) t.fail(`${n} was lost`)
  t.equal(new Set(ids).size, ids.length)
})

t.test('the 404 past the end is an empty last page when everything behind it has vanished', async t => {
  const { operations } = await open(t, pages(() => many(100)))
  t.same(await operations.list.run(asking({ offset: 400 })), { rows: [], start: 400, last: true, total: null })
})

t.test('no row is lost if an installation shortens pages', async t => {
  for (const cap of [20, 100, 150]) {
    const { operations } = await open(t, pages(() => many(430), { cap }))
    const ids = await walkIds(operations)
    t.equal(new Set(ids).size, 430, `pages of ${cap}`)
    t.equal(ids.length, 430)
  }
  const { operations } = await open(t, pages(() => many(150), { cap: 100 }))
  t.match(await operations.list.run(asking({ offset: 199 })), { start: 100, last: true }, 'where the rows really began')
})

t.test('an installation that ignores page_size is read completely, each row once, with about one call for each page', async t => {
  for (const own of [2, 7, 20, 100, 250]) {
    for (const count of [1, 19, 20, 21, 30, 39, 40, 41, 201, 430]) {
      const { vendor, operations } = await open(t, pages(() => many(count), { own }))
      const ids = await walkIds(operations)
      const isRight = ids.length === count && new Set(ids).size === count && vendor.calls.length <= Math.ceil(count / own) + 2
      if (!isRight) t.fail(`${count} rows by ${own}: ${new Set(ids).size} of ${ids.length} rows, ${vendor.calls.length} calls`)
    }
  }
  const { vendor, operations } = await open(t, pages(() => many(430), { own: 20 }))
  t.match(await operations.list.run(asking({ offset: 150 })), { start: 140, aligned: true }, 'from the middle')
  t.ok(vendor.calls.length <= 4)
  const uncounted = await open(t, pages(() => many(65), { own: 20, withoutCount: true }))
  t.equal(new Set(await walkIds(uncounted.operations)).size, 65)
  t.equal(uncounted.vendor.calls.length, 4)
})

const sentFor = async (test: Test, filters: ServerFilters, root = staff): Promise<{ query: Record<string, string>, raw: string }> => {
  const { vendor, operations } = await open(test, () => envelope([]), root)
  await operations.list.run(asking({ filters }))
  const always = new Set(['ordering', 'page', 'page_size'])
  const query = Object.fromEntries([...vendor.calls[0]?.query ?? []].filter(([name]) => !always.has(name)))
  return { query, raw: vendor.calls[0]?.rawQuery ?? '' }
}

t.test('filters are sent to the vendor only if they lose no matching row', async t => {
  t.same((await sentFor(t, { name: 'web 1' })).query, { name: 'web 1' })
  t.same((await sentFor(t, { name: 'a&b=c+d' })).query, { name: 'a&b=c+d' })
  t.same((await sentFor(t, { name: ' web' })).query, {}, 'spaces at the ends are cut off by the vendor')
  t.same((await sentFor(t, { name: 'büro' })).query, {})
  t.same((await sentFor(t, { owner: '722694' })).query, { filtering: 'project__service__client__id:722694' })
  t.same((await sentFor(t, { owner: '1+name:x' })).query, {}, 'nothing can be quoted in there')
  t.same((await sentFor(t, { owner: '722694' }, enduser)).query, {}, 'end users have no clients to filter by')
  t.same((await sentFor(t, { region: 'Region1' })).query, { filtering: 'region:Region1' })
  t.same((await sentFor(t, { region: 'null' })).query, {})
  t.same((await sentFor(t, { region: 'a:b' })).query, {})
  t.same((await sentFor(t, { ip: '203.0.113.50' })).query, { search: '203.0.113.50' })
  t.same((await sentFor(t, { ip: '2001:DB8::1' })).query, {}, 'an IPv6 address has many spellings')
  t.same((await sentFor(t, { q: 'web', tag: 'x', status: new Set(['running'] as const) })).query, {})
})

t.test('two conditions are joined by an encoded plus sign', async t => {
  const { query, raw } = await sentFor(t, { owner: '722694', region: 'Region1' })
  t.same(query, { filtering: 'project__service__client__id:722694+region:Region1' })
  t.match(raw, /722694%2Bregion/)
})

t.test('addresses are missing from rows only if a filter needs them, so that a plain list costs no further call', async t => {
  const { operations } = await open(t, () => envelope([row]))
  const lacksOf = async (filters: ServerFilters): Promise<Seen['missing']> => (await operations.list.run(asking({ filters }))).rows[0]?.missing
  t.equal(await lacksOf({}), undefined)
  t.equal(await lacksOf({ name: 'newinstance' }), undefined)
  t.equal(await lacksOf({ q: 'newinst' }), undefined, 'no address has such letters')
  t.same(await lacksOf({ q: '203.0' }), ['ip', 'q'])
  t.same(await lacksOf({ q: 'BEEF' }), ['ip', 'q'])
  t.same(await lacksOf({ ip: '203.0.113.50' }), ['ip', 'q'])
})

t.test('a floating address is found although no row of the list has it', async t => {
  const { vendor, operations } = await open(t, ({ path }) => path === rows ? envelope([row, { ...row, id: uuid(7) }]) : path.endsWith(id) ? ok(full) : ok({ ...row, id: uuid(7) }))
  const found = await readPage(operations.list, { filters: { ip: '203.0.113.50' }, sort: 'id', limit: 50, after: null })
  t.same(found.rows.map(({ server }) => server.id), [id])
  t.same(vendor.calls.map(({ path }) => path).sort(), [rows, `${rows}/${uuid(7)}`, `${rows}/${id}`])
})

t.test('ids are compared by code points, independent of the vendor\'s order', async t => {
  const { operations } = await open(t, () => envelope([]))
  t.equal(operations.list.ordered, false)
  t.equal(operations.list.paging, 'offset')
  t.ok(operations.list.compareIds('0a', '9') < 0)
  t.ok(operations.list.compareIds('10', '9') < 0)
})

t.test('an id that is not a UUID in lower case is not found without a call', async t => {
  const { vendor, operations } = await open(t, () => ok(full))
  for (const bad of ['42', '../clients', `${id}/`, `${id}.json`, id.toUpperCase(), '', id.replaceAll('-', '')]) {
    for (const work of [operations.get.run(bad), operations.start?.run({ id: bad }), operations.stop?.run({ id: bad }), operations.reboot?.run({ id: bad })]) {
      const error = await failureOf(Promise.resolve(work))
      t.equal(error.failure, 'not-found')
      t.equal(error.options.notAttempted, true)
    }
  }
  t.equal(vendor.calls.length, 0)
})

t.test('a missing server is not found, and so is another client\'s', async t => {
  const { operations } = await open(t, () => detail(404, 'Not found.'), enduser)
  t.equal((await failureOf(operations.get.run(id))).failure, 'not-found')
  t.equal((await failureOf(operations.stop?.run({ id }) ?? Promise.resolve())).failure, 'not-found')
})

t.test('a 404 that is a page means a wrong url: no server is gone, and nothing was done', async t => {
  const { operations } = await open(t, () => html(404))
  for (const work of [operations.get.run(id), operations.list.run(asking()), operations.list.run(asking({ offset: 400 })), operations.stop?.run({ id })]) {
    const error = await failureOf(Promise.resolve(work))
    t.equal(error.failure, 'malformed')
    t.equal(error.sideEffect, 'none')
    t.equal(error.options.vendorMessage ?? null, null)
  }
  const empty = await open(t, () => detail(404, 'Not found.'))
  t.equal((await failureOf(empty.operations.list.run(asking()))).failure, 'malformed', 'a first page can not be missing')
})

t.test('start, stop and reboot are POSTs, and their answer has no job', async t => {
  const { vendor, operations } = await open(t, ({ path }) => detail(200, path.endsWith('stop') ? 'Instance is stopping' : 'Instance is starting'))
  t.same(await operations.start?.run({ id }), {})
  t.same(await operations.stop?.run({ id }), {})
  t.same(await operations.reboot?.run({ id }), {})
  t.same(vendor.calls.map(({ method, path, body }) => [method, path, body]), [
    ['POST', `${rows}/${id}/start`, '{}'], ['POST', `${rows}/${id}/stop`, '{}'], ['POST', `${rows}/${id}/reboot`, '{}']
  ])
  t.ok(vendor.calls.every(({ headers, lengthKnown }) => headers['content-type'] === 'application/json' && lengthKnown))
  t.equal(operations.reboot?.accepts, undefined, 'there is no reset')
  t.equal(operations.stop?.accepts, undefined)
})

t.test('advice and lock refuse nothing locally: the vendor decides', async t => {
  const { vendor, operations } = await open(t, () => detail(200, 'Rebooting'))
  await operations.reboot?.run({ id })
  t.equal(vendor.calls.length, 1)
})

t.test('an accepted action with an unreadable answer has certain side effects', async t => {
  const { operations } = await open(t, () => html(200))
  const error = await failureOf(operations.stop?.run({ id }) ?? Promise.resolve())
  t.equal(error.failure, 'malformed')
  t.equal(error.sideEffect, 'certain')
})

t.test('each refusal is recognized by its status alone', async t => {
  const table = [
    [400, 'rejected'], [401, 'authentication'], [402, 'unavailable'], [403, 'forbidden'], [404, 'not-found'], [405, 'unsupported'],
    [406, 'rejected'], [409, 'conflict'], [413, 'rejected'], [415, 'rejected'], [417, 'unavailable'], [428, 'forbidden'], [429, 'rate-limited'],
    [500, 'unavailable'], [502, 'unavailable'], [503, 'unavailable'], [504, 'unavailable'], [526, 'unavailable']
  ] as const
  let status = 0
  const { operations } = await open(t, () => detail(status, 'why'))
  for (const [given, failure] of table) {
    status = given
    const error = await failureOf(operations.stop?.run({ id }) ?? Promise.resolve())
    t.equal(error.failure, failure, String(given))
    t.equal(error.options.vendorMessage, 'why')
    t.equal(error.attempts, 1, 'a write is not repeated')
  }
})

t.test('a missing license, a refused sign-in to OpenStack and its invalid certificate are permanent: nothing is repeated', async t => {
  for (const status of [402, 417, 526]) {
    const { vendor, operations } = await open(t, () => detail(status, 'OpenStack authentication failed'))
    const read = await failureOf(operations.get.run(id))
    t.match({ failure: read.failure, ...read.options }, { failure: 'unavailable', passing: false, notAttempted: true, status })
    t.equal((await failureOf(operations.start?.run({ id }) ?? Promise.resolve())).sideEffect, 'none')
    t.equal(vendor.calls.length, 2)
  }
})

t.test('an unreachable OpenStack is transient: reads are repeated, and a write may have been carried out', async t => {
  const { vendor, operations } = await open(t, () => detail(504, 'Can not connect to service api'))
  t.equal((await failureOf(operations.get.run(id))).attempts, 3)
  const write = await failureOf(operations.stop?.run({ id }) ?? Promise.resolve())
  t.equal(write.sideEffect, 'possible')
  t.equal(vendor.calls.length, 4)
})

t.test('missing credit is reported as forbidden: only translated text distinguishes the two', async t => {
  const { operations } = await open(t, () => detail(403, 'Unable to perform this action. Your account credit is too low'), enduser)
  const error = await failureOf(operations.start?.run({ id }) ?? Promise.resolve())
  t.equal(error.failure, 'forbidden')
  t.equal(error.options.vendorMessage, 'Unable to perform this action. Your account credit is too low')
})

t.test('a wrong state and a locked server are conflicts', async t => {
  for (const text of ['Unable to stop instance newinstance', 'The instance is locked']) {
    const { operations } = await open(t, () => detail(409, text))
    const error = await failureOf(operations.stop?.run({ id }) ?? Promise.resolve())
    t.equal(error.failure, 'conflict')
    t.equal(error.sideEffect, 'none')
    t.equal(error.options.vendorMessage, text)
  }
})

t.test('a rate-limited caller gets a Retry-After', async t => {
  const { operations } = await open(t, () => ({ ...detail(429, 'Request was throttled. Expected available in 42 seconds.'), headers: { 'retry-after': '42' } }))
  const error = await failureOf(operations.list.run(asking()))
  t.match({ failure: error.failure, ...error.options }, { failure: 'rate-limited', retryAfterMs: 42_000 })
})

t.test('every form of error becomes one line, and an HTML page becomes no text', async t => {
  const forms: ReadonlyArray<readonly [unknown, string | null]> = [
    [{ name: ['This field is required.'], boot_source: ['This field is required.'] }, 'name: This field is required.; boot_source: This field is required.'],
    [{ boot_source: { source_id: ['This field is required.'] } }, 'boot_source.source_id: This field is required.'],
    [{ boot_source: 'Image not found' }, 'boot_source: Image not found'],
    [{ non_field_errors: ['No.', 'Never.'] }, 'No.; Never.'],
    [['Bare.'], 'Bare.'],
    [{ detail: 'Choose a client.', clientRequired: true }, 'Choose a client.'],
    [{}, null],
    ['<h1>Bad Request</h1>', null]
  ]
  let body: unknown = null
  const { operations } = await open(t, () => ({ status: 400, body }))
  for (const [given, line] of forms) {
    body = given
    const error = await failureOf(operations.stop?.run({ id }) ?? Promise.resolve())
    t.equal(error.failure, 'rejected')
    t.equal(error.options.vendorMessage, line)
  }
})

t.test('a crash page is unavailable and is not repeated', async t => {
  const { vendor, operations } = await open(t, () => html(500))
  const error = await failureOf(operations.get.run(id))
  t.match({ failure: error.failure, ...error.options }, { failure: 'unavailable', vendorMessage: null })
  t.equal(vendor.calls.length, 1)
})

t.test('the vendor\'s own secrets are redacted, and the token appears in no message', async t => {
  t.same(fleio.secretMembers, ['host_name', 'hostId'])
  const { operations } = await open(t, () => detail(401, 'Invalid token.'))
  const error = await failureOf(operations.get.run(id))
  t.notMatch(JSON.stringify([error.message, error.options]), /SECRETtoken/)
})

t.test('every server of an installation is listed once with pages of any size, and a get returns the same', async t => {
  for (const account of ['fleio-staff', 'fleio-user'] as const) {
    const { vendor, operations } = await openSandbox(t, { nextOrigin: 'http://wrong.example', unorderedShift: true }, account)
    vendor.addServers(230)
    const ids = await walkIds(operations)
    t.ok(ids.length > 230)
    t.equal(new Set(ids).size, ids.length)
    if (account === 'fleio-staff') t.same([...ids].sort(), [...vendor.servers.keys()].sort())
    t.same([...await walkIds(operations, 7)].sort(), [...ids].sort())
    const { rows: seen } = await operations.list.run(asking())
    for (const { server } of seen.slice(0, 20)) {
      const { server: got } = await operations.get.run(server.id)
      t.match(got, { id: server.id, name: server.name, status: server.status, plan: server.plan, region: server.region, owner: server.owner, created_at: server.created_at })
      for (const { address, primary } of server.addresses) t.ok(got.addresses.some(other => other.address === address && other.primary === primary), address)
    }
  }
})

t.test('filters that are sent to the vendor find what the gateway would find', async t => {
  const { operations } = await openSandbox(t)
  const all = await readPage(operations.list, { filters: {}, sort: 'id', limit: 500, after: null })
  const idsFor = async (filters: ServerFilters): Promise<string[]> =>
    (await readPage(operations.list, { filters, sort: 'id', limit: 500, after: null })).rows.map(({ server }) => server.id)
  for (const { server } of all.rows.slice(0, 15)) {
    const { owner, region } = server
    t.ok((await idsFor({ name: server.name })).includes(server.id))
    if (typeof owner?.id !== 'string' || typeof region?.id !== 'string') continue
    t.same(await idsFor({ owner: owner.id, region: region.id }),
      all.rows.filter(other => other.server.owner?.id === owner.id && other.server.region?.id === region.id).map(other => other.server.id))
  }
  t.same(await idsFor({ region: 'Nowhere' }), [], 'an unknown region is no refusal')
  t.same(await idsFor({ owner: '1' }), [])
})

t.test('a server is found by its floating address', async t => {
  const { vendor, operations } = await openSandbox(t)
  const attached = [...vendor.floatingIps.values()].find(address => address.attached !== null)
  const found = await readPage(operations.list, { filters: { ip: attached?.floating_ip_address ?? '' }, sort: 'id', limit: 50, after: null })
  t.same(found.rows.map(({ server }) => server.id), [attached?.attached?.instance])
})

t.test('an action is shown as a task until it has ended', async t => {
  const { operations, pass } = await openSandbox(t, { actionMs: 1000 })
  const states = async (): Promise<unknown[]> => {
    const { server } = await operations.get.run(id)
    return [server.status, server.power, server.task, server.locked]
  }
  await operations.stop?.run({ id })
  t.same(await states(), ['stopping', 'on', 'powering-off', true])
  pass(1000)
  t.same(await states(), ['stopped', 'off', null, false])
  t.equal((await failureOf(operations.stop?.run({ id }) ?? Promise.resolve())).failure, 'conflict')
  await operations.start?.run({ id })
  t.same(await states(), ['starting', 'unknown', 'powering-on', true])
  pass(1000)
  await operations.reboot?.run({ id })
  t.same((await states())[0], 'rebooting')
  pass(1000)
  t.same(await states(), ['running', 'on', null, false])
})

t.test('a state that lags behind its action is shown as returned and does not count as a failure', async t => {
  const { operations, pass } = await openSandbox(t, { actionMs: 1000, staleReads: 2 })
  t.same(await operations.stop?.run({ id }), {})
  pass(1000)
  const seen: string[] = []
  for (let n = 0; n < 3; n += 1) seen.push((await operations.get.run(id)).server.status)
  t.same(seen, ['running', 'running', 'stopped'])
})

t.test('a key of the other kind of user is refused like a wrong one', async t => {
  const { vendor } = await openSandbox(t)
  for (const settings of [
    { ...vendor.settings['fleio-staff'], token: vendor.settings['fleio-user'].token },
    { ...vendor.settings['fleio-user'], token: vendor.settings['fleio-staff'].token },
    { ...vendor.settings['fleio-staff'], token: 'wrong' }
  ]) {
    const line = openAdapter(fleio, settings)
    t.equal((await failureOf(line.operations().list.run(asking()))).failure, 'authentication')
    await line.close()
  }
})

t.test('a missing permission, an unlicensed panel and a failing OpenStack are different problems', async t => {
  const { vendor, operations } = await openSandbox(t, { deniedPermissions: ['instances.stop'] })
  const stop = async (): Promise<UpstreamError> => await failureOf(operations.stop?.run({ id }) ?? Promise.resolve())
  t.equal((await stop()).failure, 'forbidden')
  const { rows: [seen] } = await operations.list.run(asking({ filters: { name: 'newinstance' } }))
  t.notOk(seen?.server.allowed_actions.includes('stop'))
  vendor.behavior.deniedPermissions = []
  vendor.behavior.openstack = 'refuses-sign-in'
  t.match((await stop()).options, { status: 417, passing: false })
  vendor.behavior.openstack = 'unreachable'
  t.match((await stop()).options, { status: 504 })
  vendor.behavior.licensed = false
  t.match((await stop()).options, { status: 402, passing: false })
})
