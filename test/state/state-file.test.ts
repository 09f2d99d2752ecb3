import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import type { Clock } from '../../src/domain/clock.ts'
import type { IdempotencyRecord } from '../../src/state/idempotency-store.ts'
import { idPrefixAt, keptForMs, type StoredOperation } from '../../src/state/operation-store.ts'
import { loadSqlite, openDatabase } from '../../src/state/sqlite/database.ts'
import { upgradeSchema } from '../../src/state/sqlite/schema.ts'
import { createManualClock } from '../helpers/clock.ts'
import { openFile, openFolder, type FileOptions, type OpenedFile } from '../helpers/stores.ts'
import { record } from '../operations/records.ts'

const keyRecord: IdempotencyRecord = { fingerprint: 'f', owner: 'o', openUntil: 1, operationId: null, answer: null }
const keyed = (key: string) => ({ key, record: keyRecord, isCreate: true })
const made = (number: number, at = Date.now()): StoredOperation =>
  record('stop', { startedAt: at, operation: { id: `${idPrefixAt(at)}${String(number).padStart(16, '0')}` } })

/** A state file with one operation and one key, closed. */
async function writtenIn (folder: string): Promise<{ readonly file: string, readonly stored: StoredOperation }> {
  const file = join(folder, 'state.db')
  const opened = openFile(file)
  const stored = made(1)
  await opened.stores.operations.put(stored)
  await opened.stores.idempotency.reserve('a', keyed('k'))
  opened.close()
  return { file, stored }
}

/** Opens a file for one test, which fails if the file is refused. */
function opened (t: Test, file: string, options: FileOptions = {}): OpenedFile {
  const one = openFile(file, options)
  t.teardown(async () => { one.close() })
  return one
}

/** The lines of a log. */
function openLog () {
  const lines: unknown[] = []
  return { lines, logger: pino({ level: 'debug' }, { write: text => { lines.push(JSON.parse(text)) } }) }
}

const refusal = (file: string, message: RegExp): [() => void, { name: string, message: RegExp }] =>
  [() => { openFile(file).close() }, { name: 'StateFileError', message }]

t.test('only the owner can read the file and what SQLite puts beside it', async t => {
  const folder = openFolder(t)
  const { file } = await writtenIn(folder)
  chmodSync(file, 0o644)
  const { stores } = opened(t, file)
  await stores.operations.put(made(2))
  const names = readdirSync(folder).sort()
  t.same(names, ['state.db', 'state.db-lock', 'state.db-shm', 'state.db-wal'])
  for (const name of names) t.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name)
})

t.test('a second process is refused and reports which process has the file', async t => {
  const file = join(openFolder(t), 'state.db')
  const first = openFile(file)
  t.throws(...refusal(file, new RegExp(`in use by process ${process.pid} on \\S+ since 2\\d{3}-`)))
  first.close()
  openFile(file).close()
})

t.test('a file that is not a sound state file is refused and left as it is', async t => {
  const folder = openFolder(t)
  const { file } = await writtenIn(folder)
  const sound = readFileSync(file)
  const variants: ReadonlyArray<readonly [string, () => void, RegExp]> = [
    ['text', () => { writeFileSync(file, 'accounts: {}\n'.repeat(1000)) }, /not a state file of Hawser/],
    ['empty', () => { truncateSync(file, 0) }, /is empty/],
    ['cut in half', () => { truncateSync(file, Math.floor(sound.length / 8192) * 4096) }, /is damaged/],
    ['with a lost page', () => { writeFileSync(file, Buffer.concat([sound.subarray(0, 8192), Buffer.alloc(4096, 7), sound.subarray(12_288)])) }, /is damaged/],
    ['of another program', () => {
      rmSync(file)
      const other = openDatabase({ file })
      other.exec('CREATE TABLE theirs (x)')
      other.close()
    }, /not a state file of Hawser/],
    ['of a newer gateway', () => {
      const newer = openDatabase({ file })
      newer.exec('PRAGMA user_version = 99')
      newer.close()
    }, /version 99 .* newer gateway/],
    ['a folder', () => { rmSync(file); mkdirSync(file) }, /is not a file/]
  ]
  for (const [name, spoil, message] of variants) {
    rmSync(file, { recursive: true })
    writeFileSync(file, sound)
    spoil()
    const spoilt = name === 'a folder' ? null : readFileSync(file)
    t.throws(...refusal(file, message))
    if (spoilt !== null) t.ok(readFileSync(file).equals(spoilt), `${name}: nothing was changed`)
  }
  rmSync(file, { recursive: true })
  writeFileSync(`${file}-wal`, 'changes of another file')
  t.throws(...refusal(file, /is missing, but .*-wal is there/))
  t.throws(...refusal(join(folder, 'none', 'state.db'), /no folder/))
})

