import t, { type Test } from 'tap'
import type { Stores } from '../../src/state/stores.ts'
import { createCache } from '../../src/reads/cache.ts'
import { createLocalGenerations } from '../../src/state/generation.ts'
import { createMemoryStores, createRedisStores } from '../../src/state/stores.ts'
import { startVmmanager } from '../../sandbox/vmmanager/simulator.ts'
import { createManualClock, eventually } from '../helpers/clock.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { startRedis } from '../helpers/redis.ts'

const vendor = await startVmmanager({ behavior: { actionMs: 50 } })
t.teardown(async () => { await vendor.close() })
const settings = { provider: 'vmmanager', ...vendor.settings.vm6 }
const secret = 'a secret of at least thirty-two characters'
const id = [...vendor.servers.values()].find(({ state }) => state === 'active')?.id ?? 0

async function openGateway (t: Test, stores: Stores = createMemoryStores()) {
  const { app, close } = await composeGateway({ accounts: { one: settings, two: settings, kept: { ...settings, cache: { servers_s: 60 } } }, stores, more: { secret } })
  t.teardown(close)
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await app.inject({ url: `/v1${path}`, headers })
    return { answer, calls: Number(answer.headers['hawser-upstream-calls']), isCopy: answer.headers.age !== undefined }
  }
  await get(`/one/servers/${id}`)
  await get(`/two/servers/${id}`)
  return { app, get }
}
const isList = ({ path, method }: { readonly path: string, readonly method: string }): boolean => method === 'GET' && path === '/vm/v3/host'
const copied = { 'cache-control': 'max-age=60' }

t.test('identical reads in flight cost one call, and joiners report none; different ones do not share', async t => {
  const { get } = await openGateway(t)
  const same = vendor.hold({ match: isList })
  const reads = [get('/one/servers'), get('/one/servers'), get('/one/servers')]
  await same.reached()
  const others = ['/two/servers', '/one/servers?status=running', '/one/servers?sort=-id', '/one/servers?limit=2', '/one/servers?include=raw', `/one/servers/${id}`, '/one/servers/2', `/one/servers/${id}?include=raw`].map(async path => await get(path))
  await same.reached(1 + others.length)
  same.release()
  t.same((await Promise.all(reads)).map(({ calls }) => calls).sort(), [0, 0, 1])
  for (const { calls, answer } of await Promise.all(others)) t.ok(calls >= 1, answer.body.slice(0, 80))
})

t.test('a cached answer has its source, its age and the ETag of the read', async t => {
  const { get } = await openGateway(t)
  for (const path of ['/one/servers?limit=3', `/one/servers/${id}`]) {
    const live = await get(path)
    const cached = await get(path, copied)
    t.equal(cached.calls, 0)
    t.match(cached.answer.headers, { age: /^\d+$/, 'server-timing': /cache;dur=/, etag: live.answer.headers.etag ?? '' })
    t.equal(cached.answer.body, live.answer.body.replaceAll('"source":"live"', '"source":"cache"'))
    t.equal((await get(path, { ...copied, 'if-none-match': String(live.answer.headers.etag) })).answer.statusCode, 304)
    for (const latest of ['no-cache', 'no-store', 'max-age=0', 'max-age=-1', 'max-age=x', 'max-age=60, no-cache', 'max-age="60']) t.notOk((await get(path, { 'cache-control': latest })).isCopy, latest)
    for (const latest of ['MAX-AGE=60', 'max-age="60"', 'max-age=99999999999999']) t.ok((await get(path, { 'cache-control': latest })).isCopy, latest)
    t.notOk((await get(path.replace('one', 'two'), copied)).answer.body.includes('"account":"one"'), 'another account has its own')
  }
  await get('/kept/servers')
  t.ok((await get('/kept/servers')).isCopy, 'the account takes copies by default')
  t.notOk((await get('/kept/servers', { 'cache-control': 'no-cache' })).isCopy)
})

