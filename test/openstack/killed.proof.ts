import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { isOperation, isProblem } from '../helpers/api.ts'
import { eventually } from '../helpers/clock.ts'
import { openReal, type RealBench } from './gateway.ts'

/** Only a process that the cloud has started for this proof. */
function kill ({ cloud: { folder } }: RealBench, service: string): void {
  process.kill(Number(readFileSync(join(folder, `${service}.pid`), 'utf8')), 'SIGKILL')
}

const works = async ({ ask }: RealBench, path: string): Promise<void> => { await eventually(async () => (await ask('GET', path)).statusCode === 200) }

t.test('while a service is down, what needs it is unavailable, the rest goes on, and all is well again after its start', async t => {
  const bench = await openReal(t)
  await works(bench, '/images')
  kill(bench, 'glance')
  isProblem(t, await bench.ask('GET', '/images'), 502, 'upstream-unreachable')
  t.equal((await bench.ask('GET', '/servers')).statusCode, 200)
  await works(bench, '/images')
})

t.test('a create whose cloud dies half-way ends as failed, and its key buys nothing more', async t => {
  const bench = await openReal(t)
  const { ask, askCloud, order, real } = bench
  real.pace(3)
  const keyed = { body: { ...order, name: 'cut-short' }, headers: { 'idempotency-key': `cut ${Date.now()}` } }
  const operation = isOperation(t, await ask('POST', '/servers', keyed), 202, 'create')
  await eventually(async () => JSON.stringify(await askCloud('GET', `/compute/v2.1/servers/${operation.server_id}`)).includes('"spawning"'))
  kill(bench, 'nova')
  const lost = await ask('GET', `/servers/${operation.server_id}`)
  t.ok(lost.statusCode === 502 || lost.statusCode === 503, `it is not said to be missing: ${lost.body.slice(0, 200)}`)
  real.pace(0.1)
  await works(bench, '/servers')
  await eventually(async () => (await ask('GET', `/operations/${operation.id}`)).json().status !== 'running')
  t.match((await ask('GET', `/operations/${operation.id}`)).json(), { status: 'failed', error: /ERROR/ })
  const again = await ask('POST', '/servers', keyed)
  t.match(again.headers, { 'idempotency-replayed': 'true' })
  t.equal(real.created, 1)
})
