import { join } from 'node:path'
import { z } from 'zod'
import t from 'tap'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { askOf, isProblem } from '../helpers/api.ts'
import { eventually } from '../helpers/clock.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { openFile, openFolder } from '../helpers/stores.ts'

const vendor = await startGlesys({ behavior: { actionMs: 100 } })
t.teardown(async () => { await vendor.close() })

const order = { name: 'web-9', region: 'Falkenberg', cpus: 2, memory_mib: 2048, disk_gib: 50, image: 'debian-12', password: 'Example-Pass-1' }
const idSchema = z.looseObject({ id: z.string() })

t.test('a gateway whose state file rejects writes refuses keyed creates, continues with the rest, and stores it later', async t => {
  const { stores, database, status, close: closeFile } = openFile(join(openFolder(t), 'state.db'))
  const lab = { provider: 'glesys', ...vendor.settings['glesys-lab'] }
  const { app, close } = await composeGateway({ accounts: { lab, few: { ...lab, guard: { max_deletes_per_hour: 5 } } }, stores, state: status })
  t.teardown(async () => { await close(); closeFile() })
  const ask = askOf(app, 'lab')
  const create = async (key: string | null) => await ask('POST', '/servers', { body: order, headers: key === null ? {} : { 'idempotency-key': key } })
  t.equal((await create('before')).statusCode, 202)
  t.same((await app.inject('/health/ready')).json(), { status: 'ok', redis: null, state: 'ok' })

  database.exec('PRAGMA query_only = ON')
  const refused = await create('during')
  isProblem(t, refused, 503, 'idempotency-unavailable')
  t.match(refused.json(), { retryable: 'safe', side_effect: 'none' })
  t.ok(refused.headers['retry-after'])
  t.equal(vendor.created, 1, 'nothing was sent')
  t.match((await app.inject('/health/ready')).json(), { status: 'degraded', state: 'lost' })
  t.equal((await create('before')).headers['idempotency-replayed'], 'true', 'a stored answer is still replayed')
  t.equal((await ask('GET', '/servers')).statusCode, 200)
  isProblem(t, await askOf(app, 'few')('DELETE', '/servers/kvm123456'), 429, 'rate-limited')
  const stop = await ask('POST', '/servers/kvm123456/stop', { headers: { prefer: 'wait=20' } })
  t.match(stop.json(), { action: 'stop', status: 'succeeded' }, 'a write without a key is done and followed')

  database.exec('PRAGMA query_only = OFF')
  const { id } = idSchema.parse(stop.json())
  const isStored = database.query('SELECT 1 FROM operations WHERE id = ?')
  await eventually(async () => status.isAvailable() && (await stores.operations.pending('lab')).length >= 0 && isStored.one(id) !== undefined)
  t.equal((await create('during')).statusCode, 202)
  t.match((await app.inject('/health/ready')).json(), { status: 'ok', state: 'ok' })
})