t.test('errors are not cached, and a caller that disconnects does not affect the other waiters', async t => {
  const { app, get } = await openGateway(t)
  vendor.fail({ kind: 'reply', reply: { status: 400, body: {} }, match: isList })
  t.not((await get('/one/servers?limit=7')).answer.statusCode, 200)
  t.match(await get('/one/servers?limit=7', copied), { isCopy: false, answer: { statusCode: 200 } })
  const held = vendor.hold({ match: isList })
  const leaving = new AbortController()
  const left = app.inject({ url: '/v1/one/servers?limit=8', signal: leaving.signal }).then(() => null, () => null)
  await held.reached()
  const waiting = get('/one/servers?limit=8')
  await new Promise(resolve => { setTimeout(resolve, 50) })
  leaving.abort()
  held.release()
  await left
  t.match(await waiting, { calls: 0, answer: { statusCode: 200 } })
})

let emails = 0

async function isNewAfterWrites (t: Test, [here, there]: readonly [Awaited<ReturnType<typeof openGateway>>, Awaited<ReturnType<typeof openGateway>>]): Promise<void> {
  const writes = [
    { method: 'POST', url: `/v1/one/servers/${id}/reboot`, fails: false }, { method: 'POST', url: '/v1/one/servers/999999/start', fails: true },
    { method: 'PUT', url: '/v1/one/addresses/203.0.113.250/ptr', payload: { ptr: null }, fails: true }, { method: 'POST', url: '/v1/one/owners', payload: { email: `new-${emails}@example.com`, password: 'Sufficient-1' }, fails: false }
  ] as const
  emails += 1
  for (const { method, url, fails, ...body } of writes) {
    await eventually(async () => { await there.get('/one/servers'); return (await there.get('/one/servers', copied)).isCopy })
    const held = vendor.hold({ match: isList, times: 1 })
    const early = there.get('/one/servers')
    await held.reached()
    const answer = await here.app.inject({ method, url, ...body })
    t.equal(answer.statusCode >= 400, fails, `${url} ${answer.body.slice(0, 200)}`)
    const late = await there.get('/one/servers', copied)
    t.match(late, { calls: 1, isCopy: false }, `${url}: neither the copy nor the flight`)
    held.release()
    await early
  }
  const began = await here.app.inject({ method: 'POST', url: `/v1/one/servers/${id}/reboot` })
  const { location } = began.headers
  await there.get(`/one/servers/${id}`)
  await eventually(async () => ['succeeded', 'failed'].includes((await there.app.inject(String(location))).json<{ status: string }>().status))
  t.notOk((await there.get(`/one/servers/${id}`, copied)).isCopy, 'who has seen the end gets no copy from before it')
}

t.test('after a write was answered, reads begun before it are not reused, in one process', async t => {
  const gateway = await openGateway(t)
  await isNewAfterWrites(t, [gateway, gateway])
})

t.test('nor in two on one Redis; and while Redis is lost nothing is shared', async t => {
  const server = await startRedis()
  t.teardown(async () => { await server.stop() })
  const open = async () => await openGateway(t, createRedisStores(await server.connect(), [secret]))
  const [here, there] = [await open(), await open()]
  await isNewAfterWrites(t, [here, there])
  await eventually(async () => { await there.get('/one/servers'); return (await there.get('/one/servers', copied)).isCopy })
  await server.kill()
  t.match(await there.get('/one/servers', copied), { calls: 1, isCopy: false, answer: { statusCode: 200 } })
})

t.test('cached answers are bounded in memory: the least recently used go first', async t => {
  const generations = createLocalGenerations()
  const cache = createCache<{ readonly text: string }>({ generations, clock: createManualClock(1000), maxBytes: 160_000, bytesOf: ({ text }) => text.length, toCached: value => value })
  const keep = (key: string, length: number): void => { cache.set(key, { value: { text: 'x'.repeat(length) }, at: 1000 }, generations.known('one')) }
  for (let number = 0; number < 100; number += 1) keep(`key ${number}`, 5000)
  const left = await Promise.all(Array.from({ length: 100 }, async (_, number) => await cache.get('one', `key ${number}`, 60_000) !== null))
  const kept = left.filter(isThere => isThere).length
  t.ok(kept > 10 && kept * 5000 <= 160_000, `${kept} are left`)
  t.equal(left.lastIndexOf(true), 99)
  keep('large', 50_000)
  t.equal(await cache.get('one', 'large', 60_000), null, 'one may not drive out all others')
})
