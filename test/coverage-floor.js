// Holds the line coverage of the gateway's own rooms to a floor; the simulators' rarer switches are left out of it.
import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'

const floors = { file: 85, total: 97 }
const root = resolve(import.meta.dirname, '..')
const summary = JSON.parse(readFileSync(resolve(root, '.tap/report/coverage-summary.json'), 'utf8'))

// main.ts runs as a process of its own in the tests, from the build.
const isOurs = file => /^(src|plugins|routes)\//.test(file) && file !== 'src/main.ts'
const files = Object.entries(summary).map(([file, { lines }]) => ({ file: relative(root, file), ...lines })).filter(({ file }) => isOurs(file))
const covered = files.reduce((sum, { covered }) => sum + covered, 0)
const total = files.reduce((sum, { total }) => sum + total, 0)
const share = total === 0 ? 0 : 100 * covered / total
const low = files.filter(({ pct }) => pct < floors.file)

process.stdout.write(`line coverage of ${files.length} files: ${share.toFixed(2)} % (floor ${floors.total} %)\n`)
for (const { file, pct } of low) process.stdout.write(`${file}: ${pct} % (floor ${floors.file} %)\n`)
if (low.length > 0 || share < floors.total) process.exitCode = 1
