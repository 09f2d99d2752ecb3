import t from 'tap'
import { z } from 'zod'
import { startOnecloud } from '../sandbox/onecloud/simulator.ts'
import { startGlesys } from '../sandbox/glesys/simulator.ts'
import { startHeficed } from '../sandbox/heficed/simulator.ts'
import { startHetzner } from '../sandbox/hetzner/simulator.ts'
import { createRedisQuota } from '../src/state/redis/limits.ts'
import { composeGateway } from './helpers/gateway.ts'
import { startRedis } from './helpers/redis.ts'
import { createMemoryStores, type Stores } from '../src/state/stores.ts'
import { timeBy } from './helpers/clock.ts'

const glesys = await startGlesys({ behavior: { actionMs: 200 } })
const onecloud = await startOnecloud({ behavior: { actionMs: 200 } })
t.teardown(async () => { await glesys.close() })
t.teardown(async () => { await onecloud.close() })

async function open (guard: object, more: object = {}, changed: Partial<Stores> = {}) {
  const stores = { ...createMemoryStores(), ...changed }
  const { app, close } = await composeGateway({
    accounts: {
      lab: { provider: 'glesys', ...glesys.settings['glesys-lab'], guard, ...more },
      pods: { provider: 'onecloud', ...onecloud.settings.pods, guard, ...more }
    },
    stores
  })
  const ask = async (method: 'GET' | 'POST' | 'DELETE', url: string, body?: object, headers = {}) => {
    const answer = await app.inject({ method, url: `/v1/${url}`, headers, ...(body === undefined ? {} : { payload: body }) })
    return { status: answer.statusCode, body: answer.json<Record<string, unknown>>(), calls: Number(answer.headers['hawser-upstream-calls']), headers: answer.headers }
  }
  return { ask, close }
}

const destroying = (id: string) => [
  ['DELETE', `servers/${id}`, undefined],
  ['POST', `servers/${id}/rebuild`, { image: '4288627b-c4db-4ab5-8c1c-e3ebd9496aa0' }],
  ['POST', `servers/${id}/snapshots/b1f6e3c0-0000-4000-8000-000000000001/restore`, undefined],
  ['DELETE', `servers/${id}/snapshots/b1f6e3c0-0000-4000-8000-000000000001`, undefined]
] as const

const anyPod = (): string => [...onecloud.servers.keys()][0] ?? ''

t.test('a protected id is refused for every destructive verb, before any call; other verbs work', async t => {
  const id = anyPod()
  const { ask, close } = await open({ protected: [id] }, { raw: true })
  t.teardown(close)
  for (const [method, path, body] of destroying(id)) {
    const answer = await ask(method, `pods/${path}`, body)
    t.match(answer, { status: 409, calls: 0, body: { type: '/problems/conflict', side_effect: 'none', detail: /guard\.protected/ } }, `${method} ${path}`)
  }
  t.match(await ask('DELETE', `pods/servers/${id}?dry_run=true`), { status: 409, calls: 0 }, 'a dry run as well')
  t.match(await ask('DELETE', `pods/raw/servers/${id}`), { status: 409, calls: 0, body: { detail: /guard\.protected/ } })
  t.match(await ask('POST', `pods/raw/servers/${id}/stop`, {}), { status: 409, calls: 0 })
  t.match(await ask('POST', 'pods/raw/servers/batch', { servers: [{ serverid: id }] }), { status: 409, calls: 0, body: { detail: /guard\.protected/ } }, 'nor in a body')
  const hidden = [`${id},7`, ` ${id}`, `{"server": "${id}"}`, [[`7;${id}`]]]
  for (const ids of hidden) t.match(await ask('POST', 'pods/raw/servers/batch', { ids }), { status: 409, calls: 0 }, JSON.stringify(ids))
  for (const query of [`ids=7%2C${id}`, `id=+${id}`, `id=%20${id}`]) {
    t.match(await ask('POST', `pods/raw/servers/batch?${query}`, {}), { status: 409, calls: 0 }, query)
  }
  t.match(await ask('GET', `pods/raw/servers/${id}`), { status: 200 })
  t.match(await ask('GET', `pods/servers/${id}`), { status: 200 })
})

