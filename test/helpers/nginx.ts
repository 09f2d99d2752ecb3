import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from './line.ts'
import { eventually } from './clock.ts'
import { freePort } from './ports.ts'
import { root } from './process.ts'

export const isNginxThere = (): boolean => spawnSync('nginx', ['-v']).error === undefined

export interface Proxy {
  readonly base: string
  /** What it has written so far: its access log, and what it complained of. */
  log(): string
}

/** The shipped configuration with other ports, folders and gateways; every place must be there exactly once. */
function localized (port: number, gateways: readonly string[], folder: string): string {
  const [one = '', two = ''] = gateways
  const places = [['listen 8080;', `listen 127.0.0.1:${port};`], ['server gateway-1:8080 ', `server ${one} `], ['server gateway-2:8080 ', `server ${two} `]] as const
  const text = places.reduce((conf, [shipped, local]) => {
    if (conf.split(shipped).length !== 2) throw new Error(`deploy/nginx.conf should say once: ${shipped}`)
    return conf.replace(shipped, local)
  }, readFileSync(join(root, 'deploy/nginx.conf'), 'utf8'))
  return text.replaceAll(' /tmp/', ` ${folder}/`)
}

/** Debian's nginx on loopback with the shipped configuration before two gateways (`host:port`). */
export async function startNginx (test: Test, gateways: readonly string[]): Promise<Proxy> {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-nginx-'))
  const log = join(folder, 'log')
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, localized(port, gateways, folder))
  // A file, since /dev/stdout can not be opened where it is a socket.
  const out = openSync(log, 'a')
  // Its workers are root's too where the test is: the folder is nobody else's.
  const globals = process.getuid?.() === 0 ? 'daemon off; user root;' : 'daemon off;'
  const child = spawn('nginx', ['-c', file, '-p', folder, '-g', globals], { stdio: ['ignore', out, out] })
  closeSync(out)
  test.teardown(async () => { await stop(child); rmSync(folder, { recursive: true, force: true }) })
  const read = (): string => readFileSync(log, 'utf8')
  const base = `http://127.0.0.1:${port}`
  await eventually(async () => (await fetch(`${base}/metrics`)).status === 404, read)
  return { base, log: read }
}

async function stop (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}
