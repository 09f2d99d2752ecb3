import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { median } from './lab.ts'
import { comparisons, loadNames, valuesOf, type Samples } from './loads.ts'
import { versions } from './rivals.ts'

/** One line of the table. `values` are those of the rounds, or a single one. */
export interface Figure {
  readonly work: string
  readonly against: string
  readonly values: readonly number[]
  readonly unit: string
  readonly most?: number
  readonly least?: number
}

const isMet = ({ most = Infinity, least = -Infinity }: Figure, value: number): boolean => value <= most && value >= least

const targetOf = ({ most, least, unit }: Figure): string => most !== undefined ? `≤ ${most}${unit}` : least !== undefined ? `≥ ${least}${unit}` : '–'

function row (figure: Figure): string[] {
  const { work, against, values, unit } = figure
  const value = median(values)
  const places = Math.abs(value) >= 100 ? 0 : 2
  const shown = `${value.toFixed(places)}${unit}`
  const spread = values.length < 2 ? '–' : `${Math.min(...values).toFixed(places)} to ${Math.max(...values).toFixed(places)}`
  const hasTarget = figure.most !== undefined || figure.least !== undefined
  return [work, against, shown, spread, targetOf(figure), hasTarget ? isMet(figure, value) ? 'met' : '**missed**' : '']
}

export const compared = (samples: Samples): Figure[] => comparisons.flatMap((comparison): Figure[] => {
  const { work, against, figure, how, ...target } = comparison
  const values = valuesOf(comparison, samples)
  if (values.length === 0) return []
  const names = { cpuUs: 'CPU', perSecond: 'req/s', p50Ms: 'p50', p99Ms: 'p99' } as const
  const { most, least } = target
  return [{ work: `${work}, ${names[figure]}`, against, values, unit: how === 'ratio' ? ' ×' : ' ms', ...(most === undefined ? {} : { most }), ...(least === undefined ? {} : { least }) }]
})

function table (heads: readonly string[], rows: readonly string[][]): string {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map(cells => cells[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(heads), `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n')
}

export const figureTable = (figures: readonly Figure[]): string => table(['work', 'against', 'measured', 'rounds', 'target', ''], figures.map(row))

export function sampleTable (samples: Samples): string {
  const rows = loadNames.flatMap(name => {
    const all = samples.get(name) ?? []
    if (all.length === 0) return []
    const of = (figure: 'cpuUs' | 'perSecond' | 'p50Ms' | 'p99Ms'): number => median(all.map(sample => sample[figure]))
    return [[name, of('perSecond').toFixed(0), of('cpuUs').toFixed(0), of('p50Ms').toFixed(2), of('p99Ms').toFixed(2)]]
  })
  return table(['load', 'req/s', 'CPU µs per request', 'p50 ms', 'p99 ms'], rows)
}

const quietShare = 0.05

/** Empty if the machine was quiet. */
export function noiseOf (samples: Samples): string {
  const foreign = median([...samples.values()].flat().map(sample => sample.foreign))
  return foreign > quietShare ? `The machine was not quiet: other processes used ${(foreign * 100).toFixed(0)} % of the server's core. Compare ratios, not requests.\n` : ''
}

const debianVersion = (name: string): string => {
  try {
    return execFileSync('dpkg-query', ['-W', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim().split('\t')[1] ?? ''
  } catch {
    return 'not installed'
  }
}

const packageVersion = (root: string, name: string): string => JSON.parse(readFileSync(`${root}/node_modules/${name}/package.json`, 'utf8')).version

export const machineText = (root: string): string => [
  `- ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, Linux ${release()}, ${cpus().length} cores ${cpus()[0]?.model ?? ''}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
  `- nginx ${debianVersion('nginx')}, wrk ${debianVersion('wrk')}, ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}`,
  `- undici ${packageVersion(root, 'undici')}, zod ${packageVersion(root, 'zod')}, pino ${packageVersion(root, 'pino')}`
].join('\n')
