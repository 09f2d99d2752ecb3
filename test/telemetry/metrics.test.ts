import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { z } from 'zod'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { startVmmanager } from '../../sandbox/vmmanager/simulator.ts'
import { createMetrics, type MetricSources } from '../../src/telemetry/metrics.ts'
import { askOf, isProblem, sha256 } from '../helpers/api.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { eventually } from '../helpers/clock.ts'
import { portOf } from '../helpers/ports.ts'
import { root } from '../helpers/process.ts'

const vm = await startVmmanager({ behavior: { actionMs: 50 } })
const glesys = await startGlesys({ behavior: { actionMs: 50 } })
t.teardown(async () => { await vm.close(); await glesys.close() })

type Row = readonly [labels: Readonly<Record<string, string>>, value: number]

/** Every sample of the text format, by its name. */
function samplesOf (text: string): Map<string, Row[]> {
  const samples = new Map<string, Row[]>()
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = /^([a-z_0-9]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (name === undefined) continue
    const row: Row = [Object.fromEntries([...labels.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, key = '', text = '']) => [key, text])), Number(value)]
    samples.set(name, [...samples.get(name) ?? [], row])
  }
  return samples
}

const sum = (samples: Map<string, Row[]>, name: string, wanted: Readonly<Record<string, string>> = {}): number =>
  (samples.get(name) ?? []).filter(([labels]) => Object.entries(wanted).every(([key, value]) => labels[key] === value)).reduce((all, [, value]) => all + value, 0)

async function open () {
  const gateway = await composeGateway({ accounts: { vm6: { provider: 'vmmanager', ...vm.settings.vm6 }, lab: { provider: 'glesys', ...glesys.settings['glesys-lab'] } } })
  return { ...gateway, vm6: askOf(gateway.app, 'vm6'), lab: askOf(gateway.app, 'lab'), read: async () => samplesOf((await gateway.app.inject('/metrics')).body) }
}

t.test('requests, problems and calls are counted with bounded labels, whatever callers send', async t => {
  const { app, vm6, lab, read, close } = await open()
  t.teardown(close)
  await vm6('GET', '/servers?limit=1')
  await vm6('GET', '/servers/999999999')
  await lab('GET', '/servers?limit=1&name=CALLERTEXT')
  isProblem(t, await app.inject('/v1/CALLERTEXT/servers'), 404, 'account-not-found')
  await app.inject('/CALLERTEXT')
  await app.inject({ method: 'POST', url: '/v1/vm6/servers/CALLERTEXT' })
  const samples = await read()
  t.equal(sum(samples, 'hawser_requests_total', { method: 'GET', route: '/v1/:account/servers', status: '200', account: 'vm6' }), 1)
  t.equal(sum(samples, 'hawser_requests_total', { route: '/v1/:account/servers/:id', status: '404', account: 'vm6' }), 1)
  t.equal(sum(samples, 'hawser_requests_total', { route: 'none', status: '404', account: '' }), 1)
  t.equal(sum(samples, 'hawser_requests_total', { method: 'POST', status: '405' }), 1)
  t.equal(sum(samples, 'hawser_request_duration_seconds_count', { route: '/v1/:account/servers', status_class: '2xx' }), 2)
  t.equal(sum(samples, 'hawser_problems_total', { problem: 'server-not-found', account: 'vm6' }), 1)
  t.equal(sum(samples, 'hawser_problems_total', { problem: 'not-found' }), 1)
  t.equal(sum(samples, 'hawser_upstream_calls_total', { account: 'vm6', endpoint: 'host', outcome: 'ok' }), 2)
  t.equal(sum(samples, 'hawser_upstream_call_duration_seconds_count', { account: 'lab' }), sum(samples, 'hawser_upstream_calls_total', { account: 'lab' }))
  t.equal(sum(samples, 'hawser_token_logins_total', { account: 'vm6', outcome: 'ok' }), 1)
  t.equal(sum(samples, 'hawser_token_logins_total', { account: 'lab' }), 0, 'a static key signs in nowhere')
  t.equal(sum(samples, 'hawser_requests_in_flight'), 1, 'the one that asks')
  t.same(samples.get('hawser_build_info')?.map(([labels]) => labels.version), [z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).version])
  t.notOk(samples.has('hawser_redis_up'), 'there is none')
  t.notOk((await app.inject('/metrics')).body.includes('CALLERTEXT'))
})

