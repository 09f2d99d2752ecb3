import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { loaders } from '../src/adapters/registry.ts'

const root = resolve(import.meta.dirname, '..')

const filesBelow = (folder: string): string[] => readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry =>
  entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)])

const sources = ['src', 'plugins', 'routes', 'sandbox'].flatMap(filesBelow).filter(file => file.endsWith('.ts'))

interface Import { readonly file: string, readonly from: string, readonly isPackage: boolean, readonly isErased: boolean }

const imports: Import[] = sources.flatMap(file => {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/^(?:import|export)\b[^'\n]*\bfrom\s+'([^']+)'|^\}\s*from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm)].map(match => {
    const name = match.slice(1).find(part => part !== undefined) ?? ''
    const isPackage = !name.startsWith('.')
    return { file, isPackage, isErased: match[0].startsWith('import type '), from: isPackage ? name : relative(root, resolve(root, dirname(file), name)).replace(/\.js$/, '.ts') }
  })
})

const breaches = (isBreach: (line: Import) => boolean): string[] => imports.filter(isBreach).map(({ file, from }) => `${file} imports ${from}`)
const isIn = (file: string, ...folders: string[]): boolean => folders.some(folder => file === folder || file.startsWith(`${folder}/`))
const isNamed = (from: string, name: string): boolean => from === name || from.startsWith(`${name}/`)

t.test('the import lines are found', async t => {
  t.ok(imports.length > 100)
  t.ok(imports.some(({ file, from }) => file === 'src/transport/transport.ts' && from === 'src/transport/retry.ts'))
})

t.test('every import line is allowed by the house rules', async t => {
  t.same(breaches(({ file, from, isPackage }) => isPackage && isNamed(from, 'fastify') && !isIn(file, 'routes', 'plugins', 'src/app.ts', 'src/serve.ts', 'src/compose.ts')), [], 'only the HTTP side knows fastify')
  t.same(breaches(({ file, from }) => isNamed(from, 'ioredis') && !isIn(file, 'src/state')), [], 'only src/state knows ioredis')
  t.same(sources.filter(file => !isIn(file, 'src/state/sqlite') && /node:sqlite/.test(readFileSync(join(root, file), 'utf8'))), [], 'only src/state/sqlite knows SQLite')
  t.same(breaches(({ file, from }) => (isNamed(from, 'undici') || isNamed(from, 'saxes')) && !isIn(file, 'src/upstream')), [], 'only src/upstream knows undici and saxes')
  t.same(breaches(({ file, from }) => isNamed(from, 'lru-cache') && !isIn(file, 'src/reads/cache.ts')), [], 'one file for each borrowed idea')
  t.same(breaches(({ file, from }) => isNamed(from, 'jose') && !isIn(file, 'src/access')), [], 'only src/access knows the tokens of callers')
  t.same(breaches(({ file, from }) => (isNamed(from, 'prom-client') || from.startsWith('@opentelemetry/')) && !isIn(file, 'src/telemetry')), [], 'only src/telemetry knows prom-client and OpenTelemetry')
  const tellers = ['src/telemetry', 'plugins', 'src/app.ts', 'src/compose.ts', 'src/serve.ts', 'src/commands']
  t.same(breaches(({ file, from }) => isIn(from, 'src/telemetry') && from !== 'src/telemetry/observer.ts' && !isIn(file, ...tellers)), [], 'the rooms report to an observer, and know no more of who observes')
  t.same(breaches(({ file, from, isPackage }) => isIn(file, 'src/domain') && (isPackage ? from !== 'zod' && !from.startsWith('node:') : !isIn(from, 'src/domain'))), [], 'the domain imports only zod')
  t.same(breaches(({ file, from }) => isIn(file, 'src/upstream') && isIn(from, 'src/adapters', 'src/transport', 'src/reads', 'src/execution', 'routes', 'plugins')), [], 'upstream looks at nobody above')
  t.same(breaches(({ file, from }) => isIn(file, 'src/adapters') && isIn(from, 'src/transport', 'src/reads', 'src/execution', 'src/config', 'src/state', 'src/operations', 'routes', 'plugins')), [], 'adapters look at nobody above')
  t.same(breaches(({ file, from }) => isIn(file, 'src/transport', 'src/reads', 'src/execution', 'src/operations', 'src/state', 'src/access') && isIn(from, 'routes', 'plugins', 'src/app.ts')), [], 'the rooms behind HTTP do not import it')
})

t.test('an adapter imports no other adapter, and the sandbox nothing of the gateway', async t => {
  const roomOf = (file: string): string | null => /^src\/adapters\/(?!kit\/)([^/]+)\//.exec(file)?.[1] ?? null
  t.same(breaches(({ file, from }) => roomOf(file) !== null && roomOf(from) !== null && roomOf(file) !== roomOf(from)), [])
  t.same(breaches(({ file, from, isPackage }) => isIn(file, 'sandbox') && (isPackage ? !from.startsWith('node:') : !isIn(from, 'sandbox'))), [])
  t.same(breaches(({ file, from, isPackage }) => !isPackage && !isIn(file, 'sandbox') && isIn(from, 'sandbox')), [], 'and nobody imports the sandbox')
})

