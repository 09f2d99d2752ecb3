import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { z } from 'zod'
import { loadAdapters } from '../src/adapters/registry.ts'
import { parseConfig, type Config } from '../src/config/load.ts'
import { startGlesys } from '../sandbox/glesys/simulator.ts'
import { startOnecloud } from '../sandbox/onecloud/simulator.ts'
import { startVmmanager } from '../sandbox/vmmanager/simulator.ts'
import type { RequestTrace, TracedCall } from '../src/telemetry/observer.ts'
import { sha256 } from './helpers/api.ts'
import { createFastClock, eventually } from './helpers/clock.ts'
import { composeGateway } from './helpers/gateway.ts'
import { openProcesses } from './helpers/process.ts'

const registry = await loadAdapters()

const vmmanager = await startVmmanager()
const glesys = await startGlesys()
t.teardown(async () => { await vmmanager.close(); await glesys.close() })
const vm6 = { provider: 'vmmanager', ...vmmanager.settings.vm6 }
const lab = { provider: 'glesys', ...glesys.settings['glesys-user'] }

const idsSchema = z.object({ data: z.array(z.object({ id: z.string() })) })

type Accounts = Readonly<Record<string, Readonly<Record<string, unknown>>>>
const configOf = (accounts: Accounts, more: Readonly<Record<string, unknown>> = {}): Config =>
  parseConfig(stringify({ auth: { mode: 'none' }, ...more, accounts }, { aliasDuplicateObjects: false }), registry, {})

t.test('accounts are added and removed, and an unchanged one keeps its sign-in', async t => {
  const { app, reload, close } = await composeGateway({ accounts: { vm6, lab } })
  t.teardown(close)
  const status = async (url: string): Promise<number> => (await app.inject(url)).statusCode
  t.same([await status('/v1/vm6/servers'), await status('/v1/lab/servers')], [200, 200])
  const logins = glesys.logins
  await reload(configOf({ lab, other: vm6 }))
  t.same([await status('/v1/vm6/servers'), await status('/v1/lab/servers'), await status('/v1/other/servers')], [404, 200, 200])
  t.equal(glesys.logins, logins, 'no new sign-in')
  t.same((await app.inject('/v1/servers?limit=1')).json<{ accounts: Array<{ account: string }> }>().accounts.map(({ account }) => account), ['lab', 'other'])
  await reload(configOf({ vm6 }))
  t.same([await status('/v1/vm6/servers'), await status('/v1/lab/servers')], [200, 404])
})

t.test('a key that was valid is refused after a reload without it, and has the permissions of the new file', async t => {
  const key = (name: string, permissions: readonly string[]) => ({ name, sha256: sha256(name), accounts: ['*'], permissions })
  const { app, reload, close } = await composeGateway({ accounts: { vm6 }, auth: { keys: [key('gone', ['read']), key('less', ['read', 'admin'])] } })
  t.teardown(close)
  const status = async (name: string, url: string): Promise<number> => (await app.inject({ url, headers: { 'x-api-key': name } })).statusCode
  const all = async (): Promise<number[]> => [await status('gone', '/v1/accounts'), await status('less', '/v1/accounts'), await status('less', '/metrics')]
  t.same([await all(), await all()], [[200, 200, 200], [200, 200, 200]])
  await reload(configOf({ vm6 }, { auth: { mode: 'keys', keys: [key('less', ['read'])] } }))
  t.same([await all(), await all()], [[401, 200, 403], [401, 200, 403]])
})

t.test('a list that repeats an earlier one is shown by the settings of the present configuration', async t => {
  // Its lists are the same bytes each time.
  const onecloud = await startOnecloud()
  t.teardown(async () => { await onecloud.close() })
  const pods = { provider: 'onecloud', ...onecloud.settings.pods }
  const { app, reload, close } = await composeGateway({ accounts: { pods }, random: () => 0 })
  t.teardown(close)
  const actions = async (): Promise<number> => {
    const { data } = (await app.inject('/v1/pods/servers')).json<{ data: Array<{ allowed_actions: string[] }> }>()
    return data.reduce((count, { allowed_actions: allowed }) => count + allowed.length, 0)
  }
  for (let reads = 0; reads < 4; reads += 1) t.ok(await actions() > 0)
  await reload(configOf({ pods: { ...pods, read_only: true } }))
  for (let reads = 0; reads < 4; reads += 1) t.equal(await actions(), 0)
})

t.test('a request in flight keeps its configuration, and earlier reads are not shared after a reload', async t => {
  const { app, reload, close } = await composeGateway({ accounts: { vm6 } })
  t.teardown(close)
  const isList = ({ path, method }: { readonly path: string, readonly method: string }): boolean => method === 'GET' && path === '/vm/v3/host'
  t.equal((await app.inject('/v1/vm6/servers')).statusCode, 200)
  const held = vmmanager.hold({ match: isList, times: 1 })
  const early = app.inject('/v1/vm6/servers')
  await held.reached()
  await reload(configOf({ vm6: { ...vm6, title: 'another', read_only: true } }))
  const late = await app.inject({ url: '/v1/vm6/servers', headers: { 'cache-control': 'max-age=600' } })
  t.equal(late.headers['hawser-upstream-calls'] === '0', false, 'neither the copy nor the flight of before')
  t.equal((await app.inject({ method: 'POST', url: '/v1/vm6/servers/1/stop' })).statusCode, 403, 'read_only counts from now on')
  held.release()
  t.equal((await early).statusCode, 200)
})