t.test('retries of suspended platforms, other retries and refused sign-ins are counted', async t => {
  const { vm6, lab, read, close } = await open()
  t.teardown(close)
  vm.suspend(3)
  t.equal((await vm6('GET', '/servers?limit=1')).statusCode, 200)
  glesys.fail({ kind: 'reply', reply: { status: 503, body: '' }, times: 1 })
  t.equal((await lab('GET', '/servers?limit=1')).statusCode, 200)
  const samples = await read()
  t.equal(sum(samples, 'hawser_upstream_suspended_total', { account: 'vm6' }), 3)
  t.equal(sum(samples, 'hawser_upstream_retries_total', { account: 'vm6' }), 3)
  t.equal(sum(samples, 'hawser_upstream_retries_total', { account: 'lab' }), 1)
  t.equal(sum(samples, 'hawser_token_logins_total', { account: 'vm6', outcome: 'suspended' }), 3)
  t.equal(sum(samples, 'hawser_token_logins_total', { account: 'vm6', outcome: 'ok' }), 1)
})

t.test('an operation is counted when it begins, while it is open, when it is polled, and when it ends', async t => {
  const { lab, read, close } = await open()
  t.teardown(close)
  glesys.behavior.actionMs = 1500
  const stopped = await lab('POST', '/servers/kvm123456/stop')
  t.equal(stopped.statusCode, 202, stopped.body)
  t.equal(sum(await read(), 'hawser_operations_open', { account: 'lab', state: 'running' }), 1)
  await eventually(async () => sum(await read(), 'hawser_operations_ended_total', { account: 'lab', action: 'stop', state: 'succeeded' }) === 1, () => 'not ended')
  const samples = await read()
  t.equal(sum(samples, 'hawser_operations_begun_total', { account: 'lab', action: 'stop' }), 1)
  t.equal(sum(samples, 'hawser_operations_open', { account: 'lab' }), 0)
  t.ok(sum(samples, 'hawser_poll_lag_seconds_count', { account: 'lab' }) >= 1)
  glesys.behavior.actionMs = 50
})

t.test('a caller that disconnects is counted as such', async t => {
  const { app, read, close } = await open()
  t.teardown(close)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const port = portOf(app.server)
  vm.latencyMs = 1000
  const leaving = new AbortController()
  const left = fetch(`http://127.0.0.1:${port}/v1/vm6/servers?limit=1`, { signal: leaving.signal }).then(() => 'answered', () => 'left')
  await eventually(async () => sum(await read(), 'hawser_requests_in_flight') === 2, () => 'it does not arrive')
  leaving.abort()
  t.equal(await left, 'left')
  await eventually(async () => sum(await read(), 'hawser_requests_total', { route: '/v1/:account/servers', status: '499', account: 'vm6' }) === 1, () => 'not counted')
  vm.latencyMs = 0
})

const keys = [
  { name: 'chief', sha256: sha256('chief-key'), accounts: ['*'], permissions: ['admin'] },
  { name: 'reader', sha256: sha256('reader-key'), accounts: ['*'], permissions: ['read', 'operate', 'write', 'delete', 'raw'] }
]

