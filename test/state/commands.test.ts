import { existsSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { runCli } from '../../src/cli.ts'
import type { IdempotencyRecord } from '../../src/state/idempotency-store.ts'
import { idPrefixAt } from '../../src/state/operation-store.ts'
import { openFile, openFolder, secret } from '../helpers/stores.ts'
import { record } from '../operations/records.ts'

const keyRecord: IdempotencyRecord = { fingerprint: 'f', owner: 'o', openUntil: 1, operationId: null, answer: null }
const keyed = (key: string) => ({ key, record: keyRecord, isCreate: true })
const hour = 3600_000

/** A folder with a configuration, a state file in use, and the commands. */
async function open (t: Test) {
  const folder = openFolder(t)
  const file = join(folder, 'state.db')
  const configuration = join(folder, 'hawser.yaml')
  const configure = (more: object): void => { writeFileSync(configuration, stringify({ auth: { mode: 'none' }, ...more })) }
  configure({ state: { file }, secret })
  const gateway = openFile(file)
  let isOpen = true
  const close = (): void => { if (isOpen) gateway.close(); isOpen = false }
  t.teardown(async () => { close() })
  const at = Date.now() - 3 * hour
  await gateway.stores.operations.put(record('stop', { startedAt: at, operation: { id: `${idPrefixAt(at)}1` } }))
  await gateway.stores.operations.put(record('stop', { startedAt: at, operation: { id: `${idPrefixAt(at)}2`, status: 'succeeded' } }))
  await gateway.stores.idempotency.reserve('a', keyed('k'))
  return {
    folder,
    file,
    configure,
    close,
    stores: gateway.stores,
    run: async (...words: readonly string[]) => {
      let [out, err] = ['', '']
      const code = await runCli(words, { environment: { HAWSER_CONFIG: configuration }, print: text => { out += text }, printError: text => { err += text } })
      return { code, out, err }
    }
  }
}

t.test('state check verifies the file of a running gateway, and prints what it holds', async t => {
  const { run, configure, file, close } = await open(t)
  const { code, out } = await run('state', 'check')
  t.equal(code, 0)
  t.match(out, new RegExp([
    '^file +\\S+state\\.db', 'integrity +ok', 'schema +1', 'size +\\d+ KiB, \\d+ KiB of it free', `last opened by +process ${process.pid} on .*`,
    'operations +2, 1 not ended, oldest 0 min', 'idempotency keys +1, oldest 0 min', 'tokens +0'
  ].join('\n')))
  configure({ state: { file }, secret: 'another secret of thirty-two characters' })
  const foreign = await run('state', 'check')
  t.equal(foreign.code, 1)
  t.match(foreign.out, /operations +2.*2 unreadable: damaged, or sealed under another secret\nidempotency keys +1.*1 unreadable/)
  configure({ state: { file }, secret })
  close()
  truncateSync(file, 8 * 4096)
  const damaged = await run('state', 'check')
  t.equal(damaged.code, 1)
  t.match(`${damaged.out}${damaged.err}`, /damaged|malformed|integrity +(?!ok)/)
  truncateSync(file, 0)
  t.match(await run('state', 'check'), { code: 1, err: /is empty/ })
})

t.test('the commands need a state file in the configuration, and one that exists', async t => {
  const { run, configure, folder } = await open(t)
  configure({})
  t.match(await run('state', 'check'), { code: 2, err: /has no state\.file/ })
  configure({ state: { file: join(folder, 'none.db') }, secret })
  for (const words of [['check'], ['backup', join(folder, 'copy.db')], ['acknowledge', 'a']]) t.match(await run('state', ...words), { code: 1, err: /there is no file/ })
  t.notOk(existsSync(join(folder, 'copy.db')))
})

t.test('state backup copies the file of a running gateway, for its owner alone, and overwrites nothing', async t => {
  const { run, folder, stores } = await open(t)
  const copy = join(folder, 'copy.db')
  t.match(await run('state', 'backup', copy), { code: 0, out: `${copy}\n` })
  t.equal(statSync(copy).mode & 0o777, 0o600)
  const first = readFileSync(copy)
  t.match(await run('state', 'backup', copy), { code: 1, err: /exists already/ })
  t.ok(readFileSync(copy).equals(first))
  t.same(readdirSync(folder).filter(name => name.startsWith('copy')), ['copy.db'], 'nothing is left beside it')
  t.match(await run('state', 'backup', join(folder, 'none', 'copy.db')), { code: 1, err: /ENOENT/ })
  t.match(await stores.idempotency.reserve('a', keyed('k')), { kind: 'known' }, 'the gateway goes on')
})

t.test('a backup that is put back refuses creates with a key until an operator acknowledges it, for each account', async t => {
  const { run, folder, configure, stores, close } = await open(t)
  const copy = join(folder, 'copy.db')
  await run('state', 'backup', copy)
  await stores.idempotency.reserve('a', keyed('later'))
  close()
  configure({ state: { file: copy }, secret })
  t.match((await run('state', 'check')).out, /copied at +2\d{3}-/)

  const restored = openFile(copy, { accounts: ['idle'] })
  t.teardown(async () => { restored.close() })
  const reserve = async (account: string, isCreate = true): Promise<string> => (await restored.stores.idempotency.reserve(account, { ...keyed('later'), isCreate })).kind
  t.same([await reserve('a'), await reserve('idle'), await reserve('a', false)], ['flushed', 'flushed', 'new'])
  t.match((await run('state', 'check')).out, /keys lost +a: .*hawser state acknowledge a\nkeys lost +idle: /)
  t.match(await run('state', 'acknowledge', 'a'), { code: 0, out: /accepted again for a/ })
  t.same([await reserve('a'), await reserve('idle')], ['known', 'flushed'])
  t.match(await run('state', 'acknowledge', 'a'), { code: 1, err: /no keys of a are marked as lost/ })
})

t.test('check reports whether serve could use the state file', async t => {
  const { run, configure, file, folder, close } = await open(t)
  t.match(await run('check'), { code: 0, out: /state +- +ok/ })
  configure({ state: { file: join(folder, 'new.db') }, secret })
  t.match(await run('check'), { code: 0, out: /state +- +ok/ })
  t.notOk(existsSync(join(folder, 'new.db')))
  configure({ state: { file: join(folder, 'none', 'new.db') }, secret })
  t.match(await run('check'), { code: 1, out: /state +- +failed +ENOENT/ })
  close()
  writeFileSync(file, 'not a database, but text that is long enough to be read as a page\n'.repeat(100))
  configure({ state: { file }, secret })
  t.match(await run('check'), { code: 1, out: /state +- +failed +it is not a state file/ })
})

t.test('each command names a file that is damaged or not a state file, with the reason, and leaves no copy', async t => {
  const { run, configure, file, folder, close } = await open(t)
  close()
  const sound = readFileSync(file)
  writeFileSync(file, Buffer.concat([sound.subarray(0, 8192), Buffer.alloc(4096, 7), sound.subarray(12_288)]))
  t.match(await run('state', 'check'), { code: 1, out: /^integrity +\w.*page/m })
  truncateSync(file, 5 * 4096)
  const copy = join(folder, 'copy.db')
  for (const words of [['backup', copy], ['check']]) t.match(await run('state', ...words), { code: 1, out: '', err: `${file}: it is damaged\n` })
  configure({ state: { file: folder }, secret })
  for (const words of [['backup', copy], ['check']]) t.match(await run('state', ...words), { code: 1, out: '', err: new RegExp(`^${folder}: .`) })
  t.same(readdirSync(folder).filter(name => name.startsWith('copy')), [])
})
