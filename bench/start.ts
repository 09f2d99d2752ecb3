import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from '../test/helpers/ports.ts'

/** What a start costs: medians of some starts, from the sources and from the build. Loopback only; nothing is sent to a provider. */
interface Start {
  readonly readyMs: number
  readonly cpuMs: number
  readonly rssMib: number
}

const targets = { readyMs: 1000, cpuMs: 1000, rssMib: 110, keyMs: 300 } as const
const longestStartMs = 30_000
const idleMs = 1000
/** Of one tick of /proc: USER_HZ is 100 on every Linux of today. */
const tickMs = 10

const root = resolve(import.meta.dirname, '..')
const runs = Math.min(50, Math.max(1, Number(process.argv[2] ?? 5)))
const account = { provider: 'glesys', project: 'cl12345', api_key: 'a-key-of-nobody', api_url: 'http://127.0.0.1:9' }

const launch = (words: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess =>
  spawn(process.execPath, words, { stdio: 'ignore', env: { PATH: process.env.PATH ?? '', ...environment } })

async function measureStart (main: string, folder: string): Promise<Start> {
  const port = await freePort()
  const file = join(folder, `${port}.json`)
  writeFileSync(file, JSON.stringify({ listen: { port }, auth: { mode: 'none' }, log: { level: 'silent' }, accounts: { lab: account } }))
  const begun = performance.now()
  const child = launch([main], { HAWSER_CONFIG: file })
  const ended = once(child, 'exit')
  try {
    while (!await isReady(port)) {
      if (child.exitCode !== null || performance.now() - begun > longestStartMs) throw new Error(`${main} does not become ready`)
      await new Promise(resolve => { setTimeout(resolve, 5) })
    }
    const readyMs = performance.now() - begun
    const cpuMs = cpuOf(child)
    await new Promise(resolve => { setTimeout(resolve, idleMs) })
    return { readyMs, cpuMs, rssMib: rssOf(child) }
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

const isReady = async (port: number): Promise<boolean> =>
  await fetch(`http://127.0.0.1:${port}/health/ready`).then(({ ok }) => ok, () => false)

/** User and system time of all threads. The name in brackets may hold spaces. */
function cpuOf ({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) * tickMs
}

const rssOf = ({ pid }: ChildProcess): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

async function measureKey (main: string): Promise<number> {
  const begun = performance.now()
  await once(launch([main, 'key'], {}), 'exit')
  return performance.now() - begun
}

function median (values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function line (name: string, value: number, target: number, unit: string): string {
  const verdict = `(target ${target} ${unit}: ${value <= target ? 'met' : 'missed'})`
  return `  ${name.padEnd(16)} ${value.toFixed(0).padStart(6)} ${unit.padEnd(4)} ${verdict}\n`
}

async function measure (name: string, main: string, folder: string): Promise<void> {
  const starts: Start[] = []
  const keys: number[] = []
  // The first start fills the compile cache.
  await measureStart(main, folder)
  for (let run = 0; run < runs; run += 1) {
    starts.push(await measureStart(main, folder))
    keys.push(await measureKey(main))
  }
  process.stdout.write(`${name}, medians of ${runs}\n` +
    line('start to ready', median(starts.map(({ readyMs }) => readyMs)), targets.readyMs, 'ms') +
    line('CPU until ready', median(starts.map(({ cpuMs }) => cpuMs)), targets.cpuMs, 'ms') +
    line('RSS when idle', median(starts.map(({ rssMib }) => rssMib)), targets.rssMib, 'MiB') +
    line('key', median(keys), targets.keyMs, 'ms'))
}

const folder = mkdtempSync(join(tmpdir(), 'hawser-bench-'))
try {
  const built = join(root, 'dist/src/main.js')
  if (existsSync(built)) await measure('dist', built, folder)
  else process.stdout.write('dist is not there: npm run build makes it\n')
  await measure('sources', join(root, 'src/main.ts'), folder)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