t.test('metrics need a key with the permission admin, or none if the configuration says so', async t => {
  const closed = await composeGateway({ accounts: {}, auth: { keys } })
  const open = await composeGateway({ accounts: {}, auth: { keys }, more: { metrics: { public: true } }, state: { kind: 'redis', isAvailable: () => false } })
  t.teardown(async () => { await closed.close(); await open.close() })
  const ask = async (app: typeof closed.app, key: string | null, url = '/metrics') => await app.inject({ url, headers: key === null ? {} : { 'x-api-key': key } })
  isProblem(t, await ask(closed.app, null), 401, 'unauthenticated')
  isProblem(t, await ask(closed.app, 'reader-key'), 403, 'forbidden')
  isProblem(t, await ask(closed.app, 'chief-key', '/metrics?name=x'), 400, 'invalid-request', 'query.name')
  isProblem(t, await ask(open.app, null, '/metrics?name=x'), 400, 'invalid-request', 'query.name')
  for (const answer of [await ask(closed.app, 'chief-key'), await ask(open.app, null)]) {
    t.equal(answer.statusCode, 200)
    t.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/)
    t.match(answer.body, /^# TYPE hawser_requests_total counter$/m)
  }
  t.match((await ask(open.app, null)).body, /^hawser_redis_up 0$/m)
})

const sources = (more: Partial<MetricSources> = {}): MetricSources => ({
  version: '9.9.9',
  breakers: () => [{ account: 'lab', state: 'half-open' }],
  accounts: () => ['lab'],
  flushed: () => ['lab'],
  pending: async () => [{ operation: { status: 'running' } }, { operation: { status: 'running' } }],
  state: { kind: 'redis', isAvailable: () => true },
  requestsInFlight: () => 7,
  keyExpiries: () => [{ key: 'ops', seconds: 60 }],
  ...more
})

t.test('a store that fails or hangs does not block a scrape: its values are absent', async t => {
  for (const pending of [async () => await new Promise<never>(() => {}), async () => { throw new Error('lost') }]) {
    const text = await createMetrics(sources({ pending, patienceMs: 50 })).text()
    t.match(text, /^hawser_redis_up 1$/m)
    t.notMatch(text, /^hawser_state_file_up/m, 'there is no state file')
    t.notMatch(text, /^hawser_operations_open\{/m)
  }
})

/** Everything that can be reported, once. */
async function full () {
  const metrics = createMetrics(sources())
  const { observer } = metrics
  observer.requestAnswered({ method: 'PROPFIND', route: 'none', status: 404, account: null, problem: 'not-found', seconds: 0.1 })
  observer.upstreamCalled({
    account: 'lab',
    endpoint: 'host',
    requestId: 'r',
    status: 503,
    outcome: 'suspended',
    attempt: 2,
    durationMs: 3,
    isSignIn: true,
    connection: null
  })
  observer.cacheAsked('lab', 'hit')
  for (const [from, to] of [[null, 'pending'], ['pending', 'failed']] as const) observer.operationChanged({ account: 'lab', action: 'stop', from, to, id: 'op_1', serverId: '1' })
  observer.polled('lab', 20)
  observer.retryRefused('lab')
  observer.waited('lab', 0.2)
  observer.shed('event-loop')
  observer.reloaded('applied')
  observer.auditFailed()
  const withFile = createMetrics(sources({ state: { kind: 'file', isAvailable: () => true } }))
  return new Map([...samplesOf(await withFile.text()), ...samplesOf(await metrics.text())])
}

t.test('every reported event is shown with bounded labels, an unusual method as other', async t => {
  const samples = await full()
  t.ok([...samples.keys()].every(name => name.startsWith('hawser_')))
  t.equal(sum(samples, 'hawser_requests_total', { method: 'other', route: 'none' }), 1)
  t.same(samples.get('hawser_breaker_state')?.map(([{ state }, value]) => [state, value]), [['closed', 0], ['open', 0], ['half-open', 1]])
  t.equal(sum(samples, 'hawser_requests_in_flight'), 7)
  t.equal(sum(samples, 'hawser_state_flushed', { account: 'lab' }), 1)
  t.equal(sum(samples, 'hawser_operations_open', { account: 'lab', state: 'running' }), 2)
  for (const name of ['hawser_cache_requests_total', 'hawser_retry_budget_refusals_total', 'hawser_shed_total', 'hawser_config_reloads_total', 'hawser_audit_failures_total', 'hawser_limit_wait_seconds_count']) t.equal(sum(samples, name), 1, name)
  t.ok(sum(samples, 'hawser_config_last_reload_timestamp_seconds') > 1_700_000_000)
})

const dashboardSchema = z.object({
  templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string() })) }),
  panels: z.array(z.object({
    id: z.number(),
    type: z.string(),
    title: z.string(),
    datasource: z.object({ uid: z.string() }).optional(),
    targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).optional()
  }))
})
const alertsSchema = z.strictObject({
  groups: z.tuple([z.strictObject({
    name: z.literal('hawser'),
    rules: z.array(z.strictObject({
      alert: z.string().regex(/^Hawser[A-Z][A-Za-z]+$/),
      expr: z.string(),
      for: z.string().regex(/^\d+m$/).optional(),
      labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
      annotations: z.strictObject({ summary: z.string(), description: z.string() })
    }))
  })])
})

