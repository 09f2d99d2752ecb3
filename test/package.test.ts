import { execFile } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import ts from 'typescript'
import { z } from 'zod'
import { startGlesys } from '../sandbox/glesys/simulator.ts'
import { sha256 } from './helpers/api.ts'
import { composeGateway } from './helpers/gateway.ts'
import { openProcesses, root } from './helpers/process.ts'

const run = promisify(execFile)
const longestMs = 180_000
/** What a clone has that the package is made of; `node_modules` only for the compiler. */
const sources = [
  'src', 'plugins', 'routes', 'openapi', 'sandbox', 'test', 'package.json', 'tsconfig.json', 'README.md', 'LICENSE', 'CHANGELOG.md'
]

const folder = mkdtempSync(join(tmpdir(), 'hawser-package-'))
t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
const project = join(folder, 'project')
const bin = join(project, 'node_modules/.bin/hawser')

const packed = z.array(z.object({ filename: z.string(), unpackedSize: z.number(), files: z.array(z.object({ path: z.string() })) }))

/** Packs a copy of the checkout, which has not been built. */
async function pack (): Promise<z.infer<typeof packed>[number]> {
  const clone = join(folder, 'clone')
  for (const name of sources) cpSync(join(root, name), join(clone, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'))
  const { stdout } = await run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], { cwd: clone, timeout: longestMs })
  const [made] = packed.parse(JSON.parse(stdout.slice(stdout.search(/^\[/m))))
  if (made === undefined) throw new Error('nothing was packed')
  return made
}

const made = await pack()
mkdirSync(project)
writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'a-project', private: true, type: 'module' }))
const options = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
await run('npm', ['install', ...options, join(folder, made.filename)], { cwd: project, timeout: longestMs })

t.test('packing builds the package, which contains no sources or tests', async t => {
  const files = made.files.map(({ path }) => path)
  const expected = [
    'dist/src/main.js', 'dist/src/client/client.js', 'dist/src/client/client.d.ts', 'dist/openapi/openapi.json',
    'README.md', 'LICENSE', 'CHANGELOG.md'
  ]
  for (const file of expected) t.ok(files.includes(file), file)
  const wanted = [
    /^dist\/(src|plugins|routes)\/.*\.js$/,
    /^dist\/src\/client\/\w+\.d\.ts$/,
    /^dist\/openapi\//,
    /^((README|CHANGELOG)\.md|LICENSE|package\.json)$/
  ]
  t.same(files.filter(file => !wanted.some(form => form.test(file))), [])
  t.ok(files.length < 600 && made.unpackedSize < 4_000_000, `${files.length} files, ${made.unpackedSize} bytes`)
})

t.test('the installed command prints a key, its version and its help', async t => {
  const { stdout } = await run('npx', ['--no-install', 'hawser', 'key'], { cwd: project, timeout: longestMs })
  t.match(stdout, /^key +\S{43}\nsha256 +[0-9a-f]{64}\n$/)
  t.match((await run(bin, ['--help'])).stdout, /hawser/)
})

t.test('the installed command serves the API and its documents', async t => {
  const { serve } = openProcesses(t)
  const gateway = await serve({ accounts: {}, log: { level: 'silent' } }, {}, bin)
  for (const path of ['/openapi.json', '/config.schema.json', '/problems', '/docs/', '/v1/providers']) {
    t.equal((await fetch(`${gateway.base}${path}`)).status, 200, path)
  }
  gateway.child.kill('SIGTERM')
  t.equal(await gateway.ended(), 0)
})

t.test('the installed command calls a gateway and gives advice on its problems', async t => {
  const { app, close } = await composeGateway({ accounts: {} })
  t.teardown(close)
  const env = { PATH: process.env.PATH, HOME: folder, HAWSER_URL: await app.listen({ host: '127.0.0.1', port: 0 }) }
  t.equal((await run(bin, ['servers'], { env })).stdout, '[]\n')
  await t.rejects(run(bin, ['images', 'none'], { env }), { code: 3, stderr: /^Error: No such account .*\n[^]*^What to do: List the accounts/m })
})

t.test('the package exports the client and has no main module', async t => {
  const code = `
    const faults = []
    for (const name of ['hawser', 'hawser/dist/src/main.js']) await import(name).catch(error => { faults.push(error.code) })
    const { createClient } = await import('hawser/client')
    console.log(JSON.stringify([...faults, typeof createClient]))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: project, timeout: longestMs })
  t.same(JSON.parse(stdout), ['ERR_PACKAGE_PATH_NOT_EXPORTED', 'ERR_PACKAGE_PATH_NOT_EXPORTED', 'function'])
})

/** Compiles files as its user would, and says which file `hawser/client` was. */
function compile (files: readonly string[], options: ts.CompilerOptions): { faults: string[], declarations: string[] } {
  const program = ts.createProgram([...files], {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    typeRoots: [join(root, 'node_modules/@types')],
    ...options
  })
  const faults = ts.getPreEmitDiagnostics(program).map(({ messageText, file, start = 0 }) => {
    const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1
    return `${file?.fileName ?? ''}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
  const names = program.getSourceFiles().map(({ fileName }) => fileName)
  return { faults, declarations: names.filter(name => name.endsWith('/client/client.d.ts')) }
}

t.test('the example compiles against the installed client for Node and for browsers; mistakes do not', { timeout: longestMs }, async t => {
  const files = ['example.ts', 'mistakes.ts'].map(file => {
    copyFileSync(join(root, 'test/client', file), join(project, file))
    return join(project, file)
  })
  const declarations = [join(project, 'node_modules/hawser/dist/src/client/client.d.ts')]
  t.same(compile(files, { types: ['node'], lib: ['lib.es2023.d.ts'], skipLibCheck: true }), { faults: [], declarations })
  // The client's own source too: it needs nothing of Node.
  const browser = { types: [], lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'] }
  t.same(compile([...files, join(root, 'src/client/client.ts')], browser), { faults: [], declarations })
})

t.test('the example works against a listening gateway', async t => {
  const vendor = await startGlesys({ behavior: { actionMs: 60, createMs: 60, lingerMs: 20 } })
  const key = 'the-key-of-the-client'
  const digest = sha256(key)
  const { app, close } = await composeGateway({
    accounts: { lab: { provider: 'glesys', ...vendor.settings['glesys-lab'] } },
    auth: { mode: 'keys', keys: [{ name: 'client', sha256: digest, accounts: ['*'], permissions: ['read', 'operate', 'write', 'delete'] }] }
  })
  t.teardown(async () => { await close(); await vendor.close() })
  const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 })
  copyFileSync(join(root, 'test/client/example.ts'), join(project, 'example.ts'))
  writeFileSync(join(project, 'run.ts'), `
    import { example } from './example.ts'
    const [, , baseUrl = '', key = ''] = process.argv
    await example({ baseUrl, key, account: 'lab' }, line => { console.log(line) })`)
  const { stdout } = await run(process.execPath, ['run.ts', baseUrl, key], { cwd: project, timeout: longestMs })
  const lines = stdout.trim().split('\n')
  t.same(lines.slice(-4), ['create succeeded', 'stop succeeded', 'it is stopped', '/problems/server-not-found, retryable: no'])
  t.ok(lines.length > 4, 'a line for each server that there was, and four')
  t.equal(vendor.created, 1)
})
