import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { accountsAt, ask, hosts, startGateway } from './gateway.ts'
import { cpuSeconds, handlesOf, loadCore, median, pause, peakMib, rssMib } from './lab.ts'
import { benchKey, load } from './load.ts'
import { loads } from './loads.ts'
import type { Figure } from './report.ts'

/** Figures that are not measured in rounds against another program. */
export interface Setting {
  readonly folder: string
  readonly upstream: string
  readonly requests: number
}

const run = promisify(execFile)
const idleMs = 2000
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/** Start, and memory of one account: idle, and under the list load. */
async function startAndMemory ({ folder, upstream }: Setting): Promise<Figure[]> {
  const starts: Array<{ readonly readyMs: number, readonly cpuMs: number, readonly idleMib: number, readonly loadedMib: number }> = []
  const accounts = Object.fromEntries(range(64).map(index => [`vm-${index}`, hosts(`${upstream}/50/0`)]))
  for (let time = 0; time < 4; time += 1) {
    const begun = performance.now()
    const gateway = await startGateway(folder, time === 3 ? accounts : { 'vm-0': hosts(`${upstream}/50/0`) })
    const [readyMs, cpuMs] = [performance.now() - begun, cpuSeconds(gateway.pid) * 1000]
    await pause(idleMs)
    const idleMib = rssMib(gateway.pid)
    if (time === 3) await load(gateway, loads['list of 50'], 10)
    // The first start fills the compile cache.
    if (time > 0) starts.push({ readyMs, cpuMs, idleMib, loadedMib: time === 3 ? peakMib(gateway.pid) : 0 })
    await gateway.stop()
  }
  const of = (figure: 'readyMs' | 'cpuMs' | 'idleMib'): number[] => starts.map(one => one[figure])
  return [
    { work: 'start to ready', against: '–', values: of('readyMs'), unit: ' ms', most: 1000 },
    { work: 'CPU of a start', against: '–', values: of('cpuMs'), unit: ' ms', most: 1000 },
    { work: 'RSS, idle', against: '–', values: of('idleMib'), unit: ' MiB', most: 110 },
    { work: 'RSS, highest under the list load', against: '–', values: [starts.at(-1)?.loadedMib ?? Number.NaN], unit: ' MiB', most: 180 }
  ]
}

/** 20 accounts, of which the slowest takes 300 ms. */
async function fleet ({ folder, upstream }: Setting): Promise<Figure[]> {
  const accounts = Object.fromEntries(range(20).map(index => [`vm-${index}`, hosts(`${upstream}/50/${(index + 1) * 15}`)]))
  const gateway = await startGateway(folder, accounts)
  try {
    const timeOf = async (path: string): Promise<number> => {
      const begun = performance.now()
      await ask(`${gateway.base}${path}`)
      return performance.now() - begun
    }
    const values: number[] = []
    for (let round = 0; round < 12; round += 1) {
      const value = await timeOf('/v1/servers') / await timeOf('/v1/vm-19/servers')
      if (round > 1) values.push(value)
    }
    return [{ work: 'fleet of 20 accounts, time', against: 'its slowest account', values, unit: ' ×', most: 1.1 }]
  } finally {
    await gateway.stop()
  }
}

/** Peak memory of a stream over that of the idle gateway, and what was asked for before the first row arrived. */
async function stream ({ folder, upstream }: Setting): Promise<Figure[]> {
  const gateway = await startGateway(folder, { big: hosts(`${upstream}/100000/0`) })
  try {
    await pause(idleMs)
    const idleMib = rssMib(gateway.pid)
    const { stdout } = await run('taskset', ['-c', loadCore, process.execPath, join(import.meta.dirname, 'stream-client.ts'), gateway.base, benchKey])
    const { rows, seconds }: { readonly rows: number, readonly seconds: number } = JSON.parse(stdout)
    if (rows !== 100_000) throw new Error(`the stream has ${rows} rows`)
    return [
      { work: '100,000 rows as NDJSON, memory over idle', against: '–', values: [peakMib(gateway.pid) - idleMib], unit: ' MiB', most: 64 },
      { work: '100,000 rows as NDJSON, CPU of a row', against: '–', values: [cpuSeconds(gateway.pid) / rows * 1e6], unit: ' µs' },
      { work: '100,000 rows as NDJSON', against: '–', values: [seconds], unit: ' s' }
    ]
  } finally {
    await gateway.stop()
  }
}

/** Least squares, in units for each million requests. */
function slope (points: ReadonlyArray<readonly [number, number]>): number {
  const [meanX, meanY] = [0, 1].map(axis => points.reduce((sum, point) => sum + (point[axis] ?? 0), 0) / points.length)
  const [over, under] = [points.reduce((sum, [x, y]) => sum + (x - (meanX ?? 0)) * (y - (meanY ?? 0)), 0), points.reduce((sum, [x]) => sum + (x - (meanX ?? 0)) ** 2, 0)]
  return over / under * 1e6
}

/** Reads of every kind, and memory and handles after each part of them; the first third warms up. */
async function slopes ({ folder, upstream, requests }: Setting): Promise<Figure[]> {
  const gateway = await startGateway(folder, accountsAt(upstream))
  const memory: Array<readonly [number, number]> = []
  const handles: Array<readonly [number, number]> = []
  try {
    for (let done = 0; done < requests * 1.5;) {
      for (const name of ['list of 50', 'get', 'cached list', 'identical reads'] as const) done += (await load(gateway, loads[name], 1)).requests
      if (done < requests / 2) continue
      memory.push([done, rssMib(gateway.pid)])
      handles.push([done, handlesOf(gateway.pid)])
    }
    return [
      { work: `RSS, slope over ${requests} requests`, against: '–', values: [slope(memory)], unit: ' MiB/million' },
      { work: `handles, slope over ${requests} requests`, against: '–', values: [slope(handles)], unit: ' /million' },
      { work: 'RSS under mixed reads', against: '–', values: [median(memory.map(([, mib]) => mib))], unit: ' MiB' }
    ]
  } finally {
    await gateway.stop()
  }
}

/** How long a 9 MB list in XML holds the event loop at a time, measured inside the process. */
async function xmlPauses ({ folder, upstream }: Setting): Promise<Figure[]> {
  const file = join(folder, 'list.xml')
  const answer = await fetch(`${upstream}/9000/0/server/list`, { headers: { accept: 'application/xml' } })
  writeFileSync(file, await answer.text())
  const { stdout } = await run('taskset', ['-c', loadCore, process.execPath, join(import.meta.dirname, 'xml-pauses.ts'), file])
  const { megabytes, longestMs, totalMs }: { readonly megabytes: number, readonly longestMs: number[], readonly totalMs: number[] } = JSON.parse(stdout)
  return [
    { work: `XML list of ${megabytes.toFixed(1)} MB, longest hold of the event loop`, against: '–', values: longestMs, unit: ' ms', most: 5 },
    { work: `XML list of ${megabytes.toFixed(1)} MB, whole reading`, against: '–', values: totalMs, unit: ' ms' }
  ]
}

export const singles: Readonly<Record<string, (setting: Setting) => Promise<Figure[]>>> = {
  'start and memory': startAndMemory,
  fleet,
  stream,
  slope: slopes,
  'XML pauses': xmlPauses
}
