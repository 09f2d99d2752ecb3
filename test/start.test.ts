import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import t from 'tap'
import { root } from './helpers/process.ts'

/** What is loaded with a file: its own imports and theirs, without types and without what is imported on demand. */
function loadedWith (file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  if (!file.endsWith('.ts')) return seen
  const text = readFileSync(join(root, file), 'utf8')
  for (const match of text.matchAll(/^(?:import|export) (?!type )[^'\n]*from '([^']+)'|^\} from '([^']+)'|^import '([^']+)'/gm)) {
    const name = match.slice(1).find(part => part !== undefined) ?? ''
    loadedWith(name.startsWith('.') ? relative(root, resolve(root, dirname(file), name)) : name, seen)
  }
  return seen
}

const namesIn = (files: ReadonlySet<string>, names: RegExp): string[] => [...files].filter(file => names.test(file))

t.test('the command line loads only the requested command and the parser', async t => {
  const loaded = loadedWith('src/cli.ts')
  t.same([...loaded].toSorted(), ['commander', 'src/cli.ts', 'src/terminal.ts', 'src/version.ts'])
})

t.test('the client commands load only their table and the parser until one of them runs', async t => {
  const loaded = [...loadedWith('src/caller/program.ts')].filter(file => !file.startsWith('src/caller/') && !file.startsWith('node:'))
  t.same(loaded.toSorted(), ['commander'])
})

t.test('a gateway loads Redis, OpenTelemetry, the JWT reader and an adapter only where configured', async t => {
  const loaded = loadedWith('src/serve.ts')
  t.ok(loaded.has('fastify') && loaded.has('undici') && loaded.has('src/adapters/registry.ts'))
  t.same(namesIn(loaded, /^(ioredis|jose|@opentelemetry\/.*|saxes)$/), [])
  t.same(namesIn(loaded, /^src\/adapters\/(?!registry|contract|verbs|capabilities|kit)/), [])
})
