import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { Redis } from 'ioredis'
import { freePort } from './ports.ts'
import { withSystemClock } from './shifted-clock.ts'

/** A real Redis for one test file. */
export interface TestRedis {
  readonly url: string
  /** A connection with the gateway's own settings, but patient: a lost Redis fails calls at once, a slow one does not. Closed by `stop`. */
  connect(): Promise<Redis>
  /** The server is gone, as by a power cut. Only for a server of our own. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** The Redis of REDIS_URL, or a server of our own on a free port. */
export async function openRedis (): Promise<TestRedis> {
  const url = process.env.REDIS_URL
  return url === undefined || url === '' ? await startRedis() : toTestRedis(url, null)
}

/** A server of our own, which the test may kill. */
export async function startRedis (): Promise<TestRedis> {
  for (let round = 0; round < 5; round += 1) {
    const port = await freePort()
    const server = await startOn(port)
    if (server !== null) return toTestRedis(`redis://127.0.0.1:${port}/0`, server)
  }
  throw new Error('redis-server does not start; install it, or set REDIS_URL')
}

function toTestRedis (url: string, server: ChildProcess | null): TestRedis {
  const connections: Redis[] = []
  const kill = async (): Promise<void> => {
    if (server === null || server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    server.kill('SIGKILL')
    await gone
  }
  return {
    url,
    connect: async () => {
      const redis = new Redis(url, { lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 30_000, connectTimeout: 30_000 })
      redis.on('error', () => {})
      connections.push(redis)
      await redis.connect()
      return redis
    },
    kill,
    stop: async () => {
      for (const redis of connections) redis.disconnect()
      await kill()
    }
  }
}

/** Null when the port was taken meanwhile. */
async function startOn (port: number): Promise<ChildProcess | null> {
  const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir()], { env: withSystemClock(), stdio: ['ignore', 'pipe', 'ignore'] })
  return await new Promise<ChildProcess | null>(resolve => {
    let told = ''
    server.once('error', () => { resolve(null) })
    server.once('exit', () => { resolve(null) })
    server.stdout.on('data', (chunk: Buffer) => {
      told += chunk.toString('utf8')
      if (told.includes('eady to accept connections')) resolve(server)
    })
  })
}
