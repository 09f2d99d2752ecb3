import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { registry } from '../src/adapters/registry.ts'
import { checkAccounts, createKey, createToken } from '../src/commands.ts'
import { openAccounts } from '../src/accounts.ts'
import { parseConfig } from '../src/config/load.ts'
import { createMemoryStores } from '../src/state/stores.ts'
import { silentObserver } from '../src/telemetry/observer.ts'
import { startHeficed } from '../sandbox/heficed/simulator.ts'
import { startVmmanager } from '../sandbox/vmmanager/simulator.ts'
import { openProcesses, root } from './helpers/process.ts'

const main = join(root, 'src/main.ts')
const { folder, launch } = openProcesses(t)
const [vmmanager, heficed] = [await startVmmanager(), await startHeficed()]
t.teardown(async () => { await vmmanager.close() })
t.teardown(async () => { await heficed.close() })
const vm6 = { provider: 'vmmanager', ...vmmanager.settings.vm6 }
const hosting = { provider: 'heficed', ...heficed.settings['heficed-main'] }

let files = 0
async function run (words: readonly string[], accounts?: object): Promise<{ code: number | null, text: string }> {
  const file = join(folder, `${files += 1}.yaml`)
  writeFileSync(file, stringify({ auth: { mode: 'none' }, accounts: accounts ?? {} }, { aliasDuplicateObjects: false }))
  const command = launch(main, accounts === undefined ? {} : { HAWSER_CONFIG: file }, '', words)
  return { code: await command.ended(), text: command.output() }
}

t.test('key prints a new key each time, and the digest that the configuration takes', async t => {
  const [first, second] = [await run(['key']), await run(['key'])]
  t.equal(first.code, 0)
  t.not(first.text, second.text)
  const [, key = '', digest] = /^key +(\S{43})\nsha256 +([0-9a-f]{64})\n$/.exec(first.text) ?? []
  t.equal(createHash('sha256').update(key).digest('hex'), digest)
})

t.test('check signs in to every account, and fails when one does', async t => {
  const sound = await run(['check'], { vm6, hosting })
  t.equal(sound.code, 0)
  t.match(sound.text, /^account +provider +result +detail\nvm6 +vmmanager +ok +such as \S+\nhosting +heficed +ok +such as \S+\n$/)
  const broken = await run(['check'], { vm6: { ...vm6, password: 'a wrong SECRET' }, hosting, nowhere: { ...vm6, url: 'http://127.0.0.1:9' } })
  t.equal(broken.code, 1)
  t.match(broken.text, /vm6 +vmmanager +authentication .*\nhosting +heficed +ok .*\nnowhere +vmmanager +unreachable /)
  t.notOk(broken.text.includes('SECRET'))
})

t.test('vmmanager-token prints a token that the platform takes until that day', async t => {
  const made = await run(['vmmanager-token', 'vm6', '--expires', '2098-01-31'], { vm6 })
  t.equal(made.code, 0)
  const token = made.text.trim()
  t.equal(vmmanager.calls.filter(({ path }) => path === '/auth/v4/token').length, 1)
  const rest = { provider: 'vmmanager', url: vmmanager.origin }
  t.equal((await run(['check'], { 'not an id': vm6, tokened: { ...rest, token } })).code, 1, 'a file with a fault is refused')
  t.equal((await run(['check'], { tokened: { ...rest, token } })).code, 0)
  for (const expires of ['2001-01-01', 'soon', '']) {
    const refused = await run(['vmmanager-token', 'vm6', '--expires', expires], { vm6 })
    t.equal(refused.code, 1)
    t.match(refused.text, /takes a day to come/)
  }
  t.match(await run(['vmmanager-token', 'hosting', '--expires', '2098-01-31'], { hosting }), { code: 1, text: /Heficed .* has no such tokens/ })
  t.match(await run(['vmmanager-token', 'other', '--expires', '2098-01-31'], { hosting }), { code: 1, text: /no account other/ })
})

t.test('in one process: the accounts of a configuration are checked and given tokens without a server', async t => {
  const config = parseConfig(stringify({ auth: { mode: 'none' }, accounts: { vm6, hosting, nowhere: { ...vm6, url: 'http://127.0.0.1:9' } } }, { aliasDuplicateObjects: false }), registry, {})
  const opened = openAccounts(config.accounts, { ...createMemoryStores(), observer: silentObserver, secret: 'x', report: () => {} })
  t.teardown(async () => { await Promise.all(opened.map(async ({ close }) => { await close() })) })
  const accounts = opened.map(({ account }) => account)
  const { table, isSound } = await checkAccounts(accounts)
  t.equal(isSound, false)
  t.match(table, /vm6 .* ok .*\nhosting .* ok .*\nnowhere .* unreachable /)
  const [platform, other] = accounts
  if (platform === undefined || other === undefined) throw new Error('accounts are missing')
  const before = vmmanager.calls.length
  t.match(await createToken(platform, '2098-01-31'), /^\S+$/)
  t.match(vmmanager.calls.slice(before).at(-1)?.body, /"expires_at":"2098-01-31 00:00:00"/)
  await t.rejects(createToken(platform, '2001-01-31'), /a day to come/)
  await t.rejects(createToken(other, '2098-01-31'), /has no such tokens/)
  t.match(createKey(), /^key +\S+\nsha256 +\S+\n$/)
})

t.test('what is no command tells how to use it', async t => {
  for (const words of [['serve'], ['check', 'x'], ['key', 'x'], ['vmmanager-token', 'vm6']]) t.match(await run(words, { vm6 }), { code: 2, text: /^usage: /m })
  t.match(await run(['check']), { code: 2, text: /^usage: /m })
})
