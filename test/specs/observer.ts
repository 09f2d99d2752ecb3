import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import type { SimulatorOptions } from '../../sandbox/kit/simulator.ts'
import { createCheck, readDocument } from './document.ts'

/** What one process has seen of one vendor. */
export interface Report {
  readonly provider: string
  readonly exchanges: number
  readonly operations: readonly string[]
  readonly deviations: readonly string[]
}

/** The vendor's document in a folder, as JSON or YAML; null where there is none. */
export const documentOf = (folder: string, provider: string): string | null =>
  ['json', 'yaml', 'yml'].map(ending => join(folder, `${provider}.${ending}`)).find(file => existsSync(file)) ?? null

/**
 * Puts the vendor's document between adapter and simulator, if HAWSER_SPECS names a folder that has it: each exchange is checked before a
 * fault spoils its answer. What is found is appended to the file HAWSER_SPECS_REPORT when the process ends.
 */
export function observerOf (provider: string): Pick<SimulatorOptions, 'onExchange'> {
  const { HAWSER_SPECS: folder, HAWSER_SPECS_REPORT: report } = process.env
  const file = folder === undefined || report === undefined ? null : documentOf(folder, provider)
  if (file === null || report === undefined) return {}
  const check = createCheck(readDocument(file))
  const operations = new Set<string>()
  const deviations = new Set<string>()
  let exchanges = 0
  process.once('exit', () => {
    const seen: Report = { provider, exchanges, operations: [...operations], deviations: [...deviations] }
    appendFileSync(report, `${JSON.stringify(seen)}\n`)
  })
  return {
    onExchange: (request, reply) => {
      const checked = check(request, reply)
      exchanges += 1
      if (checked.operation !== null) operations.add(checked.operation)
      for (const deviation of checked.deviations) deviations.add(deviation)
    }
  }
}
