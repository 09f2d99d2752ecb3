import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'

/** The server under test has one core for itself; the load and the simulated providers share the other. */
export const serverCore = '0'
export const loadCore = '1'

export interface Running {
  readonly pid: number
  readonly port: number
  readonly base: string
  stop(): Promise<void>
}

export interface Launch {
  readonly core: string
  readonly command: string
  readonly words: readonly string[]
  readonly port: number
  readonly cwd?: string
  readonly environment?: Readonly<Record<string, string>>
}

const longestStartMs = 20_000

export const pause = async (ms: number): Promise<void> => { await new Promise(resolve => { setTimeout(resolve, ms) }) }

async function isOpen (port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** Starts a process on a core and waits until its port is open. */
export async function launch ({ core, command, words, port, cwd, environment = {} }: Launch): Promise<Running> {
  const child = spawn('taskset', ['-c', core, command, ...words], {
    stdio: ['ignore', 'ignore', 'inherit'], env: { PATH: process.env['PATH'] ?? '', ...environment }, ...(cwd === undefined ? {} : { cwd })
  })
  const begun = performance.now()
  while (!await isOpen(port)) {
    if (hasEnded(child) || performance.now() - begun > longestStartMs) {
      child.kill('SIGKILL')
      throw new Error(`${command} ${words.join(' ')} does not listen`)
    }
    await pause(20)
  }
  return { pid: child.pid ?? 0, port, base: `http://127.0.0.1:${port}`, stop: async () => { await end(child) } }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null

async function end (child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const force = setTimeout(() => { child.kill('SIGKILL') }, 10_000)
  await ended
  clearTimeout(force)
}

/** A process and its children: nginx works in a child. */
function pidsOf (pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(word => word !== '').map(Number)
  return [pid, ...children.flatMap(pidsOf)]
}

/** CPU seconds of all threads so far, in the kernel's nanoseconds. */
export function cpuSeconds (pid: number): number {
  const threads = pidsOf(pid).flatMap(one => readdirSync(`/proc/${one}/task`).map(thread => `/proc/${one}/task/${thread}/schedstat`))
  return threads.reduce((sum, file) => sum + Number(readFileSync(file, 'utf8').split(' ')[0]), 0) / 1e9
}

const statusOf = (pid: number, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

export const rssMib = (pid: number): number => statusOf(pid, 'VmRSS')
/** The highest since the start, or since `resetPeak`. */
export const peakMib = (pid: number): number => statusOf(pid, 'VmHWM')
export const handlesOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

/** Seconds for which the core of the server was busy so far, with any process. */
export function busySeconds (core: string): number {
  const fields = new RegExp(`^cpu${core} (.*)$`, 'm').exec(readFileSync('/proc/stat', 'utf8'))?.[1]?.split(' ').map(Number) ?? []
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields
  return (user + nice + system + irq + softirq + steal) / 100
}

export function median (values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] ?? Number.NaN : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}