t.test('an older file is upgraded in one transaction, and an upgrade that fails changes nothing', async t => {
  const { file } = await writtenIn(openFolder(t))
  const database = openDatabase({ file })
  t.teardown(async () => { database.close() })
  const present = database.query('PRAGMA user_version')
  const first = Array.from({ length: Number(present.one()?.user_version) }, () => '')
  t.throws(() => { upgradeSchema(database, [...first, 'CREATE TABLE more (x) STRICT', 'CREATE TABLE more (x INTEGER) STRICT']) })
  t.equal(present.one()?.user_version, first.length)
  t.throws(() => { database.query('SELECT * FROM more').all() })
  t.equal(upgradeSchema(database, [...first, 'CREATE TABLE more (x INTEGER) STRICT']), first.length)
  t.equal(present.one()?.user_version, first.length + 1)
  t.same(database.query('SELECT * FROM more').all(), [])
})

t.test('a full disk loses nothing: keyed writes are refused, others go on in memory, and all is stored when there is room', async t => {
  const folder = openFolder(t)
  const { file, stored } = await writtenIn(folder)
  const { lines, logger } = openLog()
  const clock = createManualClock(Date.now())
  const { stores, database, status } = opened(t, file, { logger, clock })
  await clock.run(1)
  const pages = Number(database.query('PRAGMA page_count').one()?.page_count)
  database.exec(`PRAGMA max_page_count = ${pages}`)
  const filling = Array.from({ length: 60 }, (_, index) => made(index + 2))
  const isKept: boolean[] = []
  for (const one of filling) isKept.push(await stores.operations.put(one))
  t.same([isKept.at(0), isKept.at(-1)], [true, false])
  t.equal(status.isAvailable(), false)
  await t.rejects(stores.idempotency.reserve('a', { ...keyed('new'), record: { ...keyRecord, answer: 'x'.repeat(5000) } }))
  const [lost = stored] = filling.slice(-1)
  t.equal((await stores.operations.list('a', null, 1000)).length, 61, 'all are listed')
  t.equal((await stores.operations.pending('a')).length, 61)
  await stores.operations.update(lost, current => ({ ...current, phase: 'ambiguous' }))
  t.match(await stores.operations.get('a', lost.operation.id), { phase: 'ambiguous', version: 2 })
  t.match(lines, [{ msg: 'the state file is unavailable', reason: 'the disk is full' }], 'it is logged once')

  database.exec('PRAGMA max_page_count = 1000000')
  await clock.run(1000)
  t.equal(status.isAvailable(), true)
  t.match(lines.at(-1), { msg: 'the state file is available' })
  t.equal((await stores.operations.pending('a')).length, 61)
  const kept = database.query('SELECT count(*) AS rows FROM operations').one()
  t.equal(kept?.rows, 61, 'nothing is in memory any more')
})

t.test('a file that cannot be written is refused at the start', async t => {
  const folder = openFolder(t)
  const { file } = await writtenIn(folder)
  chmodSync(file, 0o400)
  const me = process.geteuid?.() ?? 0
  // Root can write everything, so another user opens it.
  if (me === 0) chownSync(folder, 65_534, 65_534)
  for (const path of me === 0 ? [file, `${file}-lock`] : []) chownSync(path, 65_534, 65_534)
  if (me === 0) process.seteuid?.(65_534)
  try {
    t.throws(...refusal(file, /cannot be (written|opened)/))
  } finally {
    process.seteuid?.(me)
  }
})

t.test('a file that became read-only is lost for writes, and still read', async t => {
  const { file, stored } = await writtenIn(openFolder(t))
  const { stores, database, status } = opened(t, file)
  database.exec('PRAGMA query_only = ON')
  t.equal(await stores.operations.put(made(2)), false)
  t.equal(status.isAvailable(), false)
  t.same(await stores.operations.get('a', stored.operation.id), stored)
  await t.rejects(stores.idempotency.reserve('a', keyed('new')))
  t.match(await stores.idempotency.reserve('a', keyed('k')), { kind: 'known' }, 'a known key is still answered')
  await t.rejects(stores.deletes.take('a', 5), 'a quota that cannot be counted refuses')
  await t.rejects(stores.operations.claim('a', 'step:x:0', 'me'), 'a step could be sent twice')
  await t.rejects(stores.operations.updateForCertain(stored, current => ({ ...current, phase: 'sending' })))
  t.equal(await stores.tokenBuckets.take('b', { capacity: 1, perSecond: 0.01 }, 0), 0, 'limits are counted in memory')
  t.equal(await stores.tokenBuckets.take('b', { capacity: 1, perSecond: 0.01 }, 0), null)
  await stores.tokens.put('t', { value: 'v', expiresAt: null, idleMs: null, data: {}, renewAt: null }, 1000)
  t.equal(await stores.tokens.get('t'), null, 'a token that cannot be stored is not an error')
})

