import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { z } from 'zod'
import { loaders } from '../src/adapters/registry.ts'
import { accountParams } from '../src/verbs/params.ts'
import { operationSchema } from '../src/domain/operation.ts'
import { startVmmanager } from '../sandbox/vmmanager/simulator.ts'
import { eventually } from './helpers/clock.ts'
import { onFreePort, openProcesses, root, type Process } from './helpers/process.ts'
import { openRedis } from './helpers/redis.ts'
import { isFollowing } from './helpers/api.ts'
import { listen } from './helpers/ports.ts'

const idsSchema = z.object({ data: z.array(z.object({ id: z.string() })) })
const accountsSchema = z.object({ data: z.array(z.object({ id: z.string(), provider: z.string() })) })

const { folder, launch, launchProgram, serve } = openProcesses(t)
const main = join(root, 'src/main.ts')

const vendor = await startVmmanager({ behavior: { actionMs: 500 } })
t.teardown(async () => { await vendor.close() })
const vm6 = { provider: 'vmmanager', ...vendor.settings.vm6 }
/** For what has to end in good order, however busy the machine is. */
const patient = { accounts: { vm6 }, log: { level: 'silent' }, shutdown_grace_ms: 100_000 }

/** It has heard that it is to stop: a new request is not served any more. */
const isStopping = async ({ base }: Process): Promise<boolean> => await fetch(`${base}/health/live`).then(({ ok }) => !ok, () => true)

t.test('the built server starts, serves, logs one line for each request without secrets, and stops on SIGTERM', async t => {
  const gateway = await serve({ accounts: { vm6 } })
  t.equal((await fetch(`${gateway.base}/v1/vm6/servers?limit=5&name=SECRETNAME`)).status, 200)
  await fetch(`${gateway.base}/v1/vm6/servers?limit=5`, { headers: { authorization: 'Bearer SECRETKEY', 'x-api-key': 'SECRETKEY' } })
  gateway.child.kill('SIGTERM')
  t.equal(await gateway.ended(), 0)
  const lines = gateway.output().trim().split('\n').map(line => JSON.parse(line))
  t.equal(lines.filter(line => line.msg === 'request' && line.route === '/v1/:account/servers').length, 2)
  t.ok(lines.some(line => line.msg === 'request' && line.upstream_calls === 2 && line.upstream_ms >= 0), 'with the sign-in and the list')
  t.same(lines.filter(line => line.msg === 'upstream call').map(({ endpoint, outcome }) => [endpoint, outcome]), [['public/token', 'ok']])
  t.equal(lines.at(-1)?.msg, 'shut down', 'the last line is written too')
  t.notOk(gateway.output().includes('SECRET'))
  t.notOk(gateway.output().includes(String(vendor.settings.vm6?.password)))
})

t.test('a request in flight at SIGTERM is answered, and no new one is taken', async t => {
  const gateway = await serve(patient)
  await fetch(`${gateway.base}/v1/vm6/servers?limit=1`)
  const hold = vendor.hold()
  const inFlight = fetch(`${gateway.base}/v1/vm6/servers?limit=2`)
  await hold.reached()
  gateway.child.kill('SIGTERM')
  await eventually(async () => await isStopping(gateway))
  hold.release()
  t.equal((await inFlight).status, 200)
  t.equal(await gateway.ended(), 0)
  await t.rejects(fetch(`${gateway.base}/health/live`))
})

t.test('SIGTERM ends a gateway under continuous load without cutting off a response', async t => {
  const gateway = await serve(patient)
  const cut: unknown[] = []
  let answered = 0
  const asking = Array.from({ length: 4 }, async () => {
    for (;;) {
      const answer = await fetch(`${gateway.base}/v1/vm6/servers?limit=1`, { signal: AbortSignal.timeout(90_000) }).catch(() => null)
      if (answer === null) return
      await answer.text().then(() => { answered += 1 }, (error: unknown) => { cut.push(error) })
    }
  })
  await eventually(() => answered >= 40)
  gateway.child.kill('SIGTERM')
  t.equal(await gateway.ended(), 0)
  await Promise.all(asking)
  t.same(cut, [])
})

t.test('after SIGTERM, writes of callers that have disconnected are completed before the gateway exits', async t => {
  const gateway = await serve(patient)
  const { data } = idsSchema.parse(await (await fetch(`${gateway.base}/v1/vm6/servers?status=running&limit=5`)).json())
  const leaving = new AbortController()
  const hold = vendor.hold({ match: ({ path }) => path.endsWith('/stop') })
  const before = vendor.calls.length
  const left = fetch(`${gateway.base}/v1/vm6/servers/${data[4]?.id ?? ''}/stop`, { method: 'POST', signal: leaving.signal }).catch(() => null)
  await hold.reached()
  leaving.abort()
  await left
  gateway.child.kill('SIGTERM')
  await eventually(async () => await isStopping(gateway))
  hold.release()
  t.equal(await gateway.ended(), 0)
  t.match(vendor.calls.slice(before).find(({ path }) => path.endsWith('/stop')), { status: 200 })
})

