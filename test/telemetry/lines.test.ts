import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { z } from 'zod'
import { silentTracer } from '../../src/telemetry/observer.ts'
import { openTracing } from '../../src/telemetry/tracing.ts'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { askOf, sha256 } from '../helpers/api.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { eventually } from '../helpers/clock.ts'
import { listen } from '../helpers/ports.ts'
import { openProcesses, root } from '../helpers/process.ts'

const vendor = await startGlesys({ behavior: { createMs: 50, actionMs: 50 } })
t.teardown(async () => { await vendor.close() })
const { folder, launch, serve } = openProcesses(t)

const lab = { provider: 'glesys', ...vendor.settings['glesys-lab'], raw: true, guard: { protected: ['kvm200001'] } }
const keys = [
  { name: 'ops', sha256: sha256('ops-key'), accounts: ['*'], permissions: ['read', 'operate', 'write', 'delete', 'raw', 'admin'] },
  { name: 'reader', sha256: sha256('reader-key'), accounts: ['*'], permissions: ['read'] }
]
const order = { name: 'secret-name-9', region: 'Falkenberg', cpus: 2, memory_mib: 2048, disk_gib: 50, image: 'debian-12', password: 'Example-Pass-1' }

const lineSchema = z.looseObject({ audit: z.literal(1), at: z.iso.datetime(), action: z.string(), outcome: z.string(), operation_id: z.string().nullable() })
const members = [
  'audit', 'at', 'request_id', 'caller_address', 'key', 'action', 'method', 'route', 'account', 'server_id', 'status', 'outcome', 'problem', 'side_effect', 'operation_id',
  'upstream_calls', 'duration_ms'
]
type Line = z.infer<typeof lineSchema>

async function open (isBroken = (): boolean => false) {
  const texts: string[] = []
  const write = (text: string): void => {
    if (isBroken()) throw new Error('no space left')
    texts.push(text)
  }
  const { app, close } = await composeGateway({ accounts: { lab, idle: { ...lab, read_only: true } }, auth: { keys }, audit: { write, reopen: () => {}, close: () => {} } })
  const lines = (): Line[] => texts.map(text => lineSchema.parse(JSON.parse(text)))
  const ask = (key: string, account = 'lab') => {
    const plain = askOf(app, account)
    return async (method: Parameters<typeof plain>[0], url: string, body?: object, headers: Record<string, string> = {}) =>
      await plain(method, url, { ...(body === undefined ? {} : { body }), headers: { 'x-api-key': key, ...headers } })
  }
  /** The lines that the work leaves, without those of verdicts. */
  const of = async (work: () => Promise<unknown>): Promise<Line[]> => {
    const before = texts.length
    await work()
    return lines().slice(before).filter(({ action }) => action !== 'verdict')
  }
  return { app, close, ask, lines, of, text: () => texts.join('') }
}

