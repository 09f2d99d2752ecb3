import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startHeficed } from '../../sandbox/heficed/simulator.ts'
import { startVmmanager } from '../../sandbox/vmmanager/simulator.ts'
import { sha256 } from '../helpers/api.ts'
import { createFastClock } from '../helpers/clock.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { openCommands, runHere } from '../helpers/caller.ts'

const behavior = { actionMs: 1200, createMs: 1200 }
const clock = createFastClock(10)
const [vmmanager, heficed] = [await startVmmanager({ behavior, clock: clock.now }), await startHeficed({ clock: clock.now })]
const keys = ['read', 'operate', 'write', 'delete'].map(name => ({ name, permissions: [name] }))
const { app, close } = await composeGateway({
  clock,
  accounts: {
    vm6: { provider: 'vmmanager', ...vmmanager.settings.vm6 },
    hef: { provider: 'heficed', ...heficed.settings['heficed-main'] }
  },
  auth: {
    mode: 'keys',
    keys: [{ name: 'all', permissions: ['read', 'operate', 'write', 'delete'] }, ...keys].map(({ name, permissions }) =>
      ({ name, sha256: sha256(`key-of-${name}`), accounts: ['*'], permissions }))
  }
})
const url = await app.listen({ host: '127.0.0.1', port: 0 })
t.teardown(async () => { await close(); await Promise.all([vmmanager.close(), heficed.close()]) })
const env = { HAWSER_URL: url, HAWSER_KEY: 'key-of-all' }
const { home, pipe, terminal } = openCommands(t)
const password = join(home, 'password')
writeFileSync(password, 'Example-Pass-1\n')

const create = (name: string): string[] =>
  ['server', 'create', 'vm6', '--name', name, '--region', '1', '--plan', '1', '--image', '12', '--password-file', password]
const isWrite = ({ method, path }: { readonly method: string, readonly path: string }): boolean =>
  method !== 'GET' && !path.includes('/auth/')
const sentTo = ({ calls }: typeof vmmanager): number => calls.filter(isWrite).length
const running = ['servers', 'vm6', '--status', 'running', '--limit', '1', '-q']
const idOfRunning = async (): Promise<string> => (await runHere(running, env)).out.trim()

t.test('a create prints its key first and waits; repeated with that key it buys no second server', { timeout: 120_000 }, async t => {
  const before = vmmanager.created
  const hold = vmmanager.hold({ match: ({ method, path }) => method === 'POST' && path.endsWith('/host') })
  const started = pipe([...create('web-21'), '--wait'], env)
  await hold.reached()
  const [, key = ''] = /^Idempotency-Key: (\S+)\n$/.exec(started.err()) ?? []
  t.not(key, '', 'the key is all that is printed while the provider has not answered')
  hold.release()
  const ended = await started.ended()
  t.equal(ended.code, 0, ended.err)
  const operation = JSON.parse(ended.out)
  t.match(operation, { action: 'create', status: 'succeeded', server_id: String })
  t.match(ended.err, /\ncreate \d+: running.*, \d+ s\n[^]*create \d+: succeeded.*, \d+ s\n$/, 'a line for each change')
  t.notOk(`${ended.out}${ended.err}`.includes('Example-Pass'))
  const again = await runHere([...create('web-21'), '--idempotency-key', key, '--wait', '-q'], env)
  t.match(again, { code: 0, out: `${operation.server_id}\n`, err: `Idempotency-Key: ${key}\n` })
  t.equal(vmmanager.created, before + 1)
  t.match(await runHere([...create('web-22'), '--idempotency-key', key], env), {
    code: 3, out: '', err: /^Idempotency-Key: .*\nError: This key was used for another request \(idempotency-mismatch, 422\)/
  })
})

t.test('progress on a terminal is one line with the status, the seconds and the provider\'s status', { timeout: 120_000 }, async t => {
  const { code, out } = await terminal(['server', 'reboot', 'vm6', await idOfRunning(), '--wait'], env).ended()
  t.equal(code, 0, out)
  const escape = String.fromCharCode(27)
  const [, live = ''] = /^([^]*?)\r\nid /.exec(out) ?? []
  t.ok(live.split(`\r${escape}[2K`).length > 2, live)
  t.notOk(live.includes('\n'), 'it is renewed in place')
  t.match(live, /reboot \d+: running \(\w+\), \d+ s/)
  t.match(live, /reboot \d+: succeeded.*, \d+ s$/)
  t.match(out, /\r\nstatus +\S*succeeded/)
})

