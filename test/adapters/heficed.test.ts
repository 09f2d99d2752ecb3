import t from 'tap'
import { heficed } from '../../src/adapters/heficed/adapter.ts'
import { seenInstance } from '../../src/adapters/heficed/mapping.ts'
import type { ServerFacts } from '../../src/domain/server.ts'
import { walk } from '../../src/reads/walk.ts'
import { startHeficed } from '../../sandbox/heficed/simulator.ts'
import { openAdapter } from '../helpers/line.ts'
import { event, failureOf, html, instances, ok, open, problem } from './heficed-bench.ts'

const firstPage = { filters: {}, offset: 0, after: null, limit: 200 }

/** The members of the vendor's sample row that are read. */
const sample = {
  id: 312019,
  status: 'running',
  hostname: 'hhVyA97bBk',
  location: { id: 'uk-lon1', name: 'London, United Kingdom', continent: 'Europe' },
  inRescueMode: false,
  template: { id: '92b22afd-ad6a-4cb1-b9f7-91c2a7b1877b', name: 'CentOS 7 v2.0.23' },
  network: {
    v4: { ipaddress: '2.58.28.45', netmask: '255.255.255.0', gateway: '2.58.28.1', additionalIps: [] },
    v6: { ipaddress: '2a03:fbc6:1:829a::', netmask: 48, gateway: '2a03:fbc6:1:8000:8000::1', additionalIps: [] }
  },
  billing: { status: 'active', startDate: 1613174400, cancellationRequest: null },
  vcpu: 1,
  memory: 512,
  disk: 10,
  additionalDisk1: 0
}
const toServer = (row: object): ServerFacts => seenInstance.parse(row).server