t.test('the client depends on nothing of ours and runs without Node', async t => {
  t.same(breaches(({ file, from }) => isNamed(from, 'openapi-fetch') && !isIn(file, 'src/client')), [], 'only the client knows openapi-fetch')
  t.same(breaches(({ file, from, isPackage }) => isIn(file, 'src/client') && (isPackage ? from !== 'openapi-fetch' : !isIn(from, 'src/client'))), [], 'and it imports nothing else')
  t.same(breaches(({ file, from, isPackage }) => !isPackage && !isIn(file, 'src/client', 'src/caller') && isIn(from, 'src/client')), [], 'and only the commands of a caller import it')
})

t.test('the commands of a caller do not load the gateway', async t => {
  const packages = ['commander', 'yaml', 'string-width']
  t.same(breaches(({ file, from, isPackage, isErased }) => isIn(file, 'src/caller') && !isErased &&
    (isPackage ? !packages.includes(from) && !from.startsWith('node:') : !isIn(from, 'src/caller', 'src/client', 'src/terminal.ts'))), [])
  t.same(breaches(({ file, from, isPackage }) => !isPackage && !isIn(file, 'src/caller', 'src/cli.ts') && isIn(from, 'src/caller')), [], 'and the gateway does not load them')
})

t.test('shipped code imports only installed packages', async t => {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const shipped = typeof manifest === 'object' && manifest !== null && 'dependencies' in manifest && typeof manifest.dependencies === 'object' ? Object.keys(manifest.dependencies ?? {}) : []
  t.ok(shipped.includes('fastify'))
  t.same(breaches(({ from, isPackage, isErased }) => isPackage && !isErased && !from.startsWith('node:') && !shipped.some(name => isNamed(from, name))), [])
  for (const name of ['playwright-core', '@fastify/swagger', 'fastify-zod-openapi', 'zod-openapi']) t.notOk(shipped.includes(name), `${name} is for tests and generated files alone`)
})

const generated = ['src/client/schema.ts', 'src/caller/endpoints.ts']

t.test('no file is too long', async t => {
  for (const file of generated) t.match(readFileSync(join(root, file), 'utf8'), /^\/\/ Generated /)
  const long = sources.filter(file => !generated.includes(file)).map(file => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length })).filter(({ lines }) => lines > 251)
  t.same(long, [])
})

const mostLines = 50

/** The lengths of all functions in a file, in lines. */
function functionLengths (file: string): number[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true)
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line
  const lengths: number[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) lengths.push(lineOf(node.end) - lineOf(node.getStart()) + 1)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return lengths
}

t.test('no function is longer than a screen', async t => {
  const long = sources.filter(file => !generated.includes(file) && !isIn(file, 'sandbox') && functionLengths(file).some(lines => lines > mostLines))
  t.same(long, [])
})

/** Words of a dialect that readers of the field stumble over, and what to write instead. */
const dialect = /\bcan not\b|\bjust now\b|\btells?\b|\btold\b|\bwhoever\b|\beverybody\b|\bnobody\b/i

t.test('messages, comments and pages are in plain English', async t => {
  const pages = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'openapi/problems.md', ...filesBelow('docs'), ...filesBelow('deploy')].filter(file => file.endsWith('.md'))
  const texts = [...sources.filter(file => !generated.includes(file) && !isIn(file, 'sandbox')), ...pages]
  const found = texts.flatMap(file => readFileSync(join(root, file), 'utf8').split('\n').flatMap((line, index) => dialect.test(line) ? [`${file}:${index + 1}`] : []))
  t.same(found, [])
})

t.test('adapters read no environment and no code writes to the console but the process itself', async t => {
  const mentions = (word: RegExp, ...allowed: string[]): string[] =>
    sources.filter(file => !isIn(file, ...allowed) && word.test(readFileSync(join(root, file), 'utf8')))
  t.same(mentions(/process\.env/, 'src/main.ts', 'sandbox'), [])
  t.same(mentions(/\bconsole\.(log|info|warn|error|debug)\b|process\.std(out|err)/, 'src/main.ts', 'sandbox'), [])
})

/** The providers, by the folders of their adapters. */
const providers = readdirSync(join(root, 'src/adapters'), { withFileTypes: true })
  .filter(entry => entry.isDirectory() && entry.name !== 'kit').map(({ name }) => name)

/** What every provider's folder has. */
const everyFolderHas = ['adapter', 'auth', 'client', 'failures', 'ids', 'mapping', 'schema', 'send', 'settings']

/** What it may have beside that: its verbs, the vendor's paging, and an envelope that its sign-in reads too. */
const othersAllowed = [
  'list', 'get', 'create', 'delete', 'power', 'change', 'resize', 'rebuild', 'rescue', 'password', 'console', 'snapshots',
  'addresses', 'ptr', 'catalog', 'owners', 'jobs', 'raw', 'pages', 'envelope'
]

interface FolderNames {
  readonly missing: readonly string[]
  readonly strange: readonly string[]
}