t.test('Ctrl-C ends the wait with 130 and explains how to continue; the operation is not cancelled', { timeout: 120_000 }, async t => {
  const id = await idOfRunning()
  const poll = vmmanager.hold({ match: ({ path }) => path.includes('/task') })
  const started = terminal(['server', 'reboot', 'vm6', id, '--wait'], env, 160)
  await started.shows(/reboot \d+: running/)
  started.type('\u0003')
  const { code, out } = await started.ended()
  poll.release()
  t.equal(code, 130)
  const [, account = '', operation = ''] = /To keep watching it: hawser operation wait (\S+) (op_\w+)/.exec(out) ?? []
  t.match(await runHere(['operation', 'wait', account, operation], env), { code: 0, out: /"status": "succeeded"/ })
})

t.test('without --wait the message explains how to follow the accepted write', async t => {
  const run = await runHere(['server', 'reboot', 'vm6', await idOfRunning()], env)
  t.equal(run.code, 0)
  const { id } = JSON.parse(run.out)
  t.equal(run.err, `Accepted; still in progress. To wait for it: hawser operation wait vm6 ${id}\n`)
  const watched = await runHere(['operation', 'watch', 'vm6', id], env)
  const states = watched.out.trim().split('\n').map(line => JSON.parse(line).status)
  t.equal(watched.code, 0)
  t.equal(states.at(-1), 'succeeded')
  t.match(await runHere(['operation', 'get', 'vm6', id, '-o', 'csv', '-o', 'columns=status'], env), { out: 'status\nsucceeded\n' })
})

t.test('a failed operation exits with 1', { timeout: 120_000 }, async t => {
  vmmanager.failNext('host_stop')
  const run = await runHere(['server', 'stop', 'vm6', await idOfRunning(), '--wait'], env)
  t.match(run, { code: 1, out: /"status": "failed"/, err: /stop \d+: failed/ })
})

t.test('a dry run shows the calls of the provider and sends none', async t => {
  const id = await idOfRunning()
  const before = sentTo(vmmanager)
  const json = await runHere(['server', 'stop', 'vm6', id, '--dry-run'], env)
  t.match(json, { code: 0, err: 'Dry run: nothing was sent.\n' })
  t.match(JSON.parse(json.out), { calls: [{ method: 'POST', url: new RegExp(`/host/${id}/stop$`) }] })
  const table = await runHere(['server', 'delete', 'vm6', id, '--dry-run', '-o', 'table'], env)
  t.match(table, { code: 0, out: new RegExp(`^DELETE http://.*/host/${id}\\n {2}\\S+: \\S`) }, 'and needs no confirmation')
  t.match(await runHere([...create('web-23'), '--dry-run'], env), { code: 0, err: 'Dry run: nothing was sent.\n' }, 'nor a key')
  t.equal(sentTo(vmmanager), before)
})

t.test('a server can be given by name or id; an ambiguous name is refused with the ids', async t => {
  const twins = (await runHere(['servers', 'hef', '--name', 'twin', '-q'], env)).out.trim().split('\n')
  t.equal(twins.length, 2)
  t.match(await runHere(['server', 'get', 'hef', 'web-02.example.net', '-q'], env), { code: 0, out: '312020\n' })
  t.match(await runHere(['server', 'stop', 'hef', 'web-02.example.net', '--dry-run'], env), { code: 0, out: /312020/ })
  t.match(await runHere(['addresses', 'hef', 'web-02.example.net'], env), { code: 0 })
  for (const words of [['server', 'get', 'hef', 'twin'], ['server', 'stop', 'hef', 'twin']]) {
    t.match(await runHere(words, env), { code: 2, out: '', err: `2 servers of hef are named twin; use an id: ${twins.join(', ')}\n` })
  }
  t.match(await runHere(['server', 'get', 'hef', twins[1] ?? '', '-q'], env), { code: 0, out: `${twins[1]}\n` })
  t.match(await runHere(['server', 'stop', 'hef', 'no such name'], env), {
    code: 3, err: 'hef has no server with the id or name no such name\n'
  })
})