t.test('each write request leaves one line with its outcome and no part of its body', async t => {
  const { app, close, ask, of, text } = await open()
  t.teardown(close)
  const ops = ask('ops-key')
  const stop = '/servers/kvm123456/stop'
  t.match(await of(async () => await ops('POST', '/servers/kvm123456/console')), [{ action: 'openConsole', outcome: 'done', status: 200 }])
  const accepted = await of(async () => await ops('POST', stop, {}, { 'x-request-id': 'mine-1', 'idempotency-key': 'KEY-OF-CALLER' }))
  t.match(accepted, [{
    request_id: 'mine-1',
    key: 'ops',
    action: 'stopServer',
    method: 'POST',
    route: '/v1/:account/servers/:id/stop',
    account: 'lab',
    server_id: 'kvm123456',
    status: 202,
    outcome: 'accepted',
    problem: null,
    side_effect: 'certain',
    operation_id: /^op_/,
    upstream_calls: Number,
    duration_ms: Number
  }])
  t.same(Object.keys(accepted[0] ?? {}).sort(), [...members].sort())
  const replayed = await of(async () => await ops('POST', stop, {}, { 'idempotency-key': 'KEY-OF-CALLER' }))
  t.match(replayed, [{ outcome: 'replayed', status: 202, operation_id: accepted[0]?.operation_id, side_effect: 'none', upstream_calls: 0 }])
  t.match(await of(async () => await ops('DELETE', '/servers/kvm123456?dry_run=true')), [{ action: 'deleteServer', outcome: 'dry_run', status: 200, side_effect: 'none', operation_id: null }])
  t.match(await of(async () => await ops('POST', '/raw/server/details?dry_run=true', {})), [{ action: 'rawPost', outcome: 'dry_run', route: '/v1/:account/raw/*' }])
  t.match(await of(async () => await ops('POST', '/owners/1/login-link')), [{ action: 'createLoginLink', outcome: 'refused', status: 501, problem: 'operation-not-supported', server_id: null }])
  t.match(await of(async () => await ops('POST', '/servers', { ...order, password: undefined, colour: 'red' })), [{ action: 'createServer', outcome: 'refused', status: 400, problem: 'invalid-request', server_id: null }])
  t.match(await of(async () => await ops('DELETE', '/servers/kvm200001')), [{ outcome: 'refused', status: 409, problem: 'conflict', server_id: 'kvm200001', upstream_calls: 0 }], 'a guard')
  t.match(await of(async () => await ask('ops-key', 'idle')('POST', stop)), [{ outcome: 'refused', status: 403, account: 'idle', problem: 'forbidden' }], 'read_only')
  t.match(await of(async () => await ask('reader-key')('POST', stop)), [{ key: 'reader', outcome: 'refused', status: 403, problem: 'forbidden', account: 'lab' }])
  t.match(await of(async () => await ask('wrong-key')('POST', stop)), [{ key: null, outcome: 'refused', status: 401, problem: 'unauthenticated', account: 'lab', server_id: 'kvm123456' }])
  t.match(await of(async () => await ask('ops-key', 'CALLERTEXT')('POST', stop)), [{ key: 'ops', account: null, status: 404, problem: 'account-not-found' }])
  t.match(await of(async () => await app.inject({ method: 'DELETE', url: '/v1/CALLERTEXT/CALLERTEXT?x=CALLERTEXT' })), [{ key: null, action: 'DELETE', route: null, status: 404 }])
  t.match(await of(async () => await ops('PUT', '/servers/kvm123456')), [{ action: 'PUT', status: 405, outcome: 'refused' }])
  const bad = await of(async () => await app.inject({ method: 'POST', url: '/v1/lab/servers', headers: { 'x-api-key': 'ops-key', 'content-type': 'application/json' }, payload: '{"a":' }))
  t.match(bad, [{ key: 'ops', action: 'createServer', outcome: 'refused', status: 400 }])
  t.same(await of(async () => { await ops('GET', '/servers?limit=1'); await app.inject('/v1/lab/servers') }), [], 'who only reads leaves none')
  for (const word of ['secret-name-9', 'Example-Pass', 'KEY-OF-CALLER', 'ops-key', 'CALLERTEXT']) t.notOk(text().includes(word), word)
})

t.test('a write with a lost answer is ambiguous, an unsent one failed, and the verdict has its own line', async t => {
  const { close, ask, of, lines } = await open()
  t.teardown(close)
  const ops = ask('ops-key')
  vendor.fail({ kind: 'reset-after', match: ({ path }) => path.includes('server/create'), times: 1 })
  const [doubtful] = await of(async () => await ops('POST', '/servers', order))
  t.match(doubtful, { action: 'createServer', outcome: 'ambiguous', status: 502, problem: 'upstream-unreachable', side_effect: 'possible', operation_id: /^op_/, server_id: null })
  const verdict = (): Line | undefined => lines().find(line => line.action === 'verdict' && line.operation_id === doubtful?.operation_id)
  await eventually(async () => verdict() !== undefined, () => JSON.stringify(lines()))
  t.match(verdict(), { of: 'create', account: 'lab', outcome: 'done', server_id: /^kvm/ })
  t.equal(lines().filter(line => line.action === 'verdict' && line.operation_id === doubtful?.operation_id).length, 1)

  vendor.fail({ kind: 'reply', reply: { status: 503, body: '' }, times: 1 })
  t.match(await of(async () => await ops('POST', '/raw/server/reboot', { serverid: 'kvm123456' })), [{ action: 'rawPost', outcome: 'ambiguous', status: 503 }])
  const [created] = await of(async () => await ops('POST', '/servers', { ...order, name: 'waited-1' }, { prefer: 'wait=40' }))
  t.match(created, { outcome: 'done', status: 200, server_id: /^kvm/, side_effect: 'certain' })
})

t.test('an audit line that cannot be written is logged and counted, and its request is answered', async t => {
  let isBroken = true
  const { app, close, ask, lines } = await open(() => isBroken)
  t.teardown(close)
  t.equal((await ask('ops-key')('POST', '/servers/kvm200036/reboot')).statusCode, 202)
  t.match((await app.inject({ url: '/metrics', headers: { 'x-api-key': 'ops-key' } })).body, /^hawser_audit_failures_total [1-9]/m)
  isBroken = false
  t.equal((await ask('ops-key')('POST', '/servers/kvm200036/start', { colour: 'red' })).statusCode, 400)
  t.ok(lines().some(line => line.action === 'startServer'))
})