t.test('another spelling of a protected id is protected as well', async t => {
  const [heficed, hetzner] = [await startHeficed(), await startHetzner()]
  t.teardown(async () => { await Promise.all([heficed.close(), hetzner.close()]) })
  const [pod, hosted, cloud] = [anyPod(), '312019', '117700001']
  const { app, close } = await composeGateway({
    accounts: {
      pods: { provider: 'onecloud', ...onecloud.settings.pods, guard: { protected: [pod.toUpperCase()] }, raw: true },
      hosted: { provider: 'heficed', ...heficed.settings['heficed-main'], guard: { protected: [hosted] }, raw: true },
      cloud: { provider: 'hetzner', ...hetzner.settings.hz, guard: { protected: [cloud] }, raw: true }
    }
  })
  t.teardown(close)
  for (const [account, id] of [['pods', pod], ['hosted', hosted], ['cloud', cloud]] as const) {
    const spellings = [id, `0${id}`, `${id}.0`, id.toUpperCase(), id.replaceAll('-', '')]
    const encoded = `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`
    const inPaths = [encoded, `${id}e0`, `${id}.json`, `${id}:delete`].map(text => `raw/servers/${text}`)
    for (const url of [...inPaths, ...spellings.flatMap(text => [`servers/${text}`, `raw/servers/${text}`])]) {
      const { statusCode, body } = await app.inject({ method: 'DELETE', url: `/v1/${account}/${url}` })
      t.ok([404, 409].includes(statusCode), `${account} ${url}: ${statusCode} ${body.slice(0, 200)}`)
    }
    const kept = await app.inject(`/v1/${account}/servers/${id}`)
    t.notMatch(kept.json<{ status: string }>().status, /delet/)
  }
})

t.test('destructive verbs require the name of the server if the account is so configured', async t => {
  const id = anyPod()
  const { ask, close } = await open({ confirm_delete: true }, { raw: true })
  t.teardown(close)
  for (const [method, path, body] of destroying(id)) {
    t.match(await ask(method, `pods/${path}`, body), { status: 400, calls: 0, body: { type: '/problems/invalid-request', errors: [{ path: 'query.confirm' }] } }, path)
    const wrong = await ask(method, `pods/${path}?confirm=another`, body)
    t.match(wrong, { status: 400, body: { errors: [{ path: 'query.confirm', message: 'is not the name of this server' }] } }, path)
  }
  t.match(await ask('DELETE', `pods/raw/servers/${id}`), { status: 403, calls: 0, body: { detail: /guard\.confirm_delete/ } })
  const server = await ask('GET', 'lab/servers/kvm123456')
  t.match(await ask('DELETE', `lab/servers/kvm123456?confirm=${encodeURIComponent(String(server.body.name))}&dry_run=true`), { status: 200, body: { calls: [{ method: 'POST' }] } })
})

t.test('an optional name must match if it is sent', async t => {
  const { ask, close } = await open({})
  t.teardown(close)
  t.match(await ask('DELETE', 'lab/servers/kvm123456?confirm=another&dry_run=true'), { status: 400 })
  t.match(await ask('DELETE', 'lab/servers/kvm123456?dry_run=true'), { status: 200 })
})

const idsSchema = z.object({ data: z.array(z.object({ id: z.string(), locked: z.boolean().nullable(), allowed_actions: z.array(z.string()) })) })

/** Servers that can be deleted just now. */
async function idsOf ({ ask }: Awaited<ReturnType<typeof open>>): Promise<string[]> {
  const { body } = await ask('GET', 'lab/servers?status=running,stopped&limit=50')
  return idsSchema.parse(body).data.filter(({ locked, allowed_actions: actions }) => locked === false && actions.includes('delete')).map(({ id }) => id)
}