t.test('refused credentials are tried again after a reload, and an operation is followed across it', async t => {
  const wrong = { ...vm6, password: 'no' }
  const { app, reload, close } = await composeGateway({ clock: createFastClock(20), accounts: { wrong, lab } })
  t.teardown(close)
  const asked = async (): Promise<number> => {
    const before = vmmanager.calls.length
    t.equal((await app.inject('/v1/wrong/servers')).statusCode, 502)
    return vmmanager.calls.length - before
  }
  t.ok(await asked() > 0)
  t.equal(await asked(), 0, 'the refusal is remembered')
  glesys.behavior.actionMs = 500
  const { data: [running] } = idsSchema.parse((await app.inject('/v1/lab/servers?status=running&limit=1')).json())
  const begun = await app.inject({ method: 'POST', url: `/v1/lab/servers/${running?.id ?? ''}/reboot` })
  t.equal(begun.statusCode, 202)
  await reload(configOf({ wrong, lab: { ...lab, title: 'with another name' } }))
  t.ok(await asked() > 0, 'until a reload')
  await eventually(async () => (await app.inject(String(begun.headers.location))).json<{ status: string }>().status === 'succeeded')
})

t.test('a request is traced with its account, its route and its outcome', async t => {
  const calls: TracedCall[] = []
  const ended: Array<Parameters<RequestTrace['end']>[0]> = []
  const begun: Array<string | undefined> = []
  const { app, close } = await composeGateway({
    accounts: { vm6 },
    tracer: {
      begin: traceparent => {
        begun.push(traceparent)
        return { id: 'trace', trace: { call: done => { calls.push(done) } }, end: done => { ended.push(done) } }
      },
      close: async () => {}
    }
  })
  t.teardown(close)
  await app.inject({ url: '/v1/vm6/servers', headers: { traceparent: 'theirs' } })
  await app.inject('/v1/vm6/servers?limit=0')
  await app.inject('/nothing')
  t.same(begun, ['theirs', undefined, undefined])
  await eventually(() => ended.length === 3)
  t.match(ended, [
    { name: 'GET /v1/:account/servers', failed: false, attributes: { 'http.response.status_code': 200, 'hawser.account': 'vm6', 'http.route': '/v1/:account/servers' } },
    { attributes: { 'http.response.status_code': 400, 'hawser.problem': 'invalid-request' } },
    { name: 'GET', attributes: { 'http.response.status_code': 404, 'hawser.problem': 'not-found' } }
  ])
  t.ok(calls.length >= 1 && calls.every(({ attributes }) => attributes['server.address'] === '127.0.0.1'))
})

const { serve, folder } = openProcesses(t)

t.test('SIGHUP: a good file applies at once; a faulty one, or one that needs a restart, is refused and logged', async t => {
  const gateway = await serve({ accounts: { vm6 }, log: { level: 'info' } })
  const { port } = new URL(gateway.base)
  const file = join(folder, `${port}.yaml`)
  const first = readFileSync(file, 'utf8')
  const hangUp = async (text: string | null, told: RegExp): Promise<void> => {
    const from = gateway.output().length
    if (text === null) rmSync(file)
    else writeFileSync(file, text)
    gateway.child.kill('SIGHUP')
    await eventually(() => told.test(gateway.output().slice(from)), gateway.output)
  }
  const accounts = async (): Promise<string[]> =>
    idsSchema.parse(await (await fetch(`${gateway.base}/v1/accounts`)).json()).data.map(({ id }) => id)
  const change = (changes: Readonly<Record<string, unknown>>): string =>
    stringify({ listen: { port: Number(port) }, auth: { mode: 'none' }, accounts: { vm6 }, ...changes }, { aliasDuplicateObjects: false })

  await hangUp(change({ accounts: { vm6, lab } }), /the configuration was reloaded/)
  t.same(await accounts(), ['vm6', 'lab'])
  await hangUp(change({ acounts: {} }), /acounts \(line \d+\): is not a known key.*the old one stays/)
  await hangUp('accounts: [', /not valid YAML.*the old one stays/)
  await hangUp(change({ accounts: { vm6: { ...vm6, password: ['$', '{HAWSER_NOT_SET_ANYWHERE}'].join('') } } }), /HAWSER_NOT_SET_ANYWHERE.*the old one stays/)
  await hangUp(null, /cannot be read.*the old one stays/)
  await hangUp(change({ listen: { port: 1 }, metrics: { public: true } }), /listen, metrics: changes require a restart.*the old one stays/)
  await hangUp(change({ state: { file: join(folder, 'other.db') }, secret: 's'.repeat(32) }), /state, secret: changes require a restart.*the old one stays/)
  t.same(await accounts(), ['vm6', 'lab'], 'the old one stays')
  t.notOk(gateway.output().includes(String(vmmanager.settings.vm6?.password)))
  const metrics = await (await fetch(`${gateway.base}/metrics`)).text()
  t.match(metrics, 'hawser_config_reloads_total{outcome="applied"} 1')
  t.match(metrics, 'hawser_config_reloads_total{outcome="refused"} 6')
  await hangUp(first, /the configuration was reloaded/)
  t.same(await accounts(), ['vm6'])
  const gone = once(gateway.child, 'exit')
  gateway.child.kill('SIGTERM')
  await gone
})