/** Judges the names of a folder. A part of a file is named for it and lies beside it: `create-options.ts` beside `create.ts`. */
function judge (files: readonly string[]): FolderNames {
  const known = [...everyFolderHas, ...othersAllowed]
  const isKnown = (file: string): boolean => {
    const [, whole = '', part] = /^([a-z]+)(-[a-z]+)?\.ts$/.exec(file) ?? []
    return known.includes(whole) && (part === undefined || files.includes(`${whole}.ts`))
  }
  return {
    missing: ['README.md', ...everyFolderHas.map(name => `${name}.ts`)].filter(file => !files.includes(file)),
    strange: files.filter(file => file !== 'README.md' && !isKnown(file))
  }
}

t.test('the same thing has the same file name in every provider\'s folder', async t => {
  t.ok(providers.length > 0)
  for (const provider of providers) {
    t.same(judge(readdirSync(join(root, 'src/adapters', provider))), { missing: [], strange: [] }, provider)
  }
  t.same(judge(readdirSync(join(root, 'test/fixtures/throwaway'))), { missing: [], strange: [] }, 'the made-up provider')
  const names = ['README.md', ...everyFolderHas.slice(1).map(name => `${name}.ts`), 'create-options.ts', 'pages.ts', 'utils.ts', 'kit']
  t.same(judge(names), { missing: ['adapter.ts'], strange: ['create-options.ts', 'utils.ts', 'kit'] })
})

/** What a file of a provider's folder exports, by the name of the file. */
const factories: ReadonlyArray<readonly [RegExp, string]> = [
  [/^client$/, 'createClient'],
  [/^\w+-client$/, 'create[A-Z]\\w*Client'],
  [/^send$/, 'create[A-Z]\\w*Send'],
  [/^change$/, 'createChanges'],
  [/^catalog$/, 'createCatalogs'],
  [/^raw$/, 'createRawVerb'],
  [/^(?:list|create|delete|power|resize|rebuild|rescue|password|console|snapshots|addresses|ptr|owners|jobs)$/, '']
]

/** The factory that a file should have, as a pattern; null if the name of the file asks for none. */
function factoryOf (file: string): RegExp | null {
  const stem = file.replace(/\.ts$/, '')
  const name = factories.find(([pattern]) => pattern.test(stem))?.[1]
  if (name === undefined) return null
  return new RegExp(`^export (?:const|function|async function) ${name === '' ? `create${stem.charAt(0).toUpperCase()}${stem.slice(1)}` : name}\\b`, 'm')
}

t.test('the same verb is made by a function of the same name in every provider\'s folder', async t => {
  const folders = [...providers.map(provider => `src/adapters/${provider}`), 'test/fixtures/throwaway']
  t.same(folders.flatMap(filesBelow).filter(file => factoryOf(basename(file))?.test(readFileSync(join(root, file), 'utf8')) === false), [])
  t.match('export const createPtr = 1', factoryOf('ptr.ts') ?? /never/)
  t.notMatch('export const createPointer = 1', factoryOf('ptr.ts') ?? /./)
})

t.test('every folder of an adapter is one line of the registry', async t => {
  t.same([...loaders.keys()].sort(), [...providers].sort())
})

t.test('one provider\'s name appears in no condition outside its own folder', async t => {
  const condition = new RegExp(`[!=]==? *'(${providers.join('|')})'`)
  t.same(sources.filter(file => !isIn(file, 'sandbox') && condition.test(readFileSync(join(root, file), 'utf8'))), [])
})

t.test('code that serves all providers names none, except in an example', async t => {
  const named = new RegExp(providers.join('|'), 'i')
  const shared = ['verbs', 'execution', 'operations', 'reads', 'transport', 'state', 'access', 'telemetry'].map(room => `src/${room}`)
  const lines = sources.filter(file => isIn(file, ...shared)).flatMap(file => readFileSync(join(root, file), 'utf8').split('\n').map(line => ({ file, line })))
  t.same(lines.filter(({ line }) => named.test(line) && !line.includes('example')), [])
})

t.test('no list of failures is kept beside the table', async t => {
  const kept = /<Failure>\(\[|new Set\w*\(\[[^\]]*'(?:unreachable|rate-limited|malformed|circuit-open)'/
  t.same(sources.filter(file => !isIn(file, 'src/adapters', 'sandbox') && kept.test(readFileSync(join(root, file), 'utf8'))), [])
})

/** The room of a file: its folder below src, or the file itself where it lies directly there. */
const roomOf = (file: string): string => /^src\/(?:adapters\/)?[^/]+|^[^/]+/.exec(file)?.[0] ?? file

t.test('no two folders import each other, directly or indirectly', async t => {
  const arrows = new Map<string, Set<string>>()
  for (const { file, from, isPackage } of imports) {
    if (isPackage || roomOf(file) === roomOf(from)) continue
    arrows.set(roomOf(file), (arrows.get(roomOf(file)) ?? new Set()).add(roomOf(from)))
  }
  const reaches = (start: string, goal: string, seen = new Set<string>()): boolean =>
    [...arrows.get(start) ?? []].some(next => next === goal || (!seen.has(next) && reaches(next, goal, seen.add(next))))
  t.same([...arrows.keys()].filter(room => reaches(room, room)), [])
})
