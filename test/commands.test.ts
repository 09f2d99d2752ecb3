import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { startHeficed } from '../sandbox/heficed/simulator.ts'
import { startVmmanager } from '../sandbox/vmmanager/simulator.ts'
import { runCli } from '../src/cli.ts'
import { version } from '../src/version.ts'
import { startIssuer } from './helpers/issuer.ts'
import { openProcesses, root } from './helpers/process.ts'
import { openRedis } from './helpers/redis.ts'

const folder = mkdtempSync(join(tmpdir(), 'hawser-commands-'))
t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
const [vmmanager, heficed] = [await startVmmanager(), await startHeficed()]
t.teardown(async () => { await vmmanager.close() })
t.teardown(async () => { await heficed.close() })
const vm6 = { provider: 'vmmanager', ...vmmanager.settings.vm6 }
const hosting = { provider: 'heficed', ...heficed.settings['heficed-main'] }
const nowhere = { ...vm6, url: 'http://127.0.0.1:9' }
const nextYear = `${new Date().getUTCFullYear() + 1}-01-31`

let files = 0
/** Runs a command line in this process; `config` is written to a file that HAWSER_CONFIG names. */
async function run (words: readonly string[], config?: object): Promise<{ code: number, out: string, err: string }> {
  const file = join(folder, `${files += 1}.yaml`)
  if (config !== undefined) writeFileSync(file, stringify({ auth: { mode: 'none' }, ...config }, { aliasDuplicateObjects: false }))
  let [out, err] = ['', '']
  const code = await runCli(words, {
    environment: config === undefined ? {} : { HAWSER_CONFIG: file },
    print: text => { out += text },
    printError: text => { err += text }
  })
  return { code, out, err }
}

t.test('key prints a new key each time, and the digest that the configuration takes', async t => {
  const [first, second] = [await run(['key']), await run(['key'])]
  t.match(first, { code: 0, err: '' })
  t.not(first.out, second.out)
  const [, key = '', digest] = /^key +(\S{43})\nsha256 +([0-9a-f]{64})\n$/.exec(first.out) ?? []
  t.equal(createHash('sha256').update(key).digest('hex'), digest)
})

t.test('check signs in to every account, and fails if one does', async t => {
  const sound = await run(['check'], { accounts: { vm6, hosting } })
  t.equal(sound.code, 0)
  t.match(sound.out, /^account +provider +result +detail\nvm6 +vmmanager +ok +such as \S+\nhosting +heficed +ok +such as \S+\n$/)
  const broken = await run(['check'], { accounts: { vm6: { ...vm6, password: 'a wrong SECRET' }, hosting, nowhere } })
  t.equal(broken.code, 1)
  t.match(broken.out, /vm6 +vmmanager +authentication .*\nhosting +heficed +ok .*\nnowhere +vmmanager +unreachable /)
  t.notOk(`${broken.out}${broken.err}`.includes('SECRET'))
})

t.test('check fails where serve would: without Redis, the audit file or the token issuer', async t => {
  const redis = await openRedis()
  const issuer = await startIssuer(t)
  t.teardown(async () => { await redis.stop() })
  const secret = 'a secret of the tests, long enough'
  const audit = join(folder, 'audit.ndjson')
  const tokens = { mode: 'keys', oidc: { issuer: issuer.url, audience: 'hawser', claim: 'permissions' } }
  t.match(await run(['check'], { redis: { url: redis.url }, secret, audit: { file: audit }, auth: tokens }), {
    code: 0, out: /redis +- +ok\naudit +- +ok\nauth.oidc +- +ok\n$/
  })
  t.notOk(existsSync(audit), 'it would belong to the user who checks, not to the one who serves')
  t.match(await run(['check'], { accounts: {}, audit: { file: folder } }), { code: 1, out: /^audit +- +failed +.*EISDIR$/m })
  const lost = await run(['check'], {
    redis: { url: 'redis://127.0.0.1:9/0' }, secret, audit: { file: join(folder, 'none', 'audit.ndjson') }, auth: { ...tokens, oidc: { ...tokens.oidc, issuer: 'http://127.0.0.1:9' } }
  })
  t.match(lost, { code: 1, out: /redis +- +failed +\S.*\naudit +- +failed +\S.*\nauth.oidc +- +failed +\S/ })
})

