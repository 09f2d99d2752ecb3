import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { loaders } from '../../src/adapters/registry.ts'
import { deviations } from './deviations.ts'
import { documentOf, type Report } from './observer.ts'

const sources = `The documents are the vendors' own:
  hetzner.json       https://docs.hetzner.cloud/cloud.spec.json
  digitalocean.yaml  https://github.com/digitalocean/openapi (specification/DigitalOcean-public.v2.yaml, bundled by "redocly bundle")
Put them into a folder and run: HAWSER_SPECS=<folder> npm run proof:specs`

const print = (line: unknown): void => { process.stdout.write(`${String(line)}\n`) }

async function proof (): Promise<number> {
  const folder = process.env.HAWSER_SPECS ?? ''
  const providers = [...loaders.keys()].filter(id => folder !== '' && existsSync(folder) && documentOf(folder, id) !== null)
  if (providers.length === 0) {
    print(`HAWSER_SPECS names no folder with a vendor's OpenAPI document. ${sources}`)
    return 1
  }
  const scratch = mkdtempSync(join(tmpdir(), 'hawser-specs-'))
  const report = join(scratch, 'report.ndjson')
  try {
    const failed = await runSuite({ HAWSER_SPECS: resolve(folder), HAWSER_SPECS_REPORT: report, HAWSER_PROVIDERS: providers.join(',') })
    const reports: Report[] = existsSync(report) ? readFileSync(report, 'utf8').trim().split('\n').map(line => JSON.parse(line)) : []
    const isRight = providers.map(provider => judge(provider, reports.filter(seen => seen.provider === provider))).every(right => right)
    for (const file of failed) print(`failed: ${file}`)
    return isRight && failed.length === 0 ? 0 : 1
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** The whole conformance suite, one file after the other; returns those that failed. */
async function runSuite (environment: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = resolve(import.meta.dirname, '../conformance')
  const failed: string[] = []
  for (const file of readdirSync(folder).filter(name => name.endsWith('.test.ts'))) {
    const env = { TAP_TIMEOUT: '600', ...process.env, ...environment }
    const child = spawn(process.execPath, [join(folder, file)], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const lines: string[] = []
    child.stdout.setEncoding('utf8').on('data', (text: string) => { lines.push(text) })
    const [code] = await once(child, 'exit')
    if (code === 0) continue
    failed.push(file)
    print(lines.join('').split('\n').filter(line => /^ *not ok/.test(line)).slice(0, 20).join('\n'))
  }
  return failed
}

function judge (provider: string, reports: readonly Report[]): boolean {
  const found = [...new Set(reports.flatMap(seen => seen.deviations))].sort()
  const known = deviations.filter(deviation => deviation.provider === provider)
  const unexplained = found.filter(text => !known.some(({ says }) => says.test(text)))
  const unused = known.filter(({ says }) => !found.some(text => says.test(text)))
  const exchanges = reports.reduce((sum, seen) => sum + seen.exchanges, 0)
  const operations = new Set(reports.flatMap(seen => seen.operations)).size
  const explained = found.length - unexplained.length
  print(`${provider}: ${exchanges} exchanges with ${operations} operations of the document`)
  print(`  ${explained} deviations explained, ${unexplained.length} not`)
  for (const text of unexplained) print(`  not explained: ${text}`)
  for (const { says } of unused) print(`  listed, but not met with this document: ${String(says)}`)
  if (exchanges === 0) print('  nothing was checked: the conformance suite does not observe this provider')
  return exchanges > 0 && unexplained.length === 0
}

proof().then(code => { process.exitCode = code }, (error: unknown) => {
  print(error instanceof Error ? error.stack : error)
  process.exitCode = 1
})
