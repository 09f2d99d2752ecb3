import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Redis, type RedisOptions } from 'ioredis'
import { eventually } from './clock.ts'
import { freePort } from './ports.ts'
import { withSystemClock } from './shifted-clock.ts'

// With Redis' own clock: its certificates must be valid for it as for a gateway whose clock is a year ahead.
const run = async (program: string, words: readonly string[]) => await promisify(execFile)(program, [...words], { env: withSystemClock(), timeout: 30_000 })

/** Redis servers, sentinels and certificates of one test file, in a folder of their own. */
interface RedisHouse {
  readonly folder: string
  /** A server, or with `--sentinel` a sentinel: lines of its configuration. Ready when this resolves. */
  start(lines: readonly string[], port?: number): Promise<RunningRedis>
  /** A plain connection to one server, for the test's own questions. */
  ask(port: number, options?: Pick<RedisOptions, 'tls' | 'username' | 'password'>): Redis
  stop(): Promise<void>
}

interface RunningRedis {
  readonly port: number
  readonly child: ChildProcess
  kill(): Promise<void>
}

export function openRedisHouse (): RedisHouse {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-redis-'))
  const running: RunningRedis[] = []
  const connections: Redis[] = []
  const startOn = async (port: number, lines: readonly string[]): Promise<RunningRedis> => {
    const place = mkdtempSync(join(folder, 'server-'))
    const file = join(place, 'redis.conf')
    const isTls = lines.some(line => line.startsWith('tls-cert-file'))
    const isSentinel = lines.some(line => line.startsWith('sentinel '))
    writeFileSync(file, [isTls ? `port 0\ntls-port ${port}` : `port ${port}`, 'bind 127.0.0.1', `dir ${place}`, ...(isSentinel ? [] : ['save ""']), ...lines, ''].join('\n'))
    const child = spawn('redis-server', [file, ...(isSentinel ? ['--sentinel'] : [])], { env: withSystemClock(), stdio: ['ignore', 'pipe', 'pipe'] })
    let told = ''
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', () => { reject(new Error(`redis-server does not start:\n${told}`)) })
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          told += chunk.toString('utf8')
          if (/eady to accept connections|Sentinel ID is/.test(told)) resolve()
        })
      }
    })
    const server = { port, child, kill: async () => { await ended(child) } }
    running.push(server)
    return server
  }

  return {
    folder,
    start: async (lines, given) => {
      // Between the choice of a port and the listening somebody else may take it.
      const first = await startOn(given ?? await lowPort(), lines).catch((error: Error) => error)
      if (!(first instanceof Error)) return first
      if (given !== undefined) throw first
      return await startOn(await lowPort(), lines)
    },
    ask: (port, options = {}) => {
      const redis = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 200, maxRetriesPerRequest: 50, ...options })
      redis.on('error', () => {})
      connections.push(redis)
      return redis
    },
    stop: async () => {
      for (const redis of connections) redis.disconnect()
      for (const server of running) await server.kill()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

async function ended (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** A cluster's members also listen 10,000 above. */
async function lowPort (): Promise<number> {
  for (;;) {
    const port = await freePort()
    if (port < 55_000) return port
  }
}

interface Certificates {
  readonly ca: string
  readonly otherCa: string
  /** Configuration lines of a server that speaks TLS only, to its replicas too. */
  readonly lines: readonly string[]
}

/** A CA with a certificate for 127.0.0.1, and a CA that has made none. */
export async function makeCertificates (folder: string): Promise<Certificates> {
  const at = (name: string): string => join(folder, name)
  const openssl = async (...words: readonly string[]): Promise<void> => { await run('openssl', words) }
  const makeCa = async (name: string): Promise<void> => {
    await openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '800', '-subj', `/CN=${name}`, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`))
  }
  await makeCa('ca')
  await makeCa('other')
  writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1')
  await openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=redis', '-keyout', at('redis.key'), '-out', at('redis.csr'))
  await openssl('x509', '-req', '-in', at('redis.csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '800', '-extfile', at('names'), '-out', at('redis.pem'))
  return {
    ca: at('ca.pem'),
    otherCa: at('other.pem'),
    lines: [`tls-cert-file ${at('redis.pem')}`, `tls-key-file ${at('redis.key')}`, `tls-ca-cert-file ${at('ca.pem')}`, 'tls-auth-clients no', 'tls-replication yes', 'tls-cluster yes']
  }
}

/** Three masters with a replica each. */
export async function startCluster (house: RedisHouse, lines: readonly string[]): Promise<readonly RunningRedis[]> {
  const members: RunningRedis[] = []
  for (let count = 0; count < 6; count += 1) {
    members.push(await house.start(['cluster-enabled yes', 'cluster-node-timeout 3000', 'appendonly yes', ...lines]))
  }
  const places = members.map(({ port }) => `127.0.0.1:${port}`)
  await run('redis-cli', ['--cluster', 'create', ...places, '--cluster-replicas', '1', '--cluster-yes'])
  for (const { port } of members) {
    const member = house.ask(port)
    await eventually(async () => (await member.cluster('INFO')).includes('cluster_state:ok'), () => `${port} is not ready`)
  }
  return members
}

interface SentinelParts {
  /** Of every server. */
  readonly lines: readonly string[]
  /** Of every sentinel. */
  readonly sentinelLines: readonly string[]
}

/** A master, a replica, and three sentinels of which two must agree. */
export async function startSentinels (house: RedisHouse, { lines, sentinelLines }: SentinelParts) {
  const own = ['appendonly yes', ...lines]
  const master = await house.start(own)
  const replica = await house.start([...own, `replicaof 127.0.0.1 ${master.port}`])
  const sentinels: RunningRedis[] = []
  for (let count = 0; count < 3; count += 1) {
    sentinels.push(await house.start([
      `sentinel monitor main 127.0.0.1 ${master.port} 2`,
      'sentinel down-after-milliseconds main 2000',
      'sentinel failover-timeout main 5000',
      ...sentinelLines
    ]))
  }
  return { master, replica, sentinels }
}
