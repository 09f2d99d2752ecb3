import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { run as runCli } from '../src/cli.ts'
import { commands } from '../src/commands/table.ts'
import { version } from '../src/version.ts'
import { startHeficed } from '../sandbox/heficed/simulator.ts'
import { startVmmanager } from '../sandbox/vmmanager/simulator.ts'
import { freePort } from './helpers/process.ts'
import { openRedis } from './helpers/redis.ts'

const folder = mkdtempSync(join(tmpdir(), 'hawser-commands-'))
const [vmmanager, heficed] = [await startVmmanager(), await startHeficed()]
t.teardown(async () => {
  rmSync(folder, { recursive: true, force: true })
  await vmmanager.close()
  await heficed.close()
})
const vm6 = { provider: 'vmmanager', ...vmmanager.settings.vm6 }
const hosting = { provider: 'heficed', ...heficed.settings['heficed-main'] }
const now = Date.parse('2026-01-31T12:00:00Z')

let files = 0
/** Runs a command in this process, with a configuration file of its own where there is one. */
async function run (words: readonly string[], config?: Readonly<Record<string, unknown>>) {
  const file = join(folder, `${files += 1}.yaml`)
  if (config !== undefined) writeFileSync(file, stringify({ auth: { mode: 'none' }, ...config }, { aliasDuplicateObjects: false }))
  const printed: string[] = []
  const complaints: string[] = []
  const code = await runCli(words, {
    environment: config === undefined ? {} : { HAWSER_CONFIG: file },
    now: () => now,
    print: text => { printed.push(text) },
    complain: text => { complaints.push(text) }
  })
  return { code, out: printed.join(''), err: complaints.join(''), file }
}

t.test('key prints a new key each time, and the digest that the configuration takes', async t => {
  const [first, second] = [await run(['key']), await run(['key'])]
  t.equal(first.code, 0)
  t.not(first.out, second.out)
  const [, key = '', digest] = /^key +(\S{43})\nsha256 +([0-9a-f]{64})\n$/.exec(first.out) ?? []
  t.equal(createHash('sha256').update(key).digest('hex'), digest)
})

t.test('check signs in to every account, and fails when one does', async t => {
  const sound = await run(['check'], { accounts: { vm6, hosting } })
  t.equal(sound.code, 0, sound.err)
  t.match(sound.out, /^account +provider +result +detail\nvm6 +vmmanager +ok +such as \S+\nhosting +heficed +ok +such as \S+\n$/)
  const broken = await run(['check'], { accounts: { vm6: { ...vm6, password: 'a wrong SECRET' }, hosting, nowhere: { ...vm6, url: 'http://127.0.0.1:9' } } })
  t.equal(broken.code, 1)
  t.match(broken.out, /vm6 +vmmanager +authentication .*\nhosting +heficed +ok .*\nnowhere +vmmanager +unreachable /)
  t.notOk(broken.out.includes('SECRET'))
})

t.test('check fails for an audit file that serving could not open, and creates none', async t => {
  const file = join(folder, 'audit.ndjson')
  t.match(await run(['check'], { accounts: {}, audit: { file } }), { code: 0, out: /^audit +ok +\S+audit\.ndjson$/m })
  t.notOk(existsSync(file))
  writeFileSync(file, 'a line\n')
  t.equal((await run(['check'], { accounts: {}, audit: { file } })).code, 0)
  t.equal(readFileSync(file, 'utf8'), 'a line\n')
  t.match(await run(['check'], { accounts: {}, audit: { file: folder } }), { code: 1, out: /^audit +failed +audit\.file \S+ cannot be opened: EISDIR$/m })
  t.match(await run(['check'], { accounts: {}, audit: { file: join(folder, 'none', 'audit.ndjson') } }), { code: 1, out: /^audit +failed .*ENOENT$/m })
  // The superuser may write everywhere.
  if (process.getuid?.() === 0) return
  chmodSync(file, 0o400)
  t.match(await run(['check'], { accounts: {}, audit: { file } }), { code: 1, out: /^audit +failed .*EACCES$/m })
})

t.test('check fails when Redis cannot be reached, and shows settings under which Redis forgets', async t => {
  const secret = 'a secret of the tests, long enough'
  const lost = await run(['check'], { accounts: {}, secret, redis: { url: `redis://127.0.0.1:${await freePort()}` } })
  t.match(lost, { code: 1, out: /^redis +failed +.*ECONNREFUSED/m })
  const redis = await openRedis()
  t.teardown(async () => { await redis.stop() })
  t.match(await run(['check'], { accounts: {}, secret, redis: { url: redis.url } }), { code: 0, out: /^redis +ok/m })
})

