import t from 'tap'
import { addressRowSchema, imageSchema, networkSchema, ownerSchema, planSchema, regionSchema, snapshotSchema, sshKeySchema } from '../../src/domain/catalog.ts'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { startHeficed } from '../../sandbox/heficed/simulator.ts'
import { startOnecloud } from '../../sandbox/onecloud/simulator.ts'
import { startVmmanager } from '../../sandbox/vmmanager/simulator.ts'
import { askOf, isProblem, sentDuring } from '../helpers/api.ts'
import { composeGateway } from '../helpers/gateway.ts'

const heficed = await startHeficed()
const glesys = await startGlesys()
const vmmanager = await startVmmanager()
const onecloud = await startOnecloud()
const { app, close } = await composeGateway({
  accounts: {
    hef: { provider: 'heficed', ...heficed.settings['heficed-main'] },
    gle: { provider: 'glesys', ...glesys.settings['glesys-lab'] },
    twin: { provider: 'glesys', ...glesys.settings['glesys-lab'] },
    vm: { provider: 'vmmanager', ...vmmanager.settings['vm6'] },
    pods: { provider: 'onecloud', ...Object.values(onecloud.settings)[0] },
    reader: { provider: 'vmmanager', ...vmmanager.settings['vm6'], read_only: true }
  }
})
t.teardown(async () => {
  await close()
  for (const vendor of [heficed, glesys, vmmanager, onecloud]) await vendor.close()
})

const hef = askOf(app, 'hef')
const gle = askOf(app, 'gle')
const vm = askOf(app, 'vm')
const pods = askOf(app, 'pods')
const images = '/images?region=uk-lon1&instance_type=linux'

interface Listed {
  readonly data: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly page: { readonly limit: number, readonly next_cursor: string | null, readonly total: number | null }
}

t.test('each catalog is a page of rows in our own members', async t => {
  const lists = [
    [hef, images, imageSchema], [hef, '/ssh-keys', sshKeySchema], [hef, '/addresses', addressRowSchema], [hef, '/servers/337201/addresses', addressRowSchema],
    [gle, '/images', imageSchema], [gle, '/regions', regionSchema], [gle, '/ssh-keys', sshKeySchema], [gle, '/networks', networkSchema], [gle, '/addresses', addressRowSchema],
    [vm, '/images', imageSchema], [vm, '/plans', planSchema], [vm, '/regions', regionSchema], [vm, '/networks', networkSchema], [vm, '/owners', ownerSchema],
    [pods, '/images', imageSchema], [pods, '/plans', planSchema], [pods, '/owners', ownerSchema]
  ] as const
  for (const [ask, path, schema] of lists) {
    const answer = await ask('GET', `${path}${path.includes('?') ? '&' : '?'}limit=400`)
    t.equal(answer.statusCode, 200, `${path}: ${answer.body.slice(0, 200)}`)
    const { data, page } = answer.json<Listed>()
    t.ok(data.length > 0, path)
    for (const row of data) t.same(Object.keys(schema.strict().parse(row)).sort(), Object.keys(schema.shape).sort(), path)
    t.same(page, { limit: 400, next_cursor: null, total: data.length })
    t.equal(answer.headers.link, undefined)
  }
})

t.test('a walk by cursors or links returns every row once', async t => {
  const whole = (await gle('GET', '/addresses?limit=500')).json<Listed>()
  const walked: unknown[] = []
  let url: string | null = '/addresses?limit=7'
  while (url !== null) {
    const answer = await gle('GET', url)
    const { data, page } = answer.json<Listed>()
    t.equal(page.total, whole.page.total)
    walked.push(...data)
    const { link } = answer.headers
    t.equal(link === undefined, page.next_cursor === null)
    url = typeof link === 'string' ? link.slice('</v1/gle'.length, link.indexOf('>')) : null
  }
  t.same(walked, whole.data)
})

t.test('a link to the next page keeps every parameter, whatever its value', async t => {
  t.match((await hef('GET', '/servers?q=e&sort=-id&limit=1')).headers.link, /\?q=e&sort=-id&limit=1&cursor=/)
  await hef('PATCH', '/servers/312019', { body: { name: 'is it?' } })
  await hef('PATCH', '/servers/312020', { body: { name: 'is it?' } })
  const answer = await hef('GET', '/servers?name=is it?&limit=1')
  t.equal(answer.json<Listed>().data.length, 1)
  t.match(answer.headers.link, /\?name=is\+it%3F&limit=1&cursor=/)
})