interface Query { readonly expr: string, readonly shows: string }

/** Holds queries to the metrics and labels that there are: in selectors, in groups, and in the text that is made of the result. Returns the metrics that they name. */
async function holdToMetrics (t: Test, queries: readonly Query[]): Promise<ReadonlySet<string>> {
  const samples = await full()
  const labelsOf = (name: string): Set<string> => new Set(['instance', ...(samples.get(name) ?? []).flatMap(([labels]) => Object.keys(labels))])
  const named = new Set<string>()
  for (const { expr, shows } of queries) {
    for (const [, name = '', selector = ''] of expr.matchAll(/(hawser_[a-z_0-9]+)(?:\{([^}]*)\})?/g)) {
      named.add(name)
      t.ok(samples.has(name), `${name} is a metric`)
      const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(', '))
      const shown = [...shows.matchAll(/\{\{ ?(?:\$labels\.)?([a-z_]+) ?\}\}/g)].map(([, label = '']) => label)
      if (grouped.length > 0) for (const label of shown) t.ok(grouped.includes(label), `${label} survives the grouping of ${expr}`)
      for (const label of [...[...selector.matchAll(/([a-z_]+)(?:=|!)/g)].map(([, label = '']) => label), ...grouped, ...shown]) {
        t.ok(labelsOf(name).has(label), `${name} has the label ${label}`)
      }
    }
  }
  return named
}

t.test('the dashboard queries only existing metrics and labels, and shows every metric of an alert', async t => {
  const { panels, templating } = dashboardSchema.parse(JSON.parse(readFileSync(join(root, 'deploy/grafana.json'), 'utf8')))
  t.ok(templating.list.some(({ name, type }) => name === 'datasource' && type === 'datasource'))
  t.same(panels.filter(({ type }) => type === 'row').map(({ title }) => title), ['Traffic', 'Upstream', 'Resilience', 'Operations', 'Process'])
  t.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  for (const panel of panels.filter(({ type }) => type !== 'row')) t.equal(panel.datasource?.uid, ['$', '{datasource}'].join(''), panel.title)
  const shown = await holdToMetrics(t, panels.flatMap(({ targets = [] }) => targets).map(({ expr, legendFormat }) => ({ expr, shows: legendFormat })))
  const pollTarget = await holdToMetrics(t, alertRules().map(({ expr, annotations }) => ({ expr, shows: annotations.summary + annotations.description })))
  for (const name of [...pollTarget, 'hawser_upstream_suspended_total', 'hawser_token_logins_total']) t.ok(shown.has(name), `${name} is shown`)
})

const alertRules = () => alertsSchema.parse(parse(readFileSync(join(root, 'deploy/alerts.yaml'), 'utf8'), { strict: true })).groups[0].rules

t.test('every condition that needs an operator has one alert, and the guide explains every alert that pages', async t => {
  const rules = alertRules()
  t.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length)
  for (const name of ['hawser_audit_failures_total', 'hawser_redis_up', 'hawser_state_file_up', 'hawser_state_flushed', 'hawser_config_reloads_total', 'hawser_operations_ended_total', 'hawser_breaker_state']) {
    t.ok(rules.some(({ expr }) => expr.includes(name)), `${name} is watched`)
  }
  const guide = readFileSync(join(root, 'deploy/GUIDE.md'), 'utf8')
  for (const { alert, labels } of rules) if (labels.severity === 'page') t.ok(guide.includes(alert), `the guide says what ${alert} means`)
})