t.test('the vendor\'s sample row is mapped to our members and units', async t => {
  t.same(toServer(sample), {
    id: '312019',
    name: 'hhVyA97bBk',
    status: 'running',
    power: 'on',
    task: null,
    provider_status: 'running',
    cpus: 1,
    memory_mib: 512,
    disk_gib: 10,
    addresses: [
      { address: '2.58.28.45', family: 4, scope: 'public', prefix_length: 24, gateway: '2.58.28.1', primary: true },
      { address: '2a03:fbc6:1:829a::', family: 6, scope: 'public', prefix_length: 48, gateway: '2a03:fbc6:1:8000:8000::1', primary: false }
    ],
    image: { id: '92b22afd-ad6a-4cb1-b9f7-91c2a7b1877b', name: 'CentOS 7 v2.0.23' },
    plan: null,
    region: { id: 'uk-lon1', name: 'London, United Kingdom' },
    owner: null,
    created_at: '2021-02-13T00:00:00Z',
    tags: [],
    locked: false,
    protected: null,
    allowed_actions: ['stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'console', 'delete']
  })
})

t.test('every state of the vendor is mapped, and a server is locked in a transitional state', async t => {
  const rows = [
    ['running', 'running', false],
    ['pending', 'provisioning', true],
    ['stopped', 'stopped', false],
    ['Stopped', 'stopped', false],
    ['starting', 'starting', true],
    ['stopping', 'stopping', true],
    ['rebooting', 'rebooting', true],
    ['installing', 'rebuilding', true],
    ['suspended', 'suspended', false],
    ['cancelled', 'deleting', true],
    ['terminated', 'deleting', true],
    ['error', 'error', false],
    ['failed', 'error', false],
    ['brand-new', 'unknown', false]
  ] as const
  for (const [word, status, locked] of rows) t.match(toServer({ ...sample, status: word }), { status, locked, provider_status: word }, word)
  t.match(toServer({ ...sample, inRescueMode: true }), { status: 'rescue', locked: false })
  t.match(
    toServer({ ...sample, billing: { status: 'active', cancellationRequest: { type: 'Immediate' } } }),
    { status: 'deleting', locked: true }
  )
})

t.test('an empty gateway is null', async t => {
  const { network } = sample
  const { addresses } = toServer({ ...sample, network: { v4: { ...network.v4, gateway: '' }, v6: { ...network.v6, gateway: '' } } })
  t.same(addresses.map(({ gateway }) => gateway), [null, null])
})

t.test('if only the link shows that more rows follow, the list is read to its end without following the link', async t => {
  const rows = Array.from({ length: 450 }, (_, n) => ({ ...sample, id: 1000 + n }))
  for (const metadata of [undefined, null, { paging: null }, { paging: { total: null, offsets: { next: null } } }]) {
    const { vendor, operations } = await open(t, ({ query }) => {
      const offset = Number(query.get('offset'))
      const page = rows.slice(offset, offset + Number(query.get('limit')))
      const next = offset + page.length < rows.length ? `http://elsewhere.invalid${instances}?limit=200&offset=${offset + page.length}` : ''
      return ok({ data: page, links: { paging: { self: '/', next, previous: '' } }, metadata })
    })
    const ids: string[] = []
    for await (const step of walk(operations.list, { filters: {}, after: null, limit: 200 })) {
      ids.push(...step.rows.map(({ server }) => server.id))
    }
    t.same(ids, rows.map(({ id }) => String(id)), JSON.stringify(metadata))
    t.same(
      vendor.calls.slice(1).map(({ path, rawQuery }) => `${path}?${rawQuery}`),
      [0, 199, 398].map(offset => `${instances}?limit=200&offset=${offset}`)
    )
  }
})

t.test('the total is preferred to the link, and a page without either is the last', async t => {
  const cases = [
    [
      { links: { paging: { next: `${instances}?limit=200&offset=200` } }, metadata: { paging: { total: 1, offsets: { next: null } } } },
      true
    ],
    [{ links: { paging: { next: '' } }, metadata: { paging: { total: 9, offsets: { next: null } } } }, false],
    [{ links: { paging: { next: '' } }, metadata: { paging: { total: null, offsets: { next: 200 } } } }, false],
    [{ links: [] }, true],
    [{}, true]
  ] as const
  for (const [more, last] of cases) {
    const { operations } = await open(t, () => ok({ data: [sample], ...more }))
    t.equal((await operations.list.run(firstPage)).last, last, JSON.stringify(more))
  }
})

t.test('a list that answers 404 is a wrong address or organization, never a missing server', async t => {
  for (const answer of [problem(404), html(404), { status: 404 }]) {
    const { vendor, operations } = await open(t, () => answer)
    const error = await failureOf(operations.list.run(firstPage))
    t.match(error, { failure: 'malformed', message: 'the configured address has no such API or organization', options: { status: 404 } })
    t.equal(vendor.calls.length, 2)
  }
  const { operations } = await open(t, () => problem(403))
  t.match(await failureOf(operations.list.run(firstPage)), { failure: 'forbidden', options: { vendorMessage: 'No such luck' } })
})

t.test('an unknown organization at the simulated vendor is forbidden with 403 and malformed with 404', async t => {
  for (const [unknownOrganization, failure] of [[403, 'forbidden'], [404, 'malformed']] as const) {
    const vendor = await startHeficed({ behavior: { unknownOrganization } })
    const line = openAdapter(heficed, { ...Object.values(vendor.settings)[0], organization_id: '00000000-0000-4000-8000-000000000000' })
    t.teardown(async () => { await line.close(); await vendor.close() })
    t.equal((await failureOf(line.operations().list.run(firstPage))).failure, failure)
  }
})

t.test('a 404 for an instance is a missing server, with any body, for reads and writes', async t => {
  for (const answer of [problem(404), html(404), { status: 404 }]) {
    const { operations } = await open(t, () => answer)
    t.equal((await failureOf(operations.get.run('312019'))).failure, 'not-found')
    t.equal((await failureOf(operations.stop?.run({ id: '312019' }))).failure, 'not-found')
  }
})

t.test('an action returns the id of its event without a state, which could not be read again', async t => {
  const { vendor, operations } = await open(t, () => ok(event))
  t.same(await operations.stop?.run({ id: '312019' }), { upstream: { id: '881626', status: null } })
  t.same(await operations.stop?.run({ id: '312019', force: true }), { upstream: { id: '881626', status: null } })
  t.same(vendor.calls.slice(1).map(({ method, path, body }) => [method, path, body]), [
    ['POST', `${instances}/312019/stop`, ''],
    ['POST', `${instances}/312019/stop`, '{"force":true}']
  ])
  const silent = await open(t, () => ok(''))
  t.same(await silent.operations.start?.run({ id: '312019' }), {})
})

t.test('an id that is not a number is not found without a call', async t => {
  const { vendor, operations } = await open(t, () => html(200))
  for (const id of ['', 'x', '-1', '1.5', '../1', '1'.repeat(20)]) {
    t.match(await failureOf(operations.get.run(id)), { failure: 'not-found', options: { notAttempted: true } })
  }
  t.equal(vendor.calls.length, 0)
})
