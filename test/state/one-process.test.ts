import { linkSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { IdempotencyRecord } from '../../src/state/idempotency-store.ts'
import { openFile, openFolder, type OpenedFile } from '../helpers/stores.ts'

const record: IdempotencyRecord = { fingerprint: 'f', owner: 'o', openUntil: 1, operationId: null, answer: null }
const keyed = (key: string) => ({ key, record, isCreate: true })

function writtenIn (folder: string): { readonly file: string } {
  const file = join(folder, 'state.db')
  openFile(file).close()
  return { file }
}

/** Opens a file for one test, which fails if the file is refused. */
function opened (t: Test, file: string): OpenedFile {
  const one = openFile(file)
  t.teardown(async () => { one.close() })
  return one
}

const refusal = (file: string, message: RegExp): [() => void, { name: string, message: RegExp }] =>
  [() => { openFile(file).close() }, { name: 'StateFileError', message }]

t.test('a file serves one process under all its names, and a link to no file is refused', async t => {
  const folder = openFolder(t)
  const { file } = writtenIn(folder)
  const [link, other] = [join(openFolder(t), 'link.db'), join(folder, 'other.db')]
  symlinkSync(file, link)
  const first = openFile(link)
  t.throws(...refusal(file, /in use by process/))
  first.close()
  openFile(file).close()
  linkSync(file, other)
  for (const name of [file, other, link]) t.throws(...refusal(name, /has 2 hard links/))
  rmSync(file)
  t.throws(...refusal(link, /link to a file that does not exist/))
  t.same(readdirSync(join(link, '..')), ['link.db'], 'nothing is put beside a link')
})

t.test('a gateway whose lock was removed accepts no writes, since another process could begin', async t => {
  const { file } = writtenIn(openFolder(t))
  const { stores, status } = opened(t, file)
  rmSync(`${file}-lock`)
  await t.rejects(stores.idempotency.reserve('a', keyed('new')), { message: /-lock was removed or replaced/ })
  t.equal(status.isAvailable(), false)
  const { stores: next } = opened(t, file)
  t.match(await next.idempotency.reserve('a', keyed('new')), { kind: 'new' })
  await t.rejects(stores.idempotency.reserve('a', keyed('other')))
})
