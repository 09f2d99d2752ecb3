import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startDigitalocean } from './digitalocean/simulator.ts'
import { startFleio } from './fleio/simulator.ts'
import { startGlesys } from './glesys/simulator.ts'
import { startHeficed } from './heficed/simulator.ts'
import { startHetzner } from './hetzner/simulator.ts'
import { startOnecloud } from './onecloud/simulator.ts'
import { startOpenstack } from './openstack/simulator.ts'
import { sleep, type Simulator } from './kit/simulator.ts'
import { startVmmanager } from './vmmanager/simulator.ts'

interface Vendor {
  readonly provider: string
  readonly simulator: Simulator & { readonly settings: Readonly<Record<string, object>> }
}

const host = '127.0.0.1'
const port = Number(process.env.HAWSER_DEMO_PORT ?? '8080')
const base = `http://${host}:${port}`
const startsWithinMs = 15_000

async function demo (): Promise<number> {
  if (!await isFree()) {
    console.error(`${host}:${port} is in use; set HAWSER_DEMO_PORT to another port`)
    return 1
  }
  const vendors: Vendor[] = [
    { provider: 'heficed', simulator: await startHeficed() },
    { provider: 'fleio', simulator: await startFleio() },
    { provider: 'glesys', simulator: await startGlesys() },
    { provider: 'vmmanager', simulator: await startVmmanager() },
    { provider: 'onecloud', simulator: await startOnecloud() },
    { provider: 'hetzner', simulator: await startHetzner() },
    { provider: 'openstack', simulator: await startOpenstack() },
    { provider: 'digitalocean', simulator: await startDigitalocean() }
  ]
  const folder = mkdtempSync(join(tmpdir(), 'hawser-demo-'))
  const gateway = startGateway(folder, vendors)
  const stop = (): void => { gateway.kill('SIGTERM') }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  const ended = once(gateway, 'exit')
  try {
    if (await isReady(gateway)) await present(vendors)
    else stop()
    const [code] = await ended
    return typeof code === 'number' ? code : 0
  } finally {
    await Promise.all(vendors.map(async ({ simulator }) => { await simulator.close() }))
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One account for each simulator: two accounts would list the same servers twice in the fleet. */
const accountsOf = ({ settings }: Vendor['simulator']): Array<[string, object]> => Object.entries(settings).slice(0, 1)

async function isFree (): Promise<boolean> {
  const probe = createServer()
  return await new Promise<boolean>(resolve => {
    probe.once('error', () => { resolve(false) })
    probe.listen(port, host, () => { probe.close(() => { resolve(true) }) })
  })
}

/** The gateway as a process of its own, configured as an operator would: it knows the simulators only by their URLs. */
function startGateway (folder: string, vendors: readonly Vendor[]): ChildProcess {
  const accounts = Object.fromEntries(vendors.flatMap(({ provider, simulator }) =>
    accountsOf(simulator).map(([id, settings]) => [id, { provider, ...settings }])))
  const config = { listen: { host, port }, auth: { mode: 'none' }, log: { level: 'warn' }, accounts }
  const file = join(folder, 'hawser.json')
  writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 })
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
  return spawn(process.execPath, [main], { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, HAWSER_CONFIG: file } })
}

/** A process that was ended by a signal has no exit code. */
const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null

async function isReady (gateway: ChildProcess): Promise<boolean> {
  for (let waited = 0; waited < startsWithinMs && isRunning(gateway); waited += 100) {
    const answer = await fetch(`${base}/health/ready`, { signal: AbortSignal.timeout(1000) }).catch(() => null)
    // Another process may listen on this port while our own is failing.
    if (answer?.ok === true) { await sleep(200); return isRunning(gateway) }
    await sleep(100)
  }
  return false
}

async function present (vendors: readonly Vendor[]): Promise<void> {
  const rows = await Promise.all(vendors.flatMap(({ provider, simulator }) =>
    accountsOf(simulator).map(async ([id]) => ({ account: id, provider, ...await countServers(id) }))))
  const width = Math.max(...rows.map(row => row.account.length))
  const lines = rows.map(row => `  ${row.account.padEnd(width)}  ${row.provider.padEnd(9)}  ${row.count}`)
  const at = `${base}/v1/${rows[0]?.account ?? ''}`
  const server = `${at}/servers/${rows[0]?.example ?? ''}`
  console.log(`
Hawser is listening on ${base}, no keys, in memory, in front of ${vendors.length} simulated providers:

${lines.join('\n')}

Try:
  curl -s '${at}/servers?limit=2'
  curl -s '${server}'
  curl -s -X POST -H 'Prefer: wait=10' '${server}/stop'
  curl -s '${server}' | grep -o '"status":"[a-z]*"'
  curl -s '${base}/v1/vm6/servers?status=running&q=web'
  curl -s -X POST -H 'Idempotency-Key: first' -H 'Content-Type: application/json' '${base}/v1/glesys-lab/servers' \\
    -d '{"name": "web-9", "region": "Falkenberg", "cpus": 2, "memory_mib": 2048, "disk_gib": 50,
          "image": "debian-12", "password": "Example-Pass-1"}'
  curl -sN '${base}/v1/glesys-lab/operations/<id of the answer>/events'
  curl -s -X DELETE '${base}/v1/glesys-lab/servers/<server_id of the last event>?dry_run=true'
  curl -s '${base}/v1/servers?q=web&limit=5'
  curl -sN -H 'Accept: application/x-ndjson' '${base}/v1/servers?status=stopped'
  curl -s '${base}/v1/providers'

Or from a second terminal, with the command line (docs/cli.md):
  HAWSER_URL=${base} node src/main.ts servers --status stopped

Swagger UI: ${base}/docs
Stop with Ctrl-C.
`)
}

async function countServers (account: string): Promise<{ count: string, example: string }> {
  const answer = await fetch(`${base}/v1/${account}/servers?limit=500`)
  const body: unknown = await answer.json()
  if (!answer.ok || typeof body !== 'object' || body === null || !('data' in body) || !Array.isArray(body.data)) {
    return { count: `problem ${answer.status}`, example: '' }
  }
  const [server]: unknown[] = body.data
  const id = typeof server === 'object' && server !== null && 'id' in server ? String(server.id) : ''
  return { count: `${body.data.length} servers`, example: id }
}

demo().then(code => { process.exitCode = code }, (error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