t.test('token prints a token that the platform accepts until that day', async t => {
  const made = await run(['token', 'vm6', '--expires', nextYear], { accounts: { vm6 } })
  t.match(made, { code: 0, err: '' })
  const token = made.out.trim()
  const call = vmmanager.calls.filter(({ path }) => path === '/auth/v4/token')
  t.equal(call.length, 1)
  t.match(call[0]?.body, `"expires_at":"${nextYear} 00:00:00"`)
  const rest = { provider: 'vmmanager', url: vmmanager.origin }
  t.equal((await run(['check'], { accounts: { tokened: { ...rest, token } } })).code, 0)
  for (const expires of ['2001-01-01', 'soon', '']) {
    t.match(await run(['token', 'vm6', '--expires', expires], { accounts: { vm6 } }), { code: 2, err: /requires a day in the future/ })
  }
  t.match(await run(['token', 'hosting', '--expires', nextYear], { accounts: { hosting } }), { code: 2, err: /Heficed .* does not offer long-lived tokens/ })
  t.match(await run(['token', 'other', '--expires', nextYear], { accounts: { hosting } }), { code: 2, err: /no account other; the configuration has hosting/ })
  t.match(await run(['token', 'nowhere', '--expires', nextYear], { accounts: { nowhere } }), { code: 1, err: /^nowhere: / })
})

t.test('help and --help work for every command, and --version prints the version', async t => {
  const all = await run(['--help'])
  t.equal(all.code, 0)
  for (const name of ['serve', 'check', 'key', 'token']) {
    t.match(all.out, new RegExp(`^  ${name}\\b`, 'm'))
    const [help, option] = [await run(['help', name]), await run([name, '--help'])]
    t.match(help, { code: 0, out: new RegExp(`^Usage: hawser ${name}`) })
    t.same(option, help)
  }
  t.match(await run(['--version']), { code: 0, out: `${version}\n` })
})

t.test('invalid usage and an invalid configuration exit with 2 and one message', async t => {
  t.match(await run(['chekc']), { code: 2, err: /unknown command 'chekc'\n\(Did you mean check\?\)/ })
  for (const words of [['check', 'x'], ['key', 'x'], ['token', 'vm6'], ['token'], ['serve', '--port', '1']]) t.match(await run(words, {}), { code: 2, out: '', err: /^error: / })
  for (const words of [[], ['serve'], ['check'], ['token', 'vm6', '--expires', nextYear]]) t.match(await run(words), { code: 2, out: '', err: 'HAWSER_CONFIG is not set; it must name the configuration file\n' })
  t.match(await run(['check'], { accounts: { 'not an id': vm6 } }), { code: 2, err: /^The configuration is not valid:\naccounts\.not an id/ })
  const fault = await runCli(['serve'], { environment: { HAWSER_CONFIG: join(folder, 'none.yaml') }, print: () => {}, printError: text => { t.match(text, /none\.yaml cannot be read\n$/) } })
  t.equal(fault, 2)
})

t.test('on an old Node version the command says what to install', async t => {
  const { launch } = openProcesses(t)
  const old = join(folder, 'old.mjs')
  // The real entry, on a process that says it is older.
  writeFileSync(old, `Object.defineProperty(process.versions, 'node', { value: '20.20.2' })\nawait import(${JSON.stringify(join(root, 'src/main.ts'))})\n`)
  const started = launch(old, {}, '', ['key'])
  t.equal(await started.ended(), 2)
  t.match(started.output(), /^hawser needs Node 24 or newer; this is v\d+\.\d+\.\d+\. Install Node 24 LTS \([^)]+\)\.\n$/)
  t.match(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')), { engines: { node: '>=24' } })
})