const linesOf = (file: string): Line[] => readFileSync(file, 'utf8').trimEnd().split('\n').map(line => lineSchema.parse(JSON.parse(line)))
const reboot = async (base: string, requestId: string, server = 'kvm123456'): Promise<Response> => await fetch(`${base}/v1/lab/servers/${server}/reboot`, { method: 'POST', headers: { 'x-request-id': requestId } })

t.test('the audit file is readable by its owner only, is appended to, is reopened after SIGHUP, and loses no answered write to kill -9', async t => {
  const file = join(folder, 'audit.ndjson')
  writeFileSync(file, `${JSON.stringify({ audit: 1, at: '2026-01-01T00:00:00Z', action: 'before', outcome: 'done', operation_id: null })}\n`)
  chmodSync(file, 0o640)
  const gateway = await serve({ accounts: { lab }, audit: { file } })
  t.equal((await reboot(gateway.base, 'first')).status, 202)
  t.same(linesOf(file).filter(({ action }) => action !== 'verdict').map(({ action }) => action), ['before', 'rebootServer'])
  const moved = join(folder, 'audit.ndjson.1')
  renameSync(file, moved)
  gateway.child.kill('SIGHUP')
  await eventually(async () => existsSync(file), () => gateway.output())
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.equal((await reboot(gateway.base, 'second', 'kvm200036')).status, 202)
  const gone = once(gateway.child, 'exit')
  gateway.child.kill('SIGKILL')
  await gone
  t.match(linesOf(file).find(({ action }) => action === 'rebootServer'), { request_id: 'second', outcome: 'accepted' })
  t.notOk(linesOf(moved).some(line => line.request_id === 'second'))
  t.notOk(gateway.output().includes('"audit":1'), 'standard output is not for it then')
})

t.test('without a file audit lines go to standard output; a file that cannot be opened fails the start', async t => {
  const gateway = await serve({ accounts: { lab }, log: { level: 'silent' } })
  await reboot(gateway.base, 'third')
  gateway.child.kill('SIGTERM')
  t.equal(await gateway.ended(), 0)
  t.match(gateway.output().trim().split('\n').map(line => lineSchema.parse(JSON.parse(line))), [{ action: 'rebootServer' }])
  const config = join(folder, 'refused.yaml')
  mkdirSync(join(folder, 'a-folder'))
  writeFileSync(config, JSON.stringify({ auth: { mode: 'none' }, audit: { file: join(folder, 'a-folder') } }))
  const refused = launch(join(root, 'src/main.ts'), { HAWSER_CONFIG: config })
  t.equal(await refused.ended(), 1)
  t.match(refused.output(), /audit\.file .*a-folder cannot be opened: EISDIR/)
})

const attributeSchema = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) })
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: z.array(attributeSchema).transform(list => Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]))),
  status: z.object({ code: z.number().optional() })
})
const exportSchema = z.object({
  resourceSpans: z.array(z.object({ resource: z.object({ attributes: z.array(attributeSchema) }), scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })) }))
})
type Span = z.infer<typeof spanSchema>

/** A collector that takes spans as JSON; with `hangs` it never answers. */
async function openCollector (hangs = false) {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => { body += String(chunk) }).on('end', () => {
      bodies.push(`${request.url ?? ''} ${String(request.headers.authorization)} ${body}`)
      if (!hangs) response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  const port = await listen(t, server)
  const parsed = () => bodies.flatMap(body => exportSchema.parse(JSON.parse(body.slice(body.indexOf('{')))).resourceSpans)
  return {
    bodies,
    endpoint: `http://127.0.0.1:${port}`,
    spans: (): Span[] => parsed().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    resource: () => parsed()[0]?.resource.attributes
  }
}

const json = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_BSP_SCHEDULE_DELAY: '100' }
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'