t.test('a cursor is bound to its account, list and filters', async t => {
  const cursor = (await gle('GET', '/addresses?limit=2')).json<Listed>().page.next_cursor ?? ''
  t.equal((await gle('GET', `/addresses?limit=3&cursor=${cursor}`)).statusCode, 200)
  for (const bad of ['x', `${cursor.slice(0, -2)}AA`, `${cursor}A`]) isProblem(t, await gle('GET', `/addresses?cursor=${bad}`), 400, 'invalid-request', 'query.cursor')
  isProblem(t, await gle('GET', `/images?cursor=${cursor}`), 400, 'invalid-request', 'query.cursor')
  isProblem(t, await gle('GET', `/servers/kvm123456/addresses?cursor=${cursor}`), 400, 'invalid-request', 'query.cursor')
  isProblem(t, await askOf(app, 'twin')('GET', `/addresses?cursor=${cursor}`), 400, 'invalid-request', 'query.cursor')
  const linux = (await hef('GET', `${images}&limit=1`)).json<Listed>().page.next_cursor
  if (linux !== null) isProblem(t, await hef('GET', `/images?region=uk-lon1&instance_type=windows&cursor=${linux}`), 400, 'invalid-request', 'query.cursor')
})

t.test('an unchanged page answers 304 to its ETag', async t => {
  const { headers: { etag } } = await gle('GET', '/images')
  t.match(etag, /^W\/"/)
  const again = await gle('GET', '/images', { headers: { 'if-none-match': String(etag) } })
  t.equal(again.statusCode, 304)
  t.equal(again.body, '')
  t.equal((await gle('GET', '/images?limit=1', { headers: { 'if-none-match': String(etag) } })).statusCode, 200)
  const { headers: { etag: before } } = await gle('GET', '/addresses')
  await gle('PUT', '/addresses/192.0.2.12/ptr', { body: { ptr: 'changed.example.com' } })
  const changed = await gle('GET', '/addresses', { headers: { 'if-none-match': String(before) } })
  t.equal(changed.statusCode, 200)
  t.match(changed.body, /changed\.example\.com/)
})

t.test('filters that the provider requires are required, and others refused, without a call', async t => {
  const calls = heficed.calls.length + glesys.calls.length
  isProblem(t, await hef('GET', '/images'), 400, 'invalid-request', 'query.region', 'query.instance_type')
  isProblem(t, await hef('GET', '/images?region=uk-lon1'), 400, 'invalid-request', 'query.instance_type')
  isProblem(t, await gle('GET', '/images?region=Falkenberg'), 400, 'invalid-request', 'query.region')
  isProblem(t, await gle('GET', '/regions?region=a&instance_type=b'), 400, 'invalid-request', 'query.region', 'query.instance_type')
  isProblem(t, await gle('GET', '/addresses?region=Falkenberg'), 400, 'invalid-request', 'query.region')
  isProblem(t, await gle('GET', '/images?Limit=2&page=1'), 400, 'invalid-request', 'query.Limit', 'query.page')
  for (const limit of ['0', '501', 'all', '']) isProblem(t, await gle('GET', `/images?limit=${limit}`), 400, 'invalid-request', 'query.limit')
  isProblem(t, await hef('GET', '/images?region=&instance_type=linux'), 400, 'invalid-request', 'query.region')
  t.equal(heficed.calls.length + glesys.calls.length, calls)
})

t.test('snapshots and addresses of a server that is missing are 404', async t => {
  isProblem(t, await gle('GET', '/servers/kvm999999/addresses'), 404, 'server-not-found')
  isProblem(t, await hef('GET', '/servers/999999999/addresses'), 404, 'server-not-found')
  isProblem(t, await pods('GET', '/servers/00000000-0000-4000-8000-00000000dead/snapshots'), 404, 'server-not-found')
})

t.test('a snapshot is created and listed; a missing one differs from a missing server', async t => {
  const { data: servers } = (await pods('GET', '/servers?status=running')).json<Listed>()
  const server = servers.find(row => row['provider_status'] === 'running')?.['id']
  const path = `/servers/${String(server)}/snapshots`
  const taken = await pods('POST', path, { body: { name: 'before' }, headers: { prefer: 'wait=100' } })
  t.match(taken.json(), { action: 'snapshots.create', status: 'succeeded' })
  const { data } = (await pods('GET', path)).json<Listed>()
  t.match(snapshotSchema.parse(data[0]), { name: 'before', server_id: server })
  isProblem(t, await pods('DELETE', `${path}/00000000-0000-4000-8000-00000000dead`), 404, 'not-found', 'path.snapshot')
  isProblem(t, await pods('POST', `${path}/00000000-0000-4000-8000-00000000dead/restore`), 404, 'not-found', 'path.snapshot')
  isProblem(t, await pods('POST', `${path}/a%20b/restore`), 400, 'invalid-request', 'path.snapshot')
})

t.test('owners are listed, read, created, and get a login link once', async t => {
  const { data: [first] } = (await vm('GET', '/owners')).json<Listed>()
  t.same((await vm('GET', `/owners/${String(first?.['id'])}`)).json(), first)
  isProblem(t, await vm('GET', '/owners/999999'), 404, 'not-found', 'path.owner')
  isProblem(t, await vm('GET', '/owners/1?include=raw'), 400, 'invalid-request', 'query.include')
  const owner = { email: 'new@example.com', password: 'Correct-Horse-9x!', name: 'New One' }
  isProblem(t, await vm('POST', '/owners', { body: { name: 'x' } }), 400, 'invalid-request', 'body.email', 'body.password')
  isProblem(t, await vm('POST', '/owners', { body: { ...owner, options: { shoe_size: 44 } } }), 400, 'invalid-request', 'body.options.shoe_size')
  isProblem(t, await vm('POST', '/owners', { body: { ...owner, email: 'nobody' } }), 400, 'invalid-request', 'body.email')
  const dry = await vm('POST', '/owners?dry_run=true', { body: owner })
  t.equal(dry.statusCode, 200)
  t.match(dry.json(), { calls: [{ method: 'POST', body: { email: owner.email, password: '[redacted]' } }] })
  const key = { 'idempotency-key': 'owner' }
  const made = await vm('POST', '/owners', { body: owner, headers: key })
  t.equal(made.statusCode, 201, made.body)
  t.equal(ownerSchema.parse(made.json()).email, owner.email)
  const again = await sentDuring(vmmanager.calls, async () => {
    const replayed = await vm('POST', '/owners', { body: owner, headers: key })
    t.equal(replayed.statusCode, 201)
    t.equal(replayed.headers['idempotency-replayed'], 'true')
    t.same(replayed.json(), made.json())
  })
  t.same(again, [])
  const link = await vm('POST', `/owners/${String(made.json<Readonly<Record<string, unknown>>>()['id'])}/login-link`)
  t.equal(link.statusCode, 201, link.body)
  t.equal(link.headers['cache-control'], 'no-store')
  t.match(link.json(), { url: /^http.*\/auth\/key/, expires_at: /Z$/ })
  const planned = await vm('POST', '/owners/3/login-link?dry_run=true')
  t.equal(planned.statusCode, 200)
  t.equal(planned.json<{ calls: unknown[] }>().calls.length, 1)
  isProblem(t, await askOf(app, 'reader')('POST', '/owners/3/login-link'), 403, 'forbidden')
})

t.test('a protected server is 409 before anything is sent, and the protection is lifted where the provider allows it', async t => {
  const { data } = (await pods('GET', '/servers?limit=500')).json<Listed>()
  const path = `/servers/${String(data.find(server => server['protected'] === true)?.['id'])}`
  t.match((await pods('GET', path)).json(), { protected: true })
  const sent = await sentDuring(onecloud.calls, async () => {
    for (const query of ['', '?recycle=true', '?dry_run=true']) {
      t.match(isProblem(t, await pods('DELETE', `${path}${query}`), 409, 'conflict').detail, /protected/)
    }
  })
  t.ok(sent.every(({ method }) => method === 'GET'))
  const lifted = await pods('PATCH', path, { body: { protected: false } })
  t.equal(lifted.statusCode, 200, lifted.body)
  t.match(lifted.json(), { protected: false })
  const both = await pods('PATCH', path, { body: { name: 'both-at-once', protected: true } })
  t.match(both.json(), { name: 'both-at-once', protected: true })
})
