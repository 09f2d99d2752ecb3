import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import t from 'tap'
import { z } from 'zod'
import { operationSchema, type Operation } from '../src/domain/operation.ts'
import { startGlesys } from '../sandbox/glesys/simulator.ts'
import { eventually } from './helpers/clock.ts'
import { openProcesses, type Process } from './helpers/process.ts'
import { openRedis } from './helpers/redis.ts'

const vendor = await startGlesys({ behavior: { createMs: 500, actionMs: 500 } })
const redis = await openRedis()
t.teardown(async () => { await vendor.close() })
t.teardown(async () => { await redis.stop() })
const { serve } = openProcesses(t)

const listSchema = z.object({ data: z.array(operationSchema) })
const order = JSON.stringify({ name: 'web-9', region: 'Falkenberg', cpus: 2, memory_mib: 2048, disk_gib: 50, image: 'debian-12', password: 'Example-Pass-1' })

/** The same gateway again and again: one Redis, one account. */
function openGateway () {
  const account = `acc-${randomUUID()}`
  const config = {
    redis: { url: redis.url },
    secret: 'a secret of at least thirty-two characters',
    log: { level: 'silent' },
    accounts: { [account]: { provider: 'glesys', ...vendor.settings['glesys-lab'] } }
  }
  const at = (gateway: Process, path: string): string => `${gateway.base}/v1/${account}${path}`
  return {
    start: async () => await serve(config),
    create: async (gateway: Process, key: string) => await fetch(at(gateway, '/servers'), {
      method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': key }, body: order
    }),
    stop: async (gateway: Process, id: string) => await fetch(at(gateway, `/servers/${id}/stop`), { method: 'POST' }),
    operations: async (gateway: Process): Promise<Operation[]> => listSchema.parse(await (await fetch(at(gateway, '/operations'))).json()).data,
    waitFor: async (gateway: Process, id: string): Promise<Operation> =>
      operationSchema.parse(await (await fetch(at(gateway, `/operations/${id}`), { headers: { prefer: 'wait=120' } })).json())
  }
}

/** Who is dead counts as alive until the test says otherwise: the beat ends by itself, sooner or later than a busy machine has started the next one. */
async function keepAlive (): Promise<() => Promise<void>> {
  const connection = await redis.connect()
  const beats = await connection.keys('hawser:replica:*')
  for (const beat of beats) await connection.pexpire(beat, 300_000)
  return async () => {
    for (const beat of beats) if (await connection.pttl(beat) > 60_000) await connection.del(beat)
  }
}

const killed = async (gateway: Process): Promise<void> => {
  const exit = once(gateway.child, 'exit')
  gateway.child.kill('SIGKILL')
  await exit
}

t.test('a gateway that is killed during a create loses nothing: the server is found, the operation ends, the key buys no second one', async t => {
  const { start, create, operations, waitFor } = openGateway()
  const before = vendor.created
  const first = await start()
  // The vendor does its work, and its answer never comes.
  vendor.fail({ kind: 'hang-after', match: ({ path }) => path.includes('server/create'), times: 1 })
  const lost = create(first, 'one').then(() => 'answered', () => 'lost')
  await eventually(() => vendor.created === before + 1, first.output)
  await killed(first)
  t.equal(await lost, 'lost')
  const die = await keepAlive()

  const second = await start()
  const [operation] = await operations(second)
  t.match(operation, { action: 'create', server_id: null, finished_at: null })
  t.equal((await create(second, 'one')).status, 409, 'the first request may still be under way')
  await die()
  const ended = await waitFor(second, operation?.id ?? '')
  t.match(ended, { status: 'succeeded', server_id: String, note: /matches the create request/ })
  const again = await create(second, 'one')
  t.equal(again.status, 202)
  t.equal(again.headers.get('idempotency-replayed'), 'true')
  t.match(await again.json(), { id: ended.id, server_id: ended.server_id })
  t.equal(vendor.created, before + 1, 'one key, one server')
  await killed(second)
})

t.test('an operation of a killed gateway is followed by the next process', async t => {
  const { start, stop, waitFor } = openGateway()
  vendor.behavior.actionMs = 2500
  const first = await start()
  const accepted = operationSchema.parse(await (await stop(first, 'kvm123456')).json())
  await killed(first)
  const second = await start()
  t.match(await waitFor(second, accepted.id), { status: 'succeeded', action: 'stop' })
  vendor.behavior.actionMs = 500
  second.child.kill('SIGTERM')
  t.equal(await second.ended(), 0)
})