t.test('a request is a child span of the caller\'s, its calls are child spans, and the provider sees neither', async t => {
  const collector = await openCollector()
  const gateway = await serve({ accounts: { lab } }, { ...json, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20abc', OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test' })
  const sentBefore = vendor.calls.length
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, tracestate: 'x=CALLERTEXT', baggage: 'x=CALLERTEXT', 'x-request-id': 'traced-1' }
  t.equal((await fetch(`${gateway.base}/v1/lab/servers/kvm123456?include=raw`, { headers })).status, 200)
  await fetch(`${gateway.base}/v1/lab/servers?name=CALLERTEXT&limit=1`, { headers: { traceparent: '00-nonsense-CALLERTEXT' } })
  vendor.fail({ kind: 'reset-before', times: 3 })
  t.equal((await fetch(`${gateway.base}/v1/lab/servers?limit=2`)).status, 502)
  await eventually(async () => collector.spans().filter(({ kind }) => kind === 2).length >= 4, () => gateway.output())
  const spans = collector.spans()
  const server = spans.find(({ attributes }) => attributes['hawser.request_id'] === 'traced-1')
  t.match(server, {
    traceId,
    parentSpanId: '00f067aa0ba902b7',
    kind: 2,
    name: 'GET /v1/:account/servers/:id',
    attributes: { 'http.request.method': 'GET', 'http.route': '/v1/:account/servers/:id', 'http.response.status_code': 200, 'hawser.account': 'lab' }
  })
  const calls = spans.filter(({ parentSpanId }) => parentSpanId === server?.spanId)
  t.equal(calls.length, 1)
  t.match(calls[0], { traceId, kind: 3, attributes: { 'server.address': '127.0.0.1', 'http.response.status_code': 200, 'hawser.attempt': 1, 'hawser.outcome': 'ok' } })
  t.ok(BigInt(calls[0]?.startTimeUnixNano ?? 0) >= BigInt(server?.startTimeUnixNano ?? 0) - 5_000_000n)
  const failed = spans.find(({ kind, status, attributes }) => kind === 2 && status.code === 2 && attributes['http.response.status_code'] === 502)
  t.same(spans.filter(({ parentSpanId }) => parentSpanId === failed?.spanId).map(({ attributes }) => attributes['hawser.attempt']).sort(), [1, 2, 3])
  t.notOk(spans.some(({ name, parentSpanId }) => name === 'GET /v1/:account/servers' && parentSpanId !== undefined), 'nonsense is no parent')
  const resource = Object.fromEntries(collector.resource()?.map(({ key, value }) => [key, value.stringValue]) ?? [])
  t.match(resource, { 'service.name': 'hawser', 'deployment.environment': 'test' })
  t.ok(collector.bodies.every(body => body.startsWith('/v1/traces Basic abc ')))
  t.notOk(collector.bodies.join('').includes('CALLERTEXT'))
  for (const { headers: sent } of vendor.calls.slice(sentBefore)) t.same([sent.traceparent, sent.tracestate, sent.baggage], [undefined, undefined, undefined])
  t.match(gateway.output(), new RegExp(`"trace_id":"${traceId}"`))
  gateway.child.kill('SIGTERM')
  t.equal(await gateway.ended(), 0)
})

t.test('remaining spans are sent at SIGTERM, and a collector that hangs does not delay the exit', async t => {
  const collector = await openCollector()
  const slow = { ...json, OTEL_BSP_SCHEDULE_DELAY: '600000' }
  const gateway = await serve({ accounts: {} }, { ...slow, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.endpoint}/v1/traces`, OTEL_SERVICE_NAME: 'mine' })
  t.equal(collector.bodies.length, 0)
  gateway.child.kill('SIGTERM')
  t.equal(await gateway.ended(), 0)
  t.ok(collector.spans().some(({ name }) => name === 'GET /health/ready'))
  t.ok(collector.resource()?.some(({ key, value }) => key === 'service.name' && value.stringValue === 'mine'))

  const hanging = await openCollector(true)
  const kept = await serve({ accounts: {} }, { ...slow, OTEL_EXPORTER_OTLP_ENDPOINT: hanging.endpoint })
  kept.child.kill('SIGTERM')
  const began = performance.now()
  t.equal(await kept.ended(), 0)
  t.ok(performance.now() - began < 8000, 'the exporter itself would wait for ten seconds')
})

t.test('tracing is off unless configured, and a missing exporter is reported', async t => {
  const collector = await openCollector()
  const endpoint = { ...json, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }
  const cases: ReadonlyArray<readonly [Record<string, string>, RegExp | null]> = [
    [{ ...endpoint, OTEL_SDK_DISABLED: 'true' }, null],
    [{ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }, null],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /not grpc; nothing is traced/]
  ]
  for (const [env, said] of cases) {
    const warnings: string[] = []
    const tracer = await openTracing({ environment: env, version: '1', warn: text => { warnings.push(text) } })
    t.equal(tracer, silentTracer)
    t.match(warnings, said === null ? [] : [said])
    t.equal(warnings.length, said === null ? 0 : 1)
  }
  t.equal(collector.bodies.length, 0)
})