t.test('a file that is removed or replaced while it is open counts as lost: durable writes are refused', async t => {
  const folder = openFolder(t)
  const { file } = await writtenIn(folder)
  const { lines, logger } = openLog()
  const { stores, status } = opened(t, file, { logger })
  copyFileSync(file, `${file}.other`)
  renameSync(`${file}.other`, file)
  await t.rejects(stores.idempotency.reserve('a', keyed('new')), { message: /removed or replaced/ })
  t.equal(status.isAvailable(), false)
  rmSync(file)
  await t.rejects(stores.idempotency.reserve('a', keyed('new')), { message: /removed or replaced/ })
  t.match(lines.at(-1), { msg: 'the state file is unavailable', reason: /restart the gateway/ })
})

/** A clock that jumps over a time without waking anything, and whose system time can be set. */
function openJumpingClock () {
  const clock = createManualClock(Date.parse('2026-11-28T10:00:00Z'))
  const by = { passed: 0, set: 0 }
  const jumping: Clock = { ...clock, now: () => clock.now() + by.passed + by.set, elapsed: () => clock.elapsed() + by.passed }
  return { clock: jumping, run: clock.run, pass: (ms: number) => { by.passed += ms }, set: (ms: number) => { by.set = ms } }
}

t.test('no key expires early when the clock is set, or is behind after a restart', async t => {
  const file = join(openFolder(t), 'state.db')
  const { clock, run, pass, set } = openJumpingClock()
  const first = openFile(file, { clock })
  const kindOf = async ({ stores }: OpenedFile): Promise<string> => (await stores.idempotency.reserve('a', keyed('k'))).kind
  t.equal(await kindOf(first), 'new')
  set(365 * keptForMs)
  t.equal(await kindOf(first), 'known', 'set forward by a year')
  set(-365 * keptForMs)
  pass(keptForMs - 1000)
  t.equal(await kindOf(first), 'known', 'set back by a year')
  pass(1000)
  t.equal(await kindOf(first), 'new', 'a day is a day')
  await run(1000)
  first.close()
  const later = opened(t, file, { clock: { ...clock, now: () => 0 } })
  t.equal(await kindOf(later), 'known', 'a machine that starts in 1970')
})

t.test('expired rows are deleted in small steps, and their space is given back', async t => {
  const file = join(openFolder(t), 'state.db')
  const { clock, run, pass } = openJumpingClock()
  const { stores, database } = opened(t, file, { clock })
  await run(1000)
  for (let number = 0; number < 210; number += 1) {
    await stores.operations.put(made(number, clock.now()))
    await stores.idempotency.reserve('a', { ...keyed(`k${number}`), record: { ...keyRecord, answer: 'x'.repeat(5000) } })
  }
  const rows = (table: string): unknown => database.query(`SELECT count(*) AS rows FROM ${table}`).one()?.rows
  const pages = (): number => Number(database.query('PRAGMA page_count').one()?.page_count)
  const most = pages()
  pass(keptForMs - 60_000)
  await run(1000)
  t.same([rows('operations'), rows('keys')], [210, 210])
  pass(60_000)
  t.same([await stores.operations.list('a', null, 9), await stores.operations.pending('a')], [[], []], 'expired rows are not seen')
  await run(1000)
  t.same([rows('operations'), rows('keys')], [10, 10], 'one step')
  await run(1000)
  t.same([rows('operations'), rows('keys')], [0, 0])
  for (let minutes = 0; minutes < 9; minutes += 1) {
    pass(60_000)
    await run(1000)
  }
  t.ok(pages() < most / 4, `${pages()} pages are left of ${most}`)
})

t.test('loading SQLite drops no warning but its own', async t => {
  const { emitWarning } = process
  loadSqlite()
  t.equal(process.emitWarning, emitWarning)
})
