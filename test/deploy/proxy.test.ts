import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import t from 'tap'
import { z } from 'zod'
import { operationSchema } from '../../src/domain/operation.ts'
import { problemSchema } from '../../src/domain/problem.ts'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import type { Test } from '../helpers/line.ts'
import { isNginxThere, startNginx, type Proxy } from '../helpers/nginx.ts'
import { eventually } from '../helpers/clock.ts'
import { freePort, listen } from '../helpers/ports.ts'
import { openProcesses, type Process } from '../helpers/process.ts'
import { openRedis } from '../helpers/redis.ts'

const isThere = isNginxThere()
// Where everything is checked nothing is skipped.
if (!isThere && process.env.CI === 'true') t.fail('nginx is missing: apt-get install nginx-light')
const needsNginx = isThere ? {} : { skip: 'nginx is missing: apt-get install nginx-light' }

const hostOf = (base: string): string => new URL(base).host
const writes = ['POST', 'PUT', 'PATCH', 'DELETE']

/** A plain server in a gateway's place, to see exactly what nginx sends. */
async function startPlain (test: Test, answer: (request: IncomingMessage, reply: ServerResponse) => void) {
  const seen: IncomingMessage[] = []
  const server = createServer((request, reply) => {
    seen.push(request)
    request.resume().once('end', () => { answer(request, reply) })
  })
  return { seen, host: `127.0.0.1:${await listen(test, server)}` }
}

/** Both replicas; one of them alone would be the same to nginx. */
async function startPlainPair (test: Test, answer: (request: IncomingMessage, reply: ServerResponse) => void) {
  const pair = [await startPlain(test, answer), await startPlain(test, answer)]
  const proxy = await startNginx(test, pair.map(({ host }) => host))
  const sent = (): IncomingMessage[] => pair.flatMap(({ seen }) => seen)
  // A replica that was lost is left alone for two seconds.
  const settle = async (): Promise<void> => {
    const before = pair.map(({ seen }) => seen.length)
    await eventually(async () => {
      await (await fetch(`${proxy.base}/well`)).text()
      return pair.every(({ seen }, index) => seen.length > (before[index] ?? 0))
    }, proxy.log)
  }
  return { proxy, sent, settle, countOf: (path: string) => sent().filter(({ url }) => url === path).length }
}

t.test('nginx retries a read at the other replica, never a write that it began to send, and reports the side effect', needsNginx, async t => {
  const { proxy, countOf, settle } = await startPlainPair(t, ({ url, socket }, reply) => {
    if (url === '/well') reply.end('well')
    else socket.destroy()
  })
  await settle()
  for (const method of writes) {
    const path = `/lost-${method}`
    const answer = await fetch(`${proxy.base}${path}`, { method, body: '{}', headers: { 'x-request-id': 'my-own.word_1', 'content-type': 'application/json' } })
    t.equal(answer.status, 500, method)
    t.match(problemSchema.parse(await answer.json()), { type: '/problems/internal', request_id: 'my-own.word_1', side_effect: 'possible', retryable: 'unsafe' }, method)
    t.equal(answer.headers.get('x-request-id'), 'my-own.word_1')
    t.equal(countOf(path), 1, `${method} was sent once`)
    await settle()
  }
  const read = await fetch(`${proxy.base}/lost-GET`)
  t.equal(read.status, 503)
  t.match(problemSchema.parse(await read.json()), { type: '/problems/overloaded', side_effect: 'none', retryable: 'safe' })
  t.equal(read.headers.get('retry-after'), '1')
  t.equal(countOf('/lost-GET'), 2, 'a read was asked of both')
  await settle()
})