t.test('max_deletes_per_hour limits deletes; a dry run and a refused one do not count', async t => {
  let now = Date.now()
  const bench = await open({ max_deletes_per_hour: 1 }, { raw: true }, createMemoryStores(timeBy(() => now)))
  const { ask, close } = bench
  t.teardown(close)
  const [first = '', second = ''] = await idsOf(bench)
  t.match(await ask('DELETE', `lab/servers/${first}?dry_run=true`), { status: 200 })
  t.match(await ask('DELETE', 'lab/servers/kvm999999'), { status: 404 })
  t.match(await ask('DELETE', `lab/servers/${first}`), { status: 202 })
  const refused = await ask('DELETE', `lab/servers/${second}`)
  t.match(refused, { status: 429, body: { type: '/problems/rate-limited', detail: /guard\.max_deletes_per_hour/, side_effect: 'none' } })
  t.ok(Number(refused.headers['retry-after']) > 3500)
  t.match(await ask('DELETE', 'lab/raw/server/list'), { status: 429, calls: 0 })
  now += 3600_001
  t.match(await ask('DELETE', `lab/servers/${second}`), { status: 202 })
})

const order = (name: string) => ({ name, region: 'Falkenberg', cpus: 1, memory_mib: 1024, disk_gib: 20, image: 'debian-12', password: 'Example-Pass-1' })

t.test('max_creates_per_hour limits creates; a dry run, a refused create and a repeat under a key do not count', async t => {
  let now = Date.now()
  const { ask, close } = await open({ max_creates_per_hour: 2 }, { raw: true }, createMemoryStores(timeBy(() => now)))
  t.teardown(close)
  t.match(await ask('POST', 'lab/servers?dry_run=true', order('hour-0')), { status: 200 })
  t.match(await ask('POST', 'lab/servers', { ...order('hour-0'), tags: ['x'] }), { status: 400 })
  const keyed = { 'idempotency-key': 'hour-1' }
  t.match(await ask('POST', 'lab/servers', order('hour-1'), keyed), { status: 202 })
  t.match(await ask('POST', 'lab/servers', order('hour-1'), keyed), { status: 202, headers: { 'idempotency-replayed': 'true' } })
  t.match(await ask('POST', 'lab/servers', order('hour-2')), { status: 202 })
  const made = glesys.created
  const refused = await ask('POST', 'lab/servers', order('hour-3'))
  t.match(refused, { status: 429, body: { type: '/problems/rate-limited', detail: 'guard.max_creates_per_hour of this account allows 2', side_effect: 'none' } })
  t.ok(Number(refused.headers['retry-after']) > 3500)
  t.match(await ask('POST', 'lab/raw/server/create', {}), { status: 429, calls: 0 }, 'a raw POST may create, too')
  t.equal(glesys.created, made)
  now += 3600_001
  t.match(await ask('POST', 'lab/servers', order('hour-3')), { status: 202 })
})

t.test('max_monthly_price refuses plans without a known price, and raw calls that may buy', async t => {
  const { ask, close } = await open({ max_monthly_price: { amount: 100, currency: 'EUR' } }, { raw: true })
  t.teardown(close)
  const made = glesys.created
  const forbidden = { status: 403, body: { type: '/problems/forbidden', detail: /guard\.max_monthly_price/, side_effect: 'none', retryable: 'no' } }
  t.match(await ask('POST', 'lab/servers', order('dear-1')), forbidden, 'a provider without plans')
  t.match(await ask('POST', 'lab/servers?dry_run=true', order('dear-1')), forbidden)
  t.match(await ask('POST', `pods/servers/${anyPod()}/resize`, { plan: 'ecs.g1.c2m2' }), forbidden, 'plans without prices')
  t.match(await ask('POST', 'lab/raw/server/create', {}), { ...forbidden, calls: 0 })
  t.match(await ask('GET', 'lab/raw/server/list'), { status: 200 })
  t.match(await ask('DELETE', 'lab/servers/kvm130014?dry_run=true'), { status: 200 }, 'other writes are not concerned')
  t.equal(glesys.created, made)
})

const plansSchema = z.object({ data: z.array(z.object({ id: z.string(), region: z.string().nullable(), price: z.object({ monthly: z.number() }).nullable() })) })
const rowsSchema = z.object({ data: z.array(z.object({ id: z.string(), plan: z.object({ id: z.string() }).nullable(), region: z.object({ id: z.string() }).nullable() })) })

