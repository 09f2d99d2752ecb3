import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { z } from 'zod'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { startVmmanager } from '../../sandbox/vmmanager/simulator.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { root } from '../helpers/process.ts'
import { openCommands, runHere, sendJson, startStandIn } from '../helpers/caller.ts'
import { freePort } from '../helpers/ports.ts'

const [glesys, vmmanager] = [await startGlesys(), await startVmmanager()]
glesys.addServers(600)
const { app, close } = await composeGateway({
  accounts: {
    lab: { provider: 'glesys', ...glesys.settings['glesys-lab'] },
    vm6: { provider: 'vmmanager', ...vmmanager.settings.vm6 },
    dead: { provider: 'vmmanager', ...vmmanager.settings.vm6, url: 'http://127.0.0.1:9' }
  }
})
const url = await app.listen({ host: '127.0.0.1', port: 0 })
t.teardown(async () => { await close(); await Promise.all([glesys.close(), vmmanager.close()]) })
const env = { HAWSER_URL: url }
const commands = openCommands(t)
const rows = (text: string): Array<Record<string, unknown>> => z.array(z.record(z.string(), z.unknown())).parse(JSON.parse(text))

t.test('a list reads all pages, or as many rows as --limit says', async t => {
  const all = rows((await runHere(['servers', 'lab'], env)).out)
  t.ok(all.length > 600)
  t.equal(rows((await runHere(['servers', 'lab', '--limit', '503'], env)).out).length, 503)
  t.same(rows((await runHere(['servers', 'lab', '--limit', '3', '--sort', '-id'], env)).out).length, 3)
})

t.test('rows are JSON in a pipe and a table on a terminal', async t => {
  const words = ['servers', 'vm6', '--limit', '4']
  const piped = await commands.pipe(words, env).ended()
  const servers = rows(piped.out)
  t.match(piped, { code: 0, err: '' })
  t.equal(servers.length, 4)
  const shown = await commands.terminal(words, { ...env, NO_COLOR: '1' }).ended()
  const lines = shown.out.trim().split('\r\n')
  t.equal(shown.code, 0)
  t.match(lines[0], /^ID +NAME +STATUS +ADDRESSES +REGION/)
  t.same(lines.slice(1, 5).map(line => line.split(/ {2,}/).slice(0, 2)), servers.map(({ id, name }) => [id, name]))
})

t.test('colors are for terminals, and NO_COLOR turns them off', async t => {
  const words = ['servers', 'vm6', '--status', 'running', '--limit', '1']
  const escape = String.fromCharCode(27)
  t.ok((await commands.terminal(words, env).ended()).out.includes(`${escape}[32mrunning`))
  t.notOk((await commands.terminal(words, { ...env, NO_COLOR: '1' }).ended()).out.includes(escape))
  t.notOk((await commands.terminal(words, { ...env, TERM: 'dumb' }).ended()).out.includes(escape))
  t.notOk((await runHere([...words, '-o', 'table'], env)).out.includes(escape))
})

t.test('each format prints the same rows', async t => {
  const words = ['servers', 'lab', '--limit', '2']
  const json = rows((await runHere([...words, '-o', 'json'], env)).out)
  const lines = (await runHere([...words, '-o', 'ndjson'], env)).out.trim().split('\n')
  t.same(lines.map(line => JSON.parse(line).id), json.map(({ id }) => id))
  const csv = (await runHere([...words, '-o', 'csv', '-o', 'columns=id,region.id,addresses'], env)).out.split('\n')
  t.equal(csv[0], 'id,region.id,addresses')
  t.match(csv[1], /^\w+,Falkenberg,"[\d.]+, [\da-f:]+"$/)
  t.match(await runHere([...words, '-o', 'columns=name,status'], env), { out: /^NAME +STATUS\n(\S+ +\w+\n){2}$/ })
  t.same(rows((await runHere([...words, '-o', 'json', '-o', 'columns=name'], env)).out).map(row => Object.keys(row)), [['name'], ['name']])
  t.equal((await runHere([...words, '-q'], env)).out, json.map(({ id }) => `${String(id)}\n`).join(''))
  t.match(await runHere([...words, '-o', 'columns=nmae'], env), {
    code: 2, err: /there is no column nmae; there are: id, account, provider, name/
  })
})

t.test('an empty list is an empty array in JSON, and a message on a terminal', async t => {
  const words = ['servers', 'lab', '--name', 'no server has this name']
  t.match(await runHere(words, env), { code: 0, out: '[]\n', err: '' })
  t.match(await runHere([...words, '-o', 'table'], env), { code: 0, out: '', err: 'No results.\n' })
})

t.test('without an account the fleet is listed; an account without a response is a message, or a failure with --strict', async t => {
  const run = await runHere(['servers', '-o', 'csv', '-o', 'columns=account,id'], env)
  t.equal(run.code, 0)
  t.same([...new Set(run.out.trim().split('\n').slice(1).map(line => line.split(',')[0]))].toSorted(), ['lab', 'vm6'])
  t.match(run.err, /^dead did not respond: The provider could not be reached \(.+\)\n$/)
  const strict = await runHere(['servers', '--strict', '-q'], env)
  t.match(strict, { code: 1, err: run.err })
  t.equal(strict.out.trim().split('\n').length, run.out.trim().split('\n').length - 1)
  t.match(await runHere(['servers', '--accounts', 'lab', '--strict', '-q'], env), { code: 0, err: '' })
  t.match(await runHere(['servers', '--accounts', 'dead'], env), { code: 3, out: '', err: /^Error: The provider could not be reached/ })
})

