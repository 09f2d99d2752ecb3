import { join } from 'node:path'
import { pino } from 'pino'
import t from 'tap'
import { stringify } from 'yaml'
import { parseConfig } from '../../src/config/load.ts'
import { systemClock } from '../../src/domain/clock.ts'
import type { IdempotencyRecord } from '../../src/state/idempotency-store.ts'
import { openState, type State } from '../../src/state/open-state.ts'
import { acknowledgeLoss } from '../../src/state/sqlite/maintenance.ts'
import { openFolder, secret } from '../helpers/stores.ts'
import { record } from '../operations/records.ts'

const keyRecord: IdempotencyRecord = { fingerprint: 'f', owner: 'o', openUntil: 1, operationId: null, answer: null }

/** Opens the state of this configuration; the lines of the log are returned with it. */
async function open (more: object): Promise<State & { readonly lines: unknown[] }> {
  const lines: unknown[] = []
  const logger = pino({}, { write: text => { lines.push(JSON.parse(text)) } })
  return { ...await openState(parseConfig(stringify({ auth: { mode: 'none' }, ...more }), new Map(), {}), systemClock, logger), lines }
}

t.test('the state is in memory, which is logged once, or in the configured file', async t => {
  const memory = await open({})
  t.match(memory.lines, [{ level: 40, msg: /kept in memory and lost when this process ends/ }])
  t.same([memory.status, memory.redis], [null, null])
  memory.close()
  const file = await open({ state: { file: join(openFolder(t), 'state.db') }, secret })
  t.match(file.lines, [{ level: 30, msg: 'the state file was created' }])
  t.same([file.status?.kind, file.status?.isAvailable()], ['file', true])
  file.close()
})

t.test('open operations that no configured secret opens are logged, because nothing follows them', async t => {
  const file = join(openFolder(t), 'state.db')
  const first = await open({ state: { file }, secret })
  await first.stores.operations.put(record('stop', { startedAt: Date.now() }))
  first.close()
  const second = await open({ state: { file }, secret: 'another secret of thirty-two characters' })
  t.match(second.lines, [{ level: 50, operations: 1, msg: /cannot be read with the configured secret/ }])
  second.close()
  const third = await open({ state: { file }, secret: ['another secret of thirty-two characters', secret] })
  t.same(third.lines, [])
  third.close()
})

t.test('keys that no configured secret opens count as lost, so that none of them buys twice, until an operator acknowledges it', async t => {
  const file = join(openFolder(t), 'state.db')
  const other = 'another secret of thirty-two characters'
  const reserve = async ({ stores }: State, account: string, key: string) => (await stores.idempotency.reserve(account, { key, record: keyRecord, isCreate: true })).kind
  const first = await open({ state: { file }, secret })
  t.equal(await reserve(first, 'a', 'k'), 'new')
  first.close()
  const both = await open({ state: { file }, secret: [other, secret] })
  t.same([await reserve(both, 'b', 'k'), both.lines], ['new', []])
  both.close()
  const second = await open({ state: { file }, secret: other })
  t.match(second.lines, [{ level: 50, accounts: ['a'], msg: /cannot be read with the configured secret/ }])
  // The name of a key is derived from the secret: this one may be the first.
  t.same([await reserve(second, 'a', 'name under the other secret'), await reserve(second, 'b', 'new')], ['flushed', 'new'])
  t.equal(acknowledgeLoss(file, [other], 'a'), true)
  t.equal(await reserve(second, 'a', 'name under the other secret'), 'new')
  second.close()
  const third = await open({ state: { file }, secret: other })
  t.same([third.lines, await reserve(third, 'a', 'next')], [[], 'new'], 'what was acknowledged is not lost again')
  third.close()
})
