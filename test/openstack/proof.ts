import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = resolve(import.meta.dirname, '../..')
const cloudScript = fileURLToPath(new URL('cloud.py', import.meta.url))
/** The release whose packages are named in packages.txt; its Python is 3.11. */
const debian = '12'

/** The suite of the conformance, but for the laws and the matrix, which need seeded servers; then what only a real cloud shows. */
const files = [
  ...['life', 'ambiguous', 'failures', 'members', 'catalogs', 'server-parts'].map(name => `test/conformance/${name}.test.ts`),
  ...['traps', 'killed'].map(name => `test/openstack/${name}.proof.ts`)
]

const say = (text: string): void => { process.stdout.write(`== ${text}\n`) }

function whyNot (): string | null {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  if (!/^ID=debian$/m.test(release) || !new RegExp(`^VERSION_ID="${debian}"$`, 'm').test(release)) return `this is not Debian ${debian}`
  if (process.getuid?.() !== 0) return 'this is not root, which apt-get needs'
  return null
}

/** A real cloud of Debian's packages, and the tests before it. What was started is stopped. */
async function prove (): Promise<number> {
  const reason = whyNot()
  if (reason !== null) {
    say(`OpenStack is not proved: ${reason}`)
    return 1
  }
  if (spawnSync('/usr/bin/python3', ['-c', '']).status !== 0) {
    say('installing python3')
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' })
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'python3'], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  }
  const packages = join(root, 'node_modules/.cache/openstack')
  mkdirSync(packages, { recursive: true })
  const work = mkdtempSync(join(tmpdir(), 'hawser-openstack-'))
  const cloud = spawn('/usr/bin/python3', [cloudScript, join(packages, 'root'), work], { stdio: ['pipe', 'pipe', 'inherit'] })
  const stop = (): void => { cloud.stdin.end() }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    const described = await firstLine(cloud)
    if (described === null) return 1
    const { version, seconds } = JSON.parse(described)
    say(`OpenStack is up: Nova ${version}, packages ${seconds[0]} s, services ${seconds[1]} s`)
    const file = join(work, 'cloud.json')
    writeFileSync(file, described, { mode: 0o600 })
    return await test({ HAWSER_OPENSTACK: file, HAWSER_PROVIDERS: 'openstack' })
  } finally {
    stop()
    if (cloud.exitCode === null && cloud.signalCode === null) await once(cloud, 'exit')
    rmSync(work, { recursive: true, force: true })
  }
}

/** Null: the cloud has ended without one, and has said why. */
async function firstLine (cloud: ChildProcess): Promise<string | null> {
  if (cloud.stdout === null) return null
  const lines = createInterface({ input: cloud.stdout })
  const [line] = await Promise.race([once(lines, 'line'), once(cloud, 'exit').then(() => [null])])
  return typeof line === 'string' ? line : null
}

/** One file after the other: they share the project. */
async function test (environment: Readonly<Record<string, string>>): Promise<number> {
  const output = process.env['HAWSER_TAP_FILE']
  const tap = spawn('tap', ['--disable-coverage', '--allow-empty-coverage', '--jobs=1', '--timeout=600', ...(output === undefined ? [] : [`--output-file=${output}`]), ...files], {
    cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...environment }
  })
  const [code] = await once(tap, 'exit')
  return typeof code === 'number' ? code : 1
}

process.exitCode = await prove()