t.test('a wait in flight at SIGTERM is answered with the current state, and SIGHUP ends no wait', async t => {
  const gateway = await serve(patient)
  const { data } = idsSchema.parse(await (await fetch(`${gateway.base}/v1/vm6/servers?status=running&limit=2`)).json())
  vendor.behavior.actionMs = 600_000
  const before = vendor.calls.length
  const waiting = fetch(`${gateway.base}/v1/vm6/servers/${data[1]?.id ?? ''}/stop`, { method: 'POST', headers: { prefer: 'wait=300' } })
  await eventually(() => vendor.calls.slice(before).some(isFollowing))
  gateway.child.kill('SIGHUP')
  t.equal((await fetch(`${gateway.base}/health/live`)).status, 200)
  gateway.child.kill('SIGTERM')
  const answer = await waiting
  vendor.behavior.actionMs = 500
  t.equal(answer.status, 202)
  t.match(await answer.json(), { status: 'running' })
  t.equal(await gateway.ended(), 0)
})

t.test('a configuration that is not valid is refused with path and line, without values', async t => {
  const file = join(folder, 'bad.yaml')
  writeFileSync(file, 'auth: { mode: none }\nlisten:\n  prot: 1\naccounts:\n  vm6: { provider: vmmanager, url: https://vm.example.com, email: a@example.com, pasword: SECRET }\n')
  const bad = launch(main, { HAWSER_CONFIG: file })
  t.equal(await bad.ended(), 2)
  t.match(bad.output(), /listen\.prot \(line 3\): is not a known key/)
  t.match(bad.output(), /accounts\.vm6\.pasword \(line 5\): is not a known key/)
  t.notOk(bad.output().includes('SECRET'))
  const none = launch(main, {})
  t.equal(await none.ended(), 2)
  t.match(none.output(), /HAWSER_CONFIG/)
})

t.test('two replicas on one Redis sign in once, share operations, and continue without Redis', async t => {
  const redis = await openRedis()
  const reference = ['$', '{HAWSER_SECRET}'].join('')
  t.teardown(async () => { await redis.stop() })
  const config = { redis: { url: redis.url }, secret: reference, accounts: { vm6 }, log: { level: 'silent' } }
  const env = { HAWSER_SECRET: 'a secret of the tests, long enough' }
  const [one, two] = await Promise.all([serve(config, env), serve(config, env)])
  const before = vendor.logins
  const answers = await Promise.all(Array.from({ length: 20 }, async (_, index) => await fetch(`${index % 2 === 0 ? one.base : two.base}/v1/vm6/servers?limit=${index + 1}`)))
  t.ok(answers.every(answer => answer.status === 200))
  t.equal(vendor.logins - before, 1)

  const { data } = idsSchema.parse(await (await fetch(`${one.base}/v1/vm6/servers?status=running&limit=1`)).json())
  const accepted = await fetch(`${one.base}/v1/vm6/servers/${data[0]?.id ?? ''}/stop`, { method: 'POST' })
  t.equal(accepted.status, 202)
  const followed = await fetch(`${two.base}${accepted.headers.get('location') ?? ''}`, { headers: { prefer: 'wait=120' } })
  t.match(await followed.json(), { action: 'stop', status: 'succeeded' })

  // A Redis that is not our own is left alone.
  if (process.env.REDIS_URL === undefined) await redis.kill()
  if (process.env.REDIS_URL === undefined) await eventually(async () => (await (await fetch(`${one.base}/health/ready`)).text()).includes('degraded'), one.output)
  t.equal((await fetch(`${one.base}/health/ready`)).status, 200)
  t.equal((await fetch(`${one.base}/v1/vm6/servers?limit=1`)).status, 200)
  t.equal((await fetch(`${two.base}/v1/vm6/servers?limit=1`)).status, 200)
  for (const { child, ended } of [one, two]) { child.kill('SIGTERM'); t.equal(await ended(), 0) }
})

t.test('a gateway whose port is in use exits with a one-line message, before it polls a provider', async t => {
  const redis = await openRedis()
  t.teardown(async () => { await redis.stop() })
  const config = { redis: { url: redis.url }, secret: 'a secret of the tests, long enough', accounts: { vm6 }, log: { level: 'silent' } }
  vendor.behavior.actionMs = 600_000
  const one = await serve(config)
  const { data } = idsSchema.parse(await (await fetch(`${one.base}/v1/vm6/servers?status=running&limit=1`)).json())
  t.equal((await fetch(`${one.base}/v1/vm6/servers/${data[0]?.id ?? ''}/stop`, { method: 'POST' })).status, 202)
  one.child.kill('SIGKILL')
  await one.ended()
  vendor.behavior.actionMs = 500

  const port = await listen(t, createServer())
  const before = vendor.calls.length
  const file = join(folder, 'taken.json')
  writeFileSync(file, JSON.stringify({ ...config, listen: { port }, auth: { mode: 'none' } }))
  const two = launch(main, { HAWSER_CONFIG: file })
  t.equal(await two.ended(), 1)
  t.equal(two.output(), `cannot listen on 127.0.0.1:${port}: the port is in use\n`)
  t.same(vendor.calls.slice(before).map(({ path }) => path), [])
})

