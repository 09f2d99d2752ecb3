import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { eventually } from '../helpers/clock.ts'
import { freePort } from '../helpers/ports.ts'
import { root } from '../helpers/process.ts'
import { startRedis } from '../helpers/redis.ts'
import { withSystemClock } from '../helpers/shifted-clock.ts'

const run = promisify(execFile)
const section = readFileSync(join(root, 'deploy/REDIS.md'), 'utf8').split('## Backup and restore\n')[1] ?? ''
const [copying = '', restoring = ''] = [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = '']) => block)
const linesOf = (block: string): string[] => block.split('\n').map(line => line.replace(/\s+# .*$/, '')).filter(line => line !== '')

t.test('the commands of deploy/REDIS.md restore a copy of Redis in which creates with a key are refused', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-restore-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  mkdirSync(join(folder, 'restored'))
  const shell = async (line: string): Promise<string> =>
    (await run('sh', ['-c', line], { cwd: folder, env: withSystemClock(), timeout: 30_000 })).stdout.trim()

  const redis = await startRedis()
  t.teardown(async () => { await redis.stop() })
  const original = await redis.connect()
  await original.set('hawser:kept', 'value')
  await original.config('SET', 'repl-diskless-sync-delay', '0')
  t.match(copying, 'redis-cli --rdb /data/copy.rdb')
  await shell(`redis-cli -p ${new URL(redis.url).port} --rdb restored/dump.rdb`)

  const port = await freePort()
  const stop = async (): Promise<void> => { await shell(`redis-cli -p ${port} shutdown nosave 2> /dev/null || true`) }
  t.teardown(stop)
  const isUp = async (): Promise<boolean> => await shell(`redis-cli -p ${port} ping || true`) === 'PONG'
  const lines = linesOf(restoring.replaceAll('6399', String(port)))
  t.equal(lines.length, 5)
  for (const line of lines) {
    if (line.includes('aof_rewrite_in_progress')) await eventually(async () => await shell(line) === 'aof_rewrite_in_progress:0')
    else await shell(line)
    if (line.startsWith('redis-server')) await eventually(isUp)
  }
  await eventually(async () => !await isUp())
  await shell(`redis-server --port ${port} --dir restored --appendonly yes --daemonize yes`)
  await eventually(isUp)
  t.equal(await shell(`redis-cli -p ${port} get hawser:kept`), 'value')
  t.equal(await shell(`redis-cli -p ${port} get 'hawser:{vm6}:flushed'`), '1')
})