t.test('on a narrow terminal names are shortened and columns left out and named, but ids are never cut', async t => {
  const words = ['servers', 'lab', '--limit', '5']
  const ids = (await runHere([...words, '-q'], env)).out.trim().split('\n')
  for (const columns of [40, 60, 80]) {
    const { out } = await commands.terminal(words, { ...env, NO_COLOR: '1' }, columns).ended()
    const [table = '', note] = out.split('no room for: ')
    const lines = table.trimEnd().split('\r\n')
    t.ok(lines.every(line => line.length <= columns), out)
    t.same(lines.slice(1).map(line => line.split(/ {2,}/)[0]), ids)
    if (columns < 80) t.match(note, /disk_gib .*-o json/)
  }
  const named = await commands.terminal([...words, '-o', 'columns=id,account,status,name,region'], { ...env, NO_COLOR: '1' }, 30).ended()
  t.match(
    named.out, /^id +\S+\r\naccount +lab\r\nstatus +\S+\r\nname +\S+\r\nregion +Falkenberg\r\n\r\nid /,
    'columns that are asked for are shown as blocks where they do not fit'
  )
})

t.test('a record is printed with one line for each member, an account also with one for each verb', async t => {
  const server = (await commands.terminal(['server', 'get', 'vm6', '41'], { ...env, NO_COLOR: '1' }).ended()).out
  t.match(server, /^id +41\r\naccount +vm6\r\n[^]*^image +.+ \(\S+\)\r\n[^]*^locked +no\r\n/m)
  const { out } = await runHere(['account', 'get', 'lab', '-o', 'table'], env)
  t.match(out, /^health\.status +ok\n[^]*^capabilities\.start +native, documented\n[^]*^capabilities\.rebuild +none\n/m)
})

t.test('a reader that closes the pipe early ends the command without an error', async t => {
  const line = `"${process.execPath}" "$MAIN" servers lab -o ndjson; echo "code $?" >&2`
  const run = await commands.program('sh', ['-c', `(${line}) | head -n 1`], { ...env, MAIN: join(root, 'src/main.ts') }).ended()
  t.equal(run.out.trim().split('\n').length, 1)
  t.equal(run.err, 'code 0\n')
})

t.test('a failed write to standard output is an error', { skip: existsSync('/dev/full') ? false : 'there is no /dev/full' }, async t => {
  const run = await commands.program('sh', ['-c', `"${process.execPath}" "$MAIN" servers lab -o csv > /dev/full`], { ...env, MAIN: join(root, 'src/main.ts') }).ended()
  t.match(run, { code: 1, err: /^standard output cannot be written: ENOSPC\n$/ })
})

const escape = String.fromCharCode(27)
const name = `a${escape}]0;title\u0007\nb\u202eevil\u009b31m`
const strange = { id: '1', name, status: `${escape}[2J`, 'x\u001b': 1, wide: '漢字漢字' }

t.test('control characters in a provider\'s text never reach the terminal', async t => {
  const gateway = await startStandIn(t, (path, response) => {
    if (path.includes('refused')) sendJson(response, { ...problem, detail: strange.name, upstream: { message: strange.status } }, 422)
    else if (path.endsWith('/servers/1')) sendJson(response, strange)
    else sendJson(response, { data: [strange], page: { next_cursor: null } })
  })
  // eslint-disable-next-line no-control-regex
  const acting = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/
  for (const format of ['table', 'json', 'ndjson', 'csv']) {
    for (const words of [['servers', 'lab'], ['server', 'get', 'lab', '1']]) {
      const run = await runHere([...words, '-o', format], { HAWSER_URL: gateway.url })
      t.equal(run.code, 0)
      t.notMatch(run.out, acting, `${words.join(' ')} ${format}`)
      t.match(run.out, /\\u001b/)
    }
  }
  t.same(rows((await runHere(['servers', 'lab'], { HAWSER_URL: gateway.url })).out), [strange], 'JSON keeps the value')
  for (const flags of [[], ['--verbose']]) {
    const refused = await runHere(['images', 'refused', ...flags], { HAWSER_URL: gateway.url })
    t.equal(refused.code, 3)
    t.notMatch(refused.err, acting)
  }
})

const problem = {
  type: '/problems/upstream-rejected',
  title: 'The provider rejected the request',
  status: 422,
  detail: '',
  request_id: 'r',
  retryable: 'no',
  side_effect: 'none',
  errors: []
}

t.test('a response that is not from the gateway is a failure, and so is a missing one', async t => {
  const other = await startStandIn(t, (path, response) => {
    if (path.includes('html')) response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
    else if (path.includes('broken')) response.writeHead(200, { 'content-type': 'application/json' }).end('{"data": [')
    else if (path.includes('closed')) response.destroy()
    else sendJson(response, { data: null })
  })
  const ends: ReadonlyArray<readonly [account: string, message: RegExp]> = [
    ['html', /is not from the gateway: HTTP 502/],
    ['broken', /is not valid JSON/],
    ['closed', /did not respond: UND_ERR_SOCKET/],
    ['none', /is not a page of the gateway/]
  ]
  for (const [account, err] of ends) t.match(await runHere(['images', account], { HAWSER_URL: other.url }), { code: 1, out: '', err })
  const nowhere = `http://127.0.0.1:${await freePort()}`
  t.match(await runHere(['images', 'lab'], { HAWSER_URL: nowhere }), {
    code: 1, out: '', err: `the gateway at ${nowhere} cannot be reached: ECONNREFUSED\n`
  })
})
