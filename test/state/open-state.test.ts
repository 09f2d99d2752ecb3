import { join } from 'node:path'
import { pino } from 'pino'
import t from 'tap'
import { stringify } from 'yaml'
import { parseConfig } from '../../src/config/load.ts'
import { systemClock } from '../../src/domain/clock.ts'
import { openState, type State } from '../../src/state/open-state.ts'
import { openFolder, secret } from '../helpers/stores.ts'
import { record } from '../operations/records.ts'

/** Opens the state of this configuration; the lines of the log are returned with it. */
async function open (more: object): Promise<State & { readonly lines: unknown[] }> {
  const lines: unknown[] = []
  const logger = pino({}, { write: text => { lines.push(JSON.parse(text)) } })
  return { ...await openState(parseConfig(stringify({ auth: { mode: 'none' }, ...more }), new Map(), {}), systemClock, logger), lines }
}

t.test('the state is in memory, which is logged once, or in the configured file', async t => {
  const memory = await open({})
  t.match(memory.lines, [{ level: 40, msg: /kept in memory and lost when this process ends/ }])
  t.same([memory.isFileThere, memory.isRedisThere, memory.redis], [null, null, null])
  memory.close()
  const file = await open({ state: { file: join(openFolder(t), 'state.db') }, secret })
  t.match(file.lines, [{ level: 30, msg: 'the state file was created' }])
  t.equal(file.isFileThere?.(), true)
  file.close()
})

t.test('open operations that no configured secret opens are logged, because nothing follows them', async t => {
  const file = join(openFolder(t), 'state.db')
  const first = await open({ state: { file }, secret })
  await first.stores.operations.open(record('stop', { startedAt: Date.now() }))
  first.close()
  const second = await open({ state: { file }, secret: 'another secret of thirty-two characters' })
  t.match(second.lines, [{ level: 50, operations: 1, msg: /cannot be read with the configured secret/ }])
  second.close()
  const third = await open({ state: { file }, secret: ['another secret of thirty-two characters', secret] })
  t.same(third.lines, [])
  third.close()
})
