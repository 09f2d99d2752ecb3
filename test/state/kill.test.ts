import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { z } from 'zod'
import { operationSchema, type Operation } from '../../src/domain/operation.ts'
import { startFleio } from '../../sandbox/fleio/simulator.ts'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { eventually } from '../helpers/clock.ts'
import { openProcesses, type Process } from '../helpers/process.ts'
import { secret } from '../helpers/stores.ts'

const glesys = await startGlesys({ behavior: { createMs: 500, actionMs: 500 } })
const fleio = await startFleio({ behavior: { actionMs: 500 } })
t.teardown(async () => { await glesys.close(); await fleio.close() })
const { serve, folder } = openProcesses(t)

const config = {
  state: { file: join(folder, 'state.db') },
  secret,
  log: { level: 'warn' },
  accounts: {
    lab: { provider: 'glesys', ...glesys.settings['glesys-lab'] },
    staff: { provider: 'fleio', ...fleio.settings['fleio-staff'] }
  }
}
const fleioServer = 'a623787b-d529-4681-9c51-6abcf3b5a4d8'
const smallPlan = 'f1a40001-0000-4000-8000-000000000001'
const order = (name: string) => ({ name, region: 'Falkenberg', cpus: 2, memory_mib: 2048, disk_gib: 50, image: 'debian-12', password: 'Example-Pass-1' })

const listSchema = z.object({ data: z.array(operationSchema) })

interface Write {
  readonly method: 'POST' | 'DELETE'
  readonly path: string
  readonly key: string
  readonly body?: unknown
}

const create = (name: string): Write => ({ method: 'POST', path: 'lab/servers', key: name, body: order(name) })
const remove: Write = { method: 'DELETE', path: 'lab/servers/kvm123456', key: 'delete' }
const resize: Write = { method: 'POST', path: `staff/servers/${fleioServer}/resize`, key: 'resize', body: { plan: smallPlan } }

const send = async ({ base }: Process, { method, path, key, body }: Write, wait = 0): Promise<Response> => await fetch(`${base}/v1/${path}`, {
  method,
  headers: { 'idempotency-key': key, ...(wait > 0 ? { prefer: `wait=${wait}` } : {}), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
  ...(body === undefined ? {} : { body: JSON.stringify(body) })
})
const operations = async ({ base }: Process, account: string): Promise<Operation[]> => listSchema.parse(await (await fetch(`${base}/v1/${account}/operations`)).json()).data
const callsOf = (vendor: { readonly calls: ReadonlyArray<{ readonly method: string, readonly path: string }> }, path: string): number =>
  vendor.calls.filter(call => call.method === 'POST' && call.path.includes(path)).length

async function killed (gateway: Process): Promise<void> {
  const exit = once(gateway.child, 'exit')
  gateway.child.kill('SIGKILL')
  await exit
}

t.test('a gateway with a state file that is killed loses nothing: what is sent again is done once, and every operation ends truthfully', async t => {
  const first = await serve(config)
  // The vendors do their work, and their answers never come.
  glesys.fail({ kind: 'hang-after', match: ({ path, body }) => path.includes('server/create') && body.includes('lost-answer'), times: 1 })
  glesys.fail({ kind: 'hang-after', match: ({ path }) => path.includes('server/destroy'), times: 1 })
  // One create is killed before its first call to the vendor has an answer.
  const accepted = await send(first, create('accepted'))
  const resized = await send(first, resize)
  t.same([accepted.status, resized.status], [202, 202])
  const lost = [create('lost-answer'), remove].map(async write => await send(first, write).then(() => 'answered', () => 'lost'))
  await eventually(() => glesys.created === 2 && callsOf(glesys, 'server/destroy') === 1, first.output)
  const held = glesys.hold({ match: ({ path }) => path.includes('server/list'), times: 1 })
  const early = send(first, create('early')).then(() => 'answered', () => 'lost')
  await held.reached()
  await killed(first)
  held.release()
  t.same(await Promise.all([...lost, early]), ['lost', 'lost', 'lost'])

  const second = await serve(config)
  const left = await operations(second, 'lab')
  t.equal(left.length, 3, 'the create that had sent nothing is no operation')
  const again = await Promise.all([create('accepted'), create('lost-answer'), create('early'), remove, resize].map(async write => await send(second, write, 60)))
  t.same(again.map(({ status }) => status), [200, 200, 200, 200, 200])
  const ended = await Promise.all(again.map(async answer => operationSchema.parse(await answer.json())))
  t.same(ended.map(({ action, status }) => `${action} ${status}`), ['create succeeded', 'create succeeded', 'create succeeded', 'delete succeeded', 'resize succeeded'])
  t.equal(operationSchema.parse(await accepted.json()).id, ended[0]?.id, 'an accepted operation is the same one')
  t.match(ended[1], { server_id: String, note: /matches the create request/ })
  t.equal(new Set(ended.slice(0, 3).map(({ server_id: id }) => id)).size, 3)
  t.equal(glesys.created, 3, 'one key, one server')
  t.same([callsOf(glesys, 'server/destroy'), callsOf(fleio, '/resize'), callsOf(fleio, '/confirm_resize')], [1, 1, 1])
  t.equal((await operations(second, 'lab')).length, 4)
  t.notMatch(second.output(), /"level":[56]0/)
  await killed(second)
})

t.test('a step whose answer is lost in a crash is not sent again, and its result is judged by what the server shows', async t => {
  fleio.fail({ kind: 'hang-after', match: ({ path }) => path.includes('/confirm_resize'), times: 1 })
  const before = callsOf(fleio, '/confirm_resize')
  const first = await serve(config)
  const back: Write = { ...resize, key: 'resize-back', body: { plan: 'f1a40001-0000-4000-8000-000000000002' } }
  t.equal((await send(first, back)).status, 202)
  await eventually(() => callsOf(fleio, '/confirm_resize') === before + 1, first.output)
  await killed(first)
  const second = await serve(config)
  const again = await send(second, back, 60)
  t.match(await again.json(), { action: 'resize', status: 'succeeded', note: /answer to a step was lost/ })
  t.equal(callsOf(fleio, '/confirm_resize'), before + 1)
  second.child.kill('SIGTERM')
  t.equal(await second.ended(), 0)
})

t.test('a gateway without a state file or Redis warns once at start which state ends with the process', async t => {
  const { state, secret: sealing, ...rest } = config
  const gateway = await serve(rest)
  t.equal(gateway.output().split('are kept in memory and lost when this process ends').length, 2)
  t.notMatch((await serve({ ...config, state: { file: join(folder, 'another.db') } })).output(), /kept in memory/)
  await killed(gateway)
})

t.test('a second gateway on the same file ends with code 1 and names the first', async t => {
  const first = await serve(config)
  await t.rejects(serve(config), { message: new RegExp(`state\\.db cannot be used: it is in use by process ${first.child.pid} on `) })
  t.equal((await fetch(`${first.base}/health/ready`)).status, 200)
  await killed(first)
})
