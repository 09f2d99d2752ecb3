import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { loaders } from '../src/adapters/registry.ts'
import { root } from './helpers/process.ts'

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

/** One row of the table "Imports" of CONTRIBUTING.md. */
interface Row {
  readonly owners: readonly string[]
  readonly values: readonly string[]
  readonly types: readonly string[]
  readonly packages: readonly string[]
}

/** `reads` is `src/reads`, `plugins` is a folder of its own, `compose.ts` is a file of `src`. */
const pathOf = (name: string): string => existsSync(join(root, 'src', name)) ? `src/${name}` : name

/** Reads the table: names in backticks; the columns are folder, values, types only, packages. */
function importTable (page: string): Row[] {
  const table = /<!-- imports -->([^]*)<!-- \/imports -->/.exec(page)?.[1] ?? ''
  const namesIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
  return table.split('\n').filter(line => line.startsWith('| `')).map(line => {
    const [owners = [], values = [], types = [], packages = []] = line.split('|').slice(1, -1).map(namesIn)
    return { owners: owners.map(pathOf), values: values.map(pathOf), types: types.map(pathOf), packages }
  })
}

const rows = importTable(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8'))
const ownedBy = (file: string): Row | undefined => rows.find(({ owners }) => isIn(file, ...owners))

function isAllowed ({ owners, values, types, packages }: Row, { from, isPackage, isErased }: Import): boolean {
  if (isPackage) return packages.some(name => isNamed(from, name.replace(/\/\*$/, ''))) || (from.startsWith('node:') && from !== 'node:sqlite')
  return isIn(from, ...owners, ...values) || (isErased && isIn(from, ...types))
}

t.test('every import line is allowed by the table of CONTRIBUTING.md', async t => {
  const rowless = sources.filter(file => ownedBy(file) === undefined)
  t.same(rowless, [], 'every folder and every file of src has a row')
  t.same(breaches(line => { const row = ownedBy(line.file); return row !== undefined && !isAllowed(row, line) }), [])
  const names = rows.flatMap(({ owners, values, types }) => [...owners, ...values, ...types])
  t.same(names.filter(name => !existsSync(join(root, name))), [], 'the table names only what exists')
  const row = importTable('<!-- imports -->\n| `reads` | `domain`, `telemetry/observer.ts` | `state` | `zod` |\n<!-- /imports -->')[0]
  const line = { file: 'src/reads/walk.ts', isPackage: false, isErased: false }
  t.ok(row !== undefined && isAllowed(row, { ...line, from: 'src/domain/list.ts' }) && isAllowed(row, { ...line, from: 'src/state/stores.ts', isErased: true }))
  for (const from of ['src/state/stores.ts', 'src/telemetry/metrics.ts']) t.ok(row !== undefined && !isAllowed(row, { ...line, from }), from)
  t.ok(row !== undefined && !isAllowed(row, { ...line, isPackage: true, from: 'fastify' }))
})

t.test('only src/state/sqlite knows SQLite, and an adapter imports no other adapter', async t => {
  t.same(sources.filter(file => !isIn(file, 'src/state/sqlite') && /node:sqlite/.test(readFileSync(join(root, file), 'utf8'))), [])
  const adapterOf = (file: string): string | null => /^src\/adapters\/(?!kit\/)([^/]+)\//.exec(file)?.[1] ?? null
  t.same(breaches(({ file, from }) => adapterOf(file) !== null && adapterOf(from) !== null && adapterOf(file) !== adapterOf(from)), [])
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

const mostCharacters = 140

t.test('no line has more than 140 characters', async t => {
  const long = sources.filter(file => !generated.includes(file)).flatMap(file => readFileSync(join(root, file), 'utf8').split('\n')
    .flatMap((line, index) => line.length > mostCharacters && !line.includes('://') ? [`${file}:${index + 1}`] : []))
  t.same(long, [])
})

/** Words that are not plain technical English, and UK spellings: the project is in US English. */
const dialect = /\bcan not\b|\bjust now\b|\btells?\b|\btold\b|\bwhoever\b|\beverybody\b|\bnobody\b/i
const british = /\b(?:honour|colour|behaviour|neighbour|favour|organisation|licence|labelled|misspelt|judgement|catalogue)(?!\S*\.ts\b)/i

const isPage = (file: string): boolean => /\.(?:md|ya?ml)$/.test(file)

t.test('messages, comments, pages and test titles are in plain US English', async t => {
  const pages = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'openapi/problems.md', ...['docs', 'deploy', '.github'].flatMap(filesBelow)].filter(isPage)
  const written = sources.filter(file => !generated.includes(file))
  const linesOf = (files: readonly string[]): Array<readonly [place: string, line: string]> =>
    files.flatMap(file => readFileSync(join(root, file), 'utf8').split('\n').map((line, index) => [`${file}:${index + 1}`, line] as const))
  const titles = linesOf(filesBelow('test').filter(file => file.endsWith('.ts'))).filter(([, line]) => /\btest\('/.test(line))
  const plain = [...linesOf([...written.filter(file => !isIn(file, 'sandbox')), ...pages]), ...titles]
  t.same(plain.filter(([, line]) => dialect.test(line)).map(([place]) => place), [])
  t.same([...linesOf([...written, ...pages, ...filesBelow('src').filter(isPage)]), ...titles].filter(([, line]) => british.test(line)).map(([place]) => place), [])
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
const everyFolderHas = ['adapter', 'client', 'failures', 'ids', 'mapping', 'schema', 'send', 'settings']

/** What it may have beside that: a sign-in, its verbs, and the vendor's paging. */
const othersAllowed = [
  'auth', 'list', 'create', 'power', 'change', 'resize', 'rebuild', 'snapshots', 'addresses', 'catalog', 'owners', 'jobs', 'raw', 'pages'
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
  const shared = ['verbs', 'execution', 'operations', 'reads', 'transport', 'state', 'access', 'telemetry'].map(folder => `src/${folder}`)
  const lines = sources.filter(file => isIn(file, ...shared)).flatMap(file => readFileSync(join(root, file), 'utf8').split('\n').map(line => ({ file, line })))
  t.same(lines.filter(({ line }) => named.test(line) && !line.includes('example')), [])
})

t.test('no list of failures is kept beside the table', async t => {
  const kept = /<Failure>\(\[|new Set\w*\(\[[^\]]*'(?:unreachable|rate-limited|malformed|circuit-open)'/
  t.same(sources.filter(file => !isIn(file, 'src/adapters', 'sandbox') && kept.test(readFileSync(join(root, file), 'utf8'))), [])
})

/** The folder of a file below src, or the file itself where it lies directly there. */
const folderOf = (file: string): string => /^src\/(?:adapters\/)?[^/]+|^[^/]+/.exec(file)?.[0] ?? file

t.test('no two folders import each other, directly or indirectly', async t => {
  const arrows = new Map<string, Set<string>>()
  for (const { file, from, isPackage } of imports) {
    if (isPackage || folderOf(file) === folderOf(from)) continue
    arrows.set(folderOf(file), (arrows.get(folderOf(file)) ?? new Set()).add(folderOf(from)))
  }
  const reaches = (start: string, goal: string, seen = new Set<string>()): boolean =>
    [...arrows.get(start) ?? []].some(next => next === goal || (!seen.has(next) && reaches(next, goal, seen.add(next))))
  t.same([...arrows.keys()].filter(folder => reaches(folder, folder)), [])
})