t.test('max_monthly_price adds up the listed prices by plan and region, and allows what stays below it', async t => {
  const hetzner = await startHetzner({ behavior: { actionMs: 50 } })
  t.teardown(async () => { await hetzner.close() })
  const [settings] = Object.values(hetzner.settings)
  const openWith = async (guard: object) => {
    const { app, close } = await composeGateway({ accounts: { hz: { provider: 'hetzner', ...settings, guard } } })
    t.teardown(close)
    return async (method: 'GET' | 'POST', url: string, payload?: object) => await app.inject({ method, url: `/v1/hz/${url}`, ...(payload === undefined ? {} : { payload }) })
  }
  const free = await openWith({})
  const { data: plans } = plansSchema.parse((await free('GET', 'plans?limit=500')).json())
  const { data: servers } = rowsSchema.parse((await free('GET', 'servers?limit=500')).json())
  const priceOf = (id: string | undefined, region: string | undefined): number =>
    plans.find(plan => plan.id === id && plan.region === region)?.price?.monthly ?? Number.NaN
  const spent = servers.reduce((sum, { plan, region }) => sum + priceOf(plan?.id, region?.id), 0)
  t.ok(spent > 100, `the simulated servers have prices: ${spent}`)
  const [there, dear] = [priceOf('cpx22', 'fsn1'), priceOf('cpx22', 'ash')]
  t.ok(dear > there)
  const ask = await openWith({ max_monthly_price: { amount: Math.round((spent + there) * 100) / 100, currency: 'EUR' } })
  const order = { name: 'guarded-1', plan: 'cpx22', image: 'ubuntu-24.04' }
  t.match((await ask('POST', 'servers', { ...order, region: 'ash' })).json(), { type: '/problems/forbidden', detail: /would cost 7\.99$/ }, 'the same plan costs more there')
  const made = await ask('POST', 'servers', { ...order, region: 'fsn1' })
  t.equal(made.statusCode, 202, made.body)
  t.match((await ask('POST', 'servers', { ...order, name: 'guarded-2', plan: 'cax11', region: 'fsn1' })).json(), { status: 403, detail: /and this one would cost 3\.79$/ })
  const dollars = await openWith({ max_monthly_price: { amount: 100_000, currency: 'USD' } })
  t.match((await dollars('POST', 'servers', { ...order, region: 'fsn1' })).json(), { status: 403, detail: /names no price in USD for this plan/ })
})

t.test('replicas count deletes and creates together in Redis; while it is lost both are refused', async t => {
  const server = await startRedis()
  t.teardown(async () => { await server.stop() })
  const quotas = async () => {
    const redis = await server.connect()
    return { deletes: createRedisQuota(redis, 'deletes'), creates: createRedisQuota(redis, 'creates') }
  }
  const guard = { max_deletes_per_hour: 2, max_creates_per_hour: 1 }
  const one = await open(guard, {}, await quotas())
  const other = await open(guard, {}, await quotas())
  t.teardown(one.close)
  t.teardown(other.close)
  const [third = '', fourth = '', fifth = ''] = (await idsOf(one)).slice(2)
  t.match(await one.ask('DELETE', `lab/servers/${third}`), { status: 202 })
  t.match(await other.ask('DELETE', `lab/servers/${fourth}`), { status: 202 })
  t.match(await one.ask('DELETE', `lab/servers/${fifth}`), { status: 429 })
  t.match(await one.ask('POST', 'lab/servers', order('shared-1')), { status: 202 })
  t.match(await other.ask('POST', 'lab/servers', order('shared-2')), { status: 429, body: { detail: /max_creates_per_hour/ } })
  await server.kill()
  t.match(await one.ask('POST', 'lab/servers', order('shared-3')), { status: 429, body: { detail: /the counter of guard.max_creates_per_hour is unavailable; nothing was created/ } })
  t.match(await one.ask('DELETE', `lab/servers/${fifth}`), { status: 429, body: { detail: /the counter of guard.max_deletes_per_hour is unavailable; nothing was deleted/, side_effect: 'none' } })
})
