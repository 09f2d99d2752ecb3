import { readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openAuditFile, probeAuditFile } from '../../src/telemetry/audit-file.ts'

t.test('an audit file is appended to, readable by its owner only, and reopened after a rotation', async t => {
  const folder = t.testdir({ 'audit.ndjson': '{"line":0}\n' })
  const [path, fresh] = [join(folder, 'audit.ndjson'), join(folder, 'fresh.ndjson')]
  const sink = openAuditFile(path)
  sink.write('{"line":1}\n')
  renameSync(path, `${path}.1`)
  sink.write('{"line":2}\n')
  sink.reopen()
  sink.write('{"line":3}\n')
  sink.close()
  t.equal(readFileSync(`${path}.1`, 'utf8'), '{"line":0}\n{"line":1}\n{"line":2}\n')
  t.equal(readFileSync(path, 'utf8'), '{"line":3}\n')
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.throws(() => { sink.write('too late\n') }, 'a closed file takes no line')
  const other = openAuditFile(fresh)
  t.doesNotThrow(() => { probeAuditFile(fresh) })
  other.close()
})

t.test('a line that could not be written is reported, and the next one begins on its own line', { skip: process.platform === 'linux' ? false : 'needs /dev/full' }, async t => {
  const sink = openAuditFile('/dev/full')
  t.throws(() => { sink.write('{"line":1}\n') }, { code: 'ENOSPC' })
  t.throws(() => { sink.write('{"line":2}\n') }, { code: 'ENOSPC' })
  sink.close()
})

t.test('a file that cannot be opened is named with the reason, and a check creates none', async t => {
  const folder = t.testdir()
  const missing = join(folder, 'none', 'audit.ndjson')
  t.throws(() => { openAuditFile(missing) }, { message: `audit.file ${missing} cannot be opened: ENOENT` })
  t.throws(() => { probeAuditFile(missing) }, { message: `audit.file ${missing} cannot be opened: ENOENT` })
  probeAuditFile(join(folder, 'audit.ndjson'))
  t.throws(() => statSync(join(folder, 'audit.ndjson')), { code: 'ENOENT' })
})
