import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { busySeconds, cpuSeconds, loadCore, serverCore, type Running } from './lab.ts'

/** Requests that a contender is loaded with. `{a}` and `{n}` in the path vary, see load.lua. */
export interface Load {
  readonly path: string
  readonly method?: 'GET' | 'POST'
  readonly body?: string
  readonly connections?: number
  /** Sent to a gateway that is steered by headers. */
  readonly upstream?: string
}

export interface Sample {
  readonly requests: number
  readonly perSecond: number
  /** Of the server, per request. */
  readonly cpuUs: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** The share of the server's core that others used. */
  readonly foreign: number
}

/** A key of the configuration that the benchmark writes; loopback only. */
export const benchKey = 'a-key-of-the-benchmark'

const run = promisify(execFile)

export async function load (server: Running, { path, method = 'GET', body = '', connections = 32, upstream = '' }: Load, seconds: number): Promise<Sample> {
  const [cpu, busy, at] = [cpuSeconds(server.pid), busySeconds(serverCore), performance.now()]
  const { stdout } = await run('taskset', [
    '-c', loadCore, 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', join(import.meta.dirname, 'load.lua'), server.base, '--',
    method, path, benchKey, upstream, body
  ])
  const cpuS = cpuSeconds(server.pid) - cpu
  const foreign = Math.max(0, busySeconds(serverCore) - busy - cpuS) / ((performance.now() - at) / 1000)
  const { requests, seconds: tookS, p50Ms, p99Ms, errors }: Omit<Sample, 'perSecond' | 'cpuUs' | 'foreign'> & { readonly seconds: number, readonly errors: number } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  if (errors > requests / 1000) throw new Error(`${errors} of ${requests} requests to ${path} failed`)
  return { requests, perSecond: requests / tookS, cpuUs: cpuS / requests * 1e6, p50Ms, p99Ms, foreign }
}