t.test('the demo starts, its printed commands work, a stopped server is shown as stopped, and nothing is left behind', async t => {
  const demo = await onFreePort(async port => {
    const started = launch(join(root, 'sandbox/demo.ts'), { HAWSER_DEMO_PORT: String(port) }, `http://127.0.0.1:${port}`)
    await eventually(() => started.child.exitCode !== null || started.output().includes('Stop with Ctrl-C'), started.output)
    return started
  })
  const { base } = demo
  t.match(demo.output(), `Swagger UI: ${base}/docs`)
  t.notMatch(demo.output(), /problem \d/)
  const lines = [...demo.output().matchAll(/curl -s (-X POST )?(?:-H '[^']+' )?'([^']+)'/g)]
  t.ok(lines.length >= 5)
  for (const [line, post, url = ''] of lines) {
    const answer = await fetch(url, { method: post === undefined ? 'GET' : 'POST', headers: { prefer: 'wait=120' } })
    t.ok(answer.ok, `${line} gives ${answer.status}`)
    await answer.arrayBuffer()
  }
  const [, key = '', url = '', body = ''] = /-H 'Idempotency-Key: (\w+)' .*?'(http[^']+)' \\\n\s+-d '([^']+)'/.exec(demo.output()) ?? []
  const headers = { 'idempotency-key': key, 'content-type': 'application/json', prefer: 'wait=120' }
  const [bought, again] = [await fetch(url, { method: 'POST', headers, body }), await fetch(url, { method: 'POST', headers, body })]
  const created = operationSchema.parse(await bought.json())
  t.match(created, { action: 'create', status: 'succeeded' })
  t.equal(again.headers.get('idempotency-replayed'), 'true')
  t.same(await again.json(), created)
  t.match(await (await fetch(`${base}/v1/${created.account}/operations/${created.id}/events`)).text(), /event: operation\ndata: .*"status":"succeeded"/)
  const plan = await (await fetch(`${base}/v1/${created.account}/servers/${created.server_id ?? ''}?dry_run=true`, { method: 'DELETE' })).json()
  t.match(plan, { calls: [{ method: 'POST', url: /server\/destroy$/ }] })
  const accounts = accountsSchema.parse(await (await fetch(`${base}/v1/accounts`)).json())
  t.same(new Set(accounts.data.map(({ provider }) => provider)), new Set(loaders.keys()))
  t.equal(accounts.data.length, loaders.size, 'one for each simulator: the fleet shows a server once')
  for (const { id } of accounts.data) t.equal((await fetch(`${base}/v1/${id}/servers?limit=3`)).status, 200, id)
  t.equal((await fetch(`${base}/docs/`)).status, 200)
  // Forms of the documentation work as they are filled in.
  t.ok(accounts.data.some(({ id }) => id === accountParams.shape.account.meta()?.example), 'the documented account is there')
  const stopped = lines.find(([, post]) => post !== undefined)?.[2]?.replace(/\/stop$/, '') ?? ''
  t.match(await (await fetch(stopped)).json(), { status: 'stopped', power: 'off' })
  demo.child.kill('SIGINT')
  t.equal(await demo.ended(), 0)
  await t.rejects(fetch(`${base}/health/live`), 'the gateway is gone too')
})

t.test('a demo whose port is in use reports it and exits', async t => {
  const port = await listen(t, createServer(socket => { socket.destroy() }))
  const demo = launch(join(root, 'sandbox/demo.ts'), { HAWSER_DEMO_PORT: String(port) })
  t.not(await demo.ended(), 0)
  t.match(demo.output(), /is in use; set HAWSER_DEMO_PORT/)
})

t.test('SIGTERM to npm run demo ends the gateway and the simulators too', async t => {
  const demo = await onFreePort(async port => {
    const started = launchProgram('npm', ['run', 'demo'], { HAWSER_DEMO_PORT: String(port), HOME: folder }, `http://127.0.0.1:${port}`)
    await eventually(() => started.child.exitCode !== null || started.output().includes('Stop with Ctrl-C'), started.output)
    return started
  })
  demo.child.kill('SIGTERM')
  await demo.ended()
  await t.rejects(fetch(`${demo.base}/health/live`), 'npm waits for the gateway to end')
})