t.test('a key that may not read still works with ids', async t => {
  const id = await idOfRunning()
  t.match(await runHere(['server', 'stop', 'vm6', id, '--dry-run'], { ...env, HAWSER_KEY: 'key-of-operate' }), { code: 0 })
  t.match(await runHere(['server', 'get', 'vm6', id], { ...env, HAWSER_KEY: 'key-of-operate' }), {
    code: 3, err: /^Error: Permission denied \(forbidden, 403\)/
  })
})

t.test('a delete asks for the name of the server if there is a terminal', { timeout: 120_000 }, async t => {
  const made = await runHere([...create('web-24'), '--wait', '-q'], env)
  const id = made.out.trim()
  const before = sentTo(vmmanager)
  const wrong = terminal(['server', 'delete', 'vm6', id], env)
  await wrong.shows(/Type its name to continue: /)
  wrong.type('web-42\r')
  t.match(await wrong.ended(), {
    code: 2,
    out: new RegExp(`Delete a server: web-24 \\(${id}\\) of vm6\\. This cannot be undone\\.[^]*the name does not match; nothing was sent`)
  })
  const left = terminal(['server', 'delete', 'vm6', id], env)
  await left.shows(/to continue: /)
  left.type('\u0003')
  t.match(await left.ended(), { code: 130, out: /interrupted; nothing was sent/ })
  t.equal(sentTo(vmmanager), before)
  const right = terminal(['server', 'delete', 'vm6', 'web-24', '--wait'], env)
  await right.shows(/to continue: /)
  right.type('web-24\r')
  t.match(await right.ended(), { code: 0, out: /succeeded/ })
  t.match(await runHere(['server', 'get', 'vm6', id], env), { code: 3 })
})

t.test('a delete without a terminal needs --yes, or the name as --confirm', { timeout: 120_000 }, async t => {
  const id = (await runHere([...create('web-25'), '--wait', '-q'], env)).out.trim()
  const before = sentTo(vmmanager)
  const refused = pipe(['server', 'delete', 'vm6', id], env)
  refused.child.stdin?.end()
  t.match(await refused.ended(), {
    code: 2, out: '', err: /^Delete a server: without a terminal, confirm it with --yes or --confirm NAME; nothing was sent\n$/
  })
  t.match(await runHere(['server', 'delete', 'vm6', id, '--confirm', 'web-26'], env), {
    code: 2, err: /--confirm does not match the name of this server; nothing was sent/
  })
  t.match(await runHere(['server', 'rebuild', 'vm6', id, '12'], env), { code: 2, err: /^Rebuild a server: without a terminal/ })
  t.equal(sentTo(vmmanager), before)
  t.match(await runHere(['server', 'delete', 'vm6', id, '--yes', '--wait', '-o', 'columns=action,status'], env), {
    code: 0, out: /^ACTION +STATUS\ndelete +succeeded\n$/
  })
})

t.test('a problem is printed with title, detail and advice; with --verbose as the whole document', async t => {
  const run = await runHere(['server', 'stop', 'nobody', '1'], env)
  t.match(run, {
    code: 3, out: '', err: /^Error: No such account \(account-not-found, 404\)\n {2}.+\nWhat to do: List the accounts .+\nRequest: \S+\n$/
  })
  const verbose = await runHere(['images', 'nobody', '--verbose'], env)
  const { type, retryable } = JSON.parse(verbose.err.slice(verbose.err.indexOf('{')))
  t.match({ type, retryable }, { type: '/problems/account-not-found', retryable: 'no' })
  const refused = await runHere(['server', 'create', 'vm6', '--name', 'x', '--image', '12'], env)
  t.match(refused, {
    code: 3, err: /\nError: The request is not valid \(invalid-request, 400\)\n[^]*body\.cpus/
  }, 'which names what is missing')
  t.match(await runHere(['accounts'], { HAWSER_URL: url, HAWSER_KEY: 'SECRETKEY' }), {
    code: 3, err: /^(?![^]*SECRETKEY)Error: A valid API key is required/
  })
})
