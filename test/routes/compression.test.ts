import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import t from 'tap'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { isOperation, isProblem } from '../helpers/api.ts'
import { composeGateway } from '../helpers/gateway.ts'

const glesys = await startGlesys()
const accounts = { lab: { provider: 'glesys', ...glesys.settings['glesys-lab'], raw: true, cache: { servers_s: 3600 } } }
const { app, close } = await composeGateway({ accounts, more: { listen: { compression: true } } })
const off = await composeGateway({ accounts })
t.teardown(async () => { await close(); await off.close(); await glesys.close() })

const list = '/v1/lab/servers?limit=20'
const get = async (url: string, headers: Record<string, string> = {}) => await app.inject({ url, headers })

t.test('a long answer is compressed as the caller requests, with the same content', async t => {
  await get(list)
  const plain = await get(list)
  t.equal(plain.headers['content-encoding'], undefined)
  t.equal(plain.headers.vary, 'accept-encoding')
  t.ok(plain.rawPayload.length > 1024)
  for (const [accept, encoding, decompress] of [['gzip, br', 'br', brotliDecompressSync], ['gzip', 'gzip', gunzipSync]] as const) {
    const answer = await get(list, { 'accept-encoding': accept })
    t.match(answer.headers, { 'content-encoding': encoding, vary: 'accept-encoding', etag: plain.headers.etag, 'content-length': String(answer.rawPayload.length) })
    t.ok(answer.rawPayload.length < plain.rawPayload.length / 3)
    t.ok(decompress(answer.rawPayload).equals(plain.rawPayload), encoding)
    const head = await app.inject({ method: 'HEAD', url: list, headers: { 'accept-encoding': accept } })
    t.match(head, { statusCode: 200, headers: { 'content-encoding': encoding, 'content-length': answer.headers['content-length'] } })
    t.equal(head.rawPayload.length, 0)
  }
})

t.test('an unchanged answer is 304 whatever encoding the ETag came with', async t => {
  const { headers: { etag = '' } } = await get(list, { 'accept-encoding': 'br' })
  t.match(etag, /^W\//)
  for (const accept of ['br', 'gzip', 'identity']) {
    const answer = await get(list, { 'accept-encoding': accept, 'if-none-match': etag })
    t.match(answer, { statusCode: 304, headers: { etag, vary: 'accept-encoding', 'content-encoding': undefined } }, accept)
    t.equal(answer.rawPayload.length, 0)
  }
})

t.test('short answers, problems among them, are not compressed', async t => {
  const account = await get('/health/live', { 'accept-encoding': 'br' })
  t.equal(account.headers['content-encoding'], undefined)
  const missing = await get('/v1/lab/servers/kvm999999', { 'accept-encoding': 'br' })
  isProblem(t, missing, 404, 'server-not-found')
  t.equal(missing.headers['content-encoding'], undefined)
})

t.test('streams are not buffered: lines and events come without an encoding', async t => {
  const lines = await get('/v1/servers', { accept: 'application/x-ndjson', 'accept-encoding': 'br, gzip' })
  t.match(lines, { statusCode: 200, headers: { 'content-type': 'application/x-ndjson', 'content-encoding': undefined, vary: 'accept' } })
  t.match(lines.trailers, { 'hawser-upstream-calls': /^\d+$/ })
  const [server] = [...glesys.servers.keys()]
  const { id } = isOperation(t, await app.inject({ method: 'POST', url: `/v1/lab/servers/${server ?? ''}/stop`, headers: { prefer: 'wait=60' } }), 200, 'stop')
  const events = await get(`/v1/lab/operations/${id}/events`, { 'accept-encoding': 'br, gzip' })
  t.match(events, { statusCode: 200, headers: { 'content-type': /^text\/event-stream/, 'content-encoding': undefined } })
  t.match(events.body, /event: operation/)
})

t.test('the fleet, whose form depends on Accept, names both headers in Vary', async t => {
  const answer = await get('/v1/servers?limit=20', { 'accept-encoding': 'gzip' })
  t.match(answer.headers, { 'content-encoding': 'gzip', vary: 'accept, accept-encoding' })
})

t.test('an answer that went out compressed is replayed to a caller that accepts no encoding', async t => {
  const ask = async (headers: Record<string, string>) => await app.inject({ method: 'POST', url: '/v1/lab/raw/server/list', headers: { 'idempotency-key': 'once', ...headers } })
  const first = await ask({ 'accept-encoding': 'gzip' })
  t.match(first, { statusCode: 200, headers: { 'content-encoding': 'gzip' } })
  const again = await ask({})
  t.match(again, { statusCode: 200, headers: { 'content-encoding': undefined, 'idempotency-replayed': 'true' } })
  t.equal(again.body, gunzipSync(first.rawPayload).toString())
})

t.test('without listen.compression nothing but static files is compressed', async t => {
  const answer = await off.app.inject({ url: list, headers: { 'accept-encoding': 'br' } })
  t.match(answer, { statusCode: 200, headers: { 'content-encoding': undefined, vary: undefined } })
})