t.test('with one replica down every request goes to the other; with both down the side effect is possible', needsNginx, async t => {
  const { seen, host } = await startPlain(t, (_request, reply) => { reply.end('well') })
  const proxy = await startNginx(t, [host, `127.0.0.1:${await freePort()}`])
  for (let round = 0; round < 6; round += 1) {
    for (const method of ['GET', ...writes]) t.equal((await fetch(`${proxy.base}/`, { method })).status, 200, method)
  }
  t.equal(seen.length, 30)
  t.ok(seen.every(({ headers }) => typeof headers['x-request-id'] === 'string'), 'every request has an id')
  t.ok(seen.every(({ headers }) => headers['x-forwarded-for'] === '127.0.0.1'), 'and the address of its caller')
  for (const method of ['GET', ...writes]) await (await fetch(`${proxy.base}/`, { method, headers: { 'x-forwarded-for': '203.0.113.9' } })).text()
  t.same(new Set(seen.slice(30).map(({ headers }) => headers['x-forwarded-for'])), new Set(['203.0.113.9, 127.0.0.1']), 'after what the caller claims')

  const alone = await startNginx(t, [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`])
  for (const method of ['GET', ...writes]) {
    const answer = await fetch(`${alone.base}/`, { method })
    t.equal(answer.status, 503, method)
    t.match(problemSchema.parse(await answer.json()), { side_effect: 'none', retryable: 'safe' }, method)
  }
})

t.test('a gateway\'s answer passes unchanged and once, a stream line by line, and a body that is too large is refused', needsNginx, async t => {
  let goOn = (): void => {}
  const { proxy, countOf, sent } = await startPlainPair(t, ({ url = '' }, reply) => {
    const [, status] = /^\/answer-(\d+)/.exec(url) ?? []
    if (status !== undefined) { reply.writeHead(Number(status), { 'retry-after': '7' }).end(`{"own": ${status}}`); return }
    reply.writeHead(200, { 'content-type': 'application/x-ndjson' }).write('{"server": 1}\n')
    goOn = () => { reply.end('{"account": 1}\n') }
  })
  for (const status of [404, 413, 418, 429, 500, 502, 503, 504]) {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const path = `/answer-${status}-${method}`
      const answer = await fetch(`${proxy.base}${path}`, { method })
      t.equal(answer.status, status)
      t.equal(answer.headers.get('retry-after'), '7')
      t.same(await answer.json(), { own: status })
      t.equal(countOf(path), 1)
    }
  }
  const lines = (await fetch(`${proxy.base}/stream`)).body?.getReader()
  const read = async (): Promise<string> => Buffer.from((await lines?.read())?.value ?? []).toString()
  t.equal(await read(), '{"server": 1}\n', 'the first line comes while the second is not written yet')
  goOn()
  t.equal(await read(), '{"account": 1}\n')

  const before = sent().length
  const large = await fetch(`${proxy.base}/large`, { method: 'PUT', body: 'x'.repeat(2 * 1024 * 1024) })
  t.equal(large.status, 413)
  t.match(problemSchema.parse(await large.json()), { type: '/problems/payload-too-large' })
  t.match(problemSchema.parse(await (await fetch(`${proxy.base}/metrics`)).json()), { type: '/problems/not-found' })
  t.equal(sent().length, before)
  t.notMatch(proxy.log(), /SECRET/)
  await fetch(`${proxy.base}/answer-200?name=SECRET`)
  await eventually(async () => proxy.log().includes('/answer-200'), proxy.log)
  t.notMatch(proxy.log(), /SECRET/, 'no query stands in the log')
})

const order = (name: string): string => JSON.stringify({ name, region: 'Falkenberg', cpus: 2, memory_mib: 2048, disk_gib: 50, image: 'debian-12', password: 'Example-Pass-1' })
const idsSchema = z.object({ data: z.array(z.object({ id: z.string() })).min(1) })

/** Two built gateways on one Redis before one simulated vendor, and nginx before them. */
async function startPair (test: Test) {
  const [vendor, redis] = [await startGlesys({ behavior: { createMs: 400, actionMs: 400 } }), await openRedis()]
  const account = `acc-${randomUUID()}`
  const { serve } = openProcesses(test)
  const config = {
    redis: { url: redis.url },
    secret: 'a secret of at least thirty-two characters',
    log: { level: 'silent' },
    shutdown_grace_ms: 20_000,
    accounts: { [account]: { provider: 'glesys', ...vendor.settings['glesys-lab'] } }
  }
  const gateways: readonly [Process, Process] = [await serve(config), await serve(config)]
  const proxy = await startNginx(test, gateways.map(({ base }) => hostOf(base)))
  test.teardown(async () => { await vendor.close(); await redis.stop() })
  const at = (path: string): string => `${proxy.base}/v1/${account}${path}`
  const create = async (key: string): Promise<Response> => await fetch(at('/servers'), {
    method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': key, prefer: 'wait=20' }, body: order(key)
  })
  /** As the README tells callers: the same request again after any fault. */
  const insist = async (key: string): Promise<{ readonly id: string }> => {
    for (let round = 0; round < 300; round += 1) {
      const answer = await create(key)
      const body: unknown = await answer.json()
      if (answer.ok) return { id: operationSchema.parse(body).id }
      await new Promise(resolve => setTimeout(resolve, 300))
    }
    throw new Error(`${key} was never answered`)
  }
  return { vendor, proxy, gateways, at, create, insist }
}

const replicasOf = (proxy: Proxy): Set<string> => new Set([...proxy.log().matchAll(/"replica":"([^",]+)"/g)].map(([, host = '']) => host))

t.test('behind nginx two gateways are one: lists work, a key sent five times buys one server, and events come as they happen', needsNginx, async t => {
  const { vendor, proxy, gateways, at, create, insist } = await startPair(t)
  for (let round = 0; round < 4; round += 1) t.equal((await fetch(at('/servers?limit=2'))).status, 200)
  // Each of nginx's workers counts its turns for itself.
  await eventually(async () => {
    await fetch(at('/servers?limit=2'))
    return gateways.every(({ base }) => replicasOf(proxy).has(hostOf(base)))
  }, proxy.log)

  const before = vendor.created
  const first = await Promise.all(Array.from({ length: 5 }, async () => await create('order-1')))
  t.ok(first.some(({ status }) => status === 200), 'one is served')
  t.ok(first.every(({ status }) => status === 200 || status === 409), 'the others are told the same, or that it is under way')
  await Promise.all(first.map(async answer => await answer.arrayBuffer()))
  const ids = await Promise.all(Array.from({ length: 5 }, async () => (await insist('order-1')).id))
  t.equal(new Set(ids).size, 1)
  t.equal(vendor.created, before + 1)

  vendor.behavior.actionMs = 8000
  const { data: [server] } = idsSchema.parse(await (await fetch(at('/servers?limit=1&status=running'))).json())
  const accepted = operationSchema.parse(await (await fetch(at(`/servers/${server?.id ?? ''}/stop`), { method: 'POST' })).json())
  const events = (await fetch(at(`/operations/${accepted.id}/events`), { signal: AbortSignal.timeout(60_000) })).body?.getReader()
  let text = ''
  for (let part = await events?.read(); part?.done === false; part = await events?.read()) {
    text += Buffer.from(part.value).toString()
    if (text.includes('"status":"running"')) break
  }
  const now = operationSchema.parse(await (await fetch(at(`/operations/${accepted.id}`))).json())
  t.equal(now.status, 'running', 'the event came before the end')
  for (let part = await events?.read(); part?.done === false; part = await events?.read()) text += Buffer.from(part.value).toString()
  t.match(text, /"status":"succeeded"/)
})

t.test('a replica that is killed costs no read, and no key buys two servers', needsNginx, async t => {
  const { vendor, gateways, at, insist } = await startPair(t)
  await fetch(at('/servers?limit=1'))
  const before = vendor.created
  vendor.latencyMs = 50
  const buying = Array.from({ length: 4 }, async (_, index) => await insist(`kill-${index}`))
  await eventually(async () => vendor.created > before, () => '')
  gateways[0].child.kill('SIGKILL')
  const reads: number[] = []
  for (let round = 0; round < 20; round += 1) reads.push((await fetch(at('/servers?limit=1'))).status)
  t.same(new Set(reads), new Set([200]))
  const bought = await Promise.all(buying)
  t.equal(new Set(bought.map(({ id }) => id)).size, 4)
  t.equal(vendor.created, before + 4)
})

t.test('a replica that is stopped under load loses no answer', needsNginx, async t => {
  const { vendor, gateways, at, insist } = await startPair(t)
  await fetch(at('/servers?limit=1'))
  const before = vendor.created
  vendor.latencyMs = 20
  const load = new AbortController()
  const reads: number[] = []
  const reading = Array.from({ length: 4 }, async () => {
    while (!load.signal.aborted) {
      const answer = await fetch(at(`/servers?limit=${reads.length % 20 + 1}`)).catch(() => null)
      await answer?.arrayBuffer().catch(() => { reads.push(-1) })
      reads.push(answer?.status ?? 0)
    }
  })
  const buying = Array.from({ length: 4 }, async (_, index) => await insist(`stop-${index}`))
  await eventually(async () => reads.length > 20, () => '')
  gateways[1].child.kill('SIGTERM')
  t.equal(await gateways[1].ended(), 0)
  const atTheEnd = reads.length
  await eventually(async () => reads.length > atTheEnd + 20, () => '')
  load.abort()
  await Promise.all(reading)
  t.same(new Set(reads), new Set([200]), `${reads.length} reads`)
  t.equal(new Set((await Promise.all(buying)).map(({ id }) => id)).size, 4)
  t.equal(vendor.created, before + 4)
})