t.test('check fails when the issuer of tokens has no keys to give', async t => {
  let status = 200
  const issuer = await listening(createServer((_request, response) => { response.writeHead(status).end('{"keys": []}') }))
  t.teardown(() => { issuer.server.close() })
  const auth = { mode: 'keys', oidc: { issuer: issuer.url, jwks_url: issuer.url, audience: 'hawser', claim: 'scope' } }
  const sound = await run(['check'], { accounts: {}, auth })
  t.match(sound, { code: 0, out: /^oidc +ok +0 keys of http/m }, sound.err)
  status = 500
  t.match(await run(['check'], { accounts: {}, auth }), { code: 1, out: /^oidc +failed +the issuer answered 500$/m })
})

async function listening (server: Server): Promise<{ readonly server: Server, readonly url: string }> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return { server, url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` }
}

t.test('token prints a token that the platform takes until that day', async t => {
  const before = vmmanager.calls.length
  const made = await run(['token', 'vm6', '--expires', '2098-01-31'], { accounts: { vm6, hosting } })
  t.equal(made.code, 0, made.err)
  const asked = vmmanager.calls.slice(before).filter(({ path }) => path === '/auth/v4/token')
  t.equal(asked.length, 1)
  t.match(asked[0]?.body, /"expires_at":"2098-01-31 00:00:00"/)
  t.equal((await run(['check'], { accounts: { tokened: { provider: 'vmmanager', url: vmmanager.origin, token: made.out.trim() } } })).code, 0)
})

t.test('token refuses a day that is over, an unknown account and a provider without such tokens', async t => {
  const accounts = { vm6, hosting }
  for (const expires of ['2026-01-31', '2001-01-01', 'soon', '']) t.match(await run(['token', 'vm6', '--expires', expires], { accounts }), { code: 2, err: /a future day/ })
  t.match(await run(['token', 'hosting', '--expires', '2098-01-31'], { accounts }), { code: 1, out: '', err: /^hawser: Heficed .* has no such tokens\n$/ })
  t.match(await run(['token', 'other', '--expires', '2098-01-31'], { accounts }), { code: 2, err: 'hawser: there is no account other\n' })
})

t.test('a wrong command line is one line on stderr and exit code 2', async t => {
  const wrong: Array<[string[], RegExp]> = [
    [['srve'], /unknown command: srve; "hawser help" lists the commands/],
    [['help', 'srve'], /unknown command: srve/],
    [['vmmanager-token', 'vm6'], /unknown command: vmmanager-token/],
    [['--port', '1'], /Unknown option '--port'; usage: hawser serve/],
    [['check', '--all'], /Unknown option '--all'; usage: hawser check/],
    [['key', 'x'], /unexpected argument x; usage: hawser key/],
    [['token'], /ACCOUNT and --expires missing; usage: hawser token ACCOUNT --expires DATE/],
    [['token', 'vm6'], /--expires missing/],
    [['token', 'vm6', '--expires'], /argument missing; usage/],
    [['check'], /HAWSER_CONFIG is not set/],
    [[], /HAWSER_CONFIG is not set/]
  ]
  for (const [words, reason] of wrong) {
    const { code, out, err } = await run(words)
    t.same([code, out], [2, ''], words.join(' '))
    t.match(err, reason)
    t.match(err, /^hawser: [^\n]+\n$/)
  }
})

t.test('a configuration that cannot be read or is invalid is a line for each fault and exit code 2', async t => {
  for (const words of [['check'], ['serve'], [], ['token', 'vm6', '--expires', '2098-01-31']]) {
    const { code, err, file } = await run(words, { listen: { prot: 1 }, accounts: { vm6: { ...vm6, pasword: 'SECRET' } } })
    t.equal(code, 2)
    t.match(err, /^hawser: [^\n]+: listen\.prot \(line \d+\): is not a known key\nhawser: [^\n]+: accounts\.vm6\.pasword \(line \d+\): is not a known key\n$/)
    t.ok(err.includes(file))
    t.notOk(err.includes('SECRET'))
  }
  const complaints: string[] = []
  const surroundings = { now: () => now, print: () => {}, complain: (text: string) => { complaints.push(text) } }
  t.equal(await runCli(['check'], { ...surroundings, environment: { HAWSER_CONFIG: join(folder, 'none.yaml') } }), 2)
  t.match(complaints, [/^hawser: \S+none\.yaml: .*cannot be read \(ENOENT\)\n$/])
})

t.test('--help and help explain every command, and name all of them', async t => {
  const overview = await run(['help'])
  t.match(await run(['--help']), { code: 0, out: overview.out })
  for (const { name, summary } of commands) {
    t.ok(overview.out.includes(`${name} `) && overview.out.includes(summary), name)
    const help = await run(['help', name])
    t.match(help, { code: 0, err: '' })
    t.ok(help.out.startsWith(`usage: hawser ${name}`) && help.out.includes(summary))
    for (const flag of ['--help', '-h']) t.match(await run([name, flag]), { code: 0, out: help.out }, `${name} ${flag}`)
  }
  t.match((await run(['help', 'token'])).out, /usage: hawser token ACCOUNT --expires DATE\n[^]*--expires DATE +the day/)
  t.match(await run(['--version']), { code: 0, out: `hawser ${version}\n` })
})
