import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { argumentField, flagFields, flagOf, type Endpoint, type Field } from '../../src/caller/endpoint.ts'
import { callerEndpoints } from '../../openapi/generate/caller-endpoints.ts'
import { openCommands, runHere, sendJson, startStandIn } from '../helpers/caller.ts'
import { root } from '../helpers/process.ts'

const endpoints = callerEndpoints(readFileSync(join(root, 'openapi/openapi.json'), 'utf8'))
const { home } = openCommands(t)
const operation = { id: 'op_1', account: 'lab', provider: 'glesys', action: 'stop', server_id: '42', status: 'succeeded' }
const server = { id: '42', name: 'web-1', status: 'running' }

const gateway = await startStandIn(t, (path, response, method) => {
  if (method !== 'GET') sendJson(response, operation, 202)
  else if (/\/servers\/42($|\?)/.test(path)) sendJson(response, server)
  else if (/\/(operations|owners)\/\d|\/lab$/.test(path)) sendJson(response, { id: '42' })
  else sendJson(response, { data: [{ id: '7' }], page: { limit: 500, next_cursor: null, total: 1 } })
})

/** A value for the flag of a field, and the member that it becomes. */
function sample ({ name, kind, choices }: Field): [text: string, value: unknown] {
  switch (kind) {
    case 'number': return ['3', 3]
    case 'list': return [`a-${name}`, [`a-${name}`]]
    case 'json': return ['{"a": [1]}', { a: [1] }]
    default: return choices?.[0] === undefined ? [`a-${name}`, `a-${name}`] : [choices[0], choices[0]]
  }
}

const wordsFor = (fields: readonly Field[]): string[] => fields.filter(({ isSecret }) => isSecret !== true).flatMap(field =>
  field.kind === 'flag' ? [flagOf(field)] : [flagOf(field), sample(field)[0]])
function valuesOf (fields: readonly Field[]): Record<string, unknown> {
  const given = fields.filter(({ isSecret }) => isSecret !== true)
  return Object.fromEntries(given.map(field => [field.name, field.kind === 'flag' ? true : sample(field)[1]]))
}

t.test('every path of the API has a command that sends each parameter and member where it belongs', async t => {
  t.ok(endpoints.length > 30)
  for (const endpoint of endpoints) {
    const { words, path, method, query, traits } = endpoint
    const values: Record<string, string> = { account: 'lab', id: '42', snapshot: '9', address: '192.0.2.1', owner: '5' }
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
    const argument = argumentField(endpoint)
    const line = [
      ...words, ...names.map(name => values[name] ?? ''), ...argument === null ? [] : [sample(argument)[0]],
      ...wordsFor(query), ...wordsFor(flagFields(endpoint)), ...traits.includes('destroys') ? ['--confirm', 'web-1'] : []
    ]
    const before = gateway.asked.length
    const run = await runHere(line, { HAWSER_URL: gateway.url, HOME: home })
    t.equal(run.code, 0, `${line.join(' ')}: ${run.err}`)
    const sent = gateway.asked.slice(before).at(-1)
    t.equal(sent?.method, method, words.join(' '))
    const [sentPath, sentQuery = ''] = sent?.path.split('?') ?? []
    t.equal(sentPath, path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? '')))
    const added = { ...(traits.includes('destroys') ? { confirm: 'web-1' } : {}), ...(traits.includes('limits') ? { limit: 500 } : {}) }
    const expected = Object.entries({ ...valuesOf(query), ...added }).map(([name, value]) => [name, String(value)])
    t.same(Object.fromEntries(new URLSearchParams(sentQuery)), Object.fromEntries(expected))
    t.same(sent?.body, bodyFor(endpoint, argument), words.join(' '))
  }
})

function bodyFor (endpoint: Endpoint, argument: Field | null): unknown {
  if (endpoint.body === null) return null
  return { ...(argument === null ? {} : { [argument.name]: sample(argument)[1] }), ...valuesOf(flagFields(endpoint)) }
}

t.test('every command has help, and the help names the arguments and flags', async t => {
  const all = await runHere(['help'])
  t.equal(all.code, 0)
  for (const { words: [head = '', word] } of endpoints) {
    t.match(all.out, new RegExp(`^  ${head}\\b`, 'm'))
    t.match(await runHere([head, ...word === undefined ? [] : [word], '--help']), {
      code: 0, err: '', out: /^Usage: hawser [^]*--output <format>/
    })
  }
  t.match(await runHere(['help', 'server']), { code: 0, out: /^ {2}rename \[options\] <account> <server> <name>/m })
  t.match(await runHere(['help', 'server', 'create']), { code: 0, out: /^Usage: hawser server create / })
  t.match(await runHere(['help', 'server', 'stpo']), { code: 2, out: '', err: /^there is no command server stpo / })
  t.match(await runHere(['server']), { code: 2, out: '' })
  t.match(await runHere(['server', 'stpo', 'lab', '1']), { code: 2, err: /unknown command 'stpo'[^]*Did you mean stop/ })
})

t.test('rename changes nothing but the name', async t => {
  t.match(await runHere(['server', 'rename', 'lab', '42', 'web 2'], { HAWSER_URL: gateway.url }), { code: 0 })
  t.match(gateway.asked.at(-1), { method: 'PATCH', path: '/v1/lab/servers/42', body: { name: 'web 2' } })
})

t.test('null and false can be sent: a reverse name is reset, a protection removed', async t => {
  const env = { HAWSER_URL: gateway.url }
  await runHere(['address', 'ptr', 'lab', '192.0.2.1', '--no-ptr'], env)
  t.same(gateway.asked.at(-1)?.body, { ptr: null })
  await runHere(['server', 'change', 'lab', '42', '--no-protected'], env)
  t.same(gateway.asked.at(-1)?.body, { protected: false })
  t.match(await runHere(['address', 'ptr', 'lab', '192.0.2.1'], env), { code: 2, err: /^missing: --ptr\n$/ })
})

t.test('common flags may come before the command', async t => {
  t.match(await runHere(['-q', '--url', gateway.url, '-o', 'csv', 'images', 'lab']), { code: 0, out: '7\n' })
  t.match(await runHere([`--url=${gateway.url}`, 'server', 'get', 'lab', '42', '-q']), { code: 0, out: '42\n' })
  t.match(await runHere(['--url', gateway.url]), { code: 2, out: '' })
})

t.test('a whole body can be given with --body, and flags take precedence', async t => {
  const body = JSON.stringify({ name: 'a', image: 'b', cpus: 1, options: { users: [] } })
  t.match(await runHere(['server', 'create', 'lab', '--body', body, '--cpus', '4'], { HAWSER_URL: gateway.url }), { code: 0 })
  t.same(gateway.asked.at(-1)?.body, { name: 'a', image: 'b', cpus: 4, options: { users: [] } })
})

t.test('the value of a flag can come from a file or standard input; an argument is literal', async t => {
  const env = { HAWSER_URL: gateway.url }
  const file = join(home, 'value')
  writeFileSync(file, 'ssh-ed25519 AAAA a key\n')
  await runHere(['server', 'create', 'lab', '--name', '@@a', '--image', 'b', '--ssh-key', `@${file}`, '--user-data', `@${file}`], env)
  t.match(gateway.asked.at(-1), {
    headers: { 'idempotency-key': /^hawser-/ },
    body: { name: '@a', ssh_keys: ['ssh-ed25519 AAAA a key'], user_data: 'ssh-ed25519 AAAA a key\n' }
  })
  await runHere(['server', 'rename', 'lab', '42', '@web'], env)
  t.same(gateway.asked.at(-1)?.body, { name: '@web' })
  await runHere(['snapshot', 'create', 'lab', '42', '@daily'], env)
  t.same(gateway.asked.at(-1)?.body, { name: '@daily' })
  writeFileSync(file, JSON.stringify({ name: 'a', image: 'b', password: 'from a file' }))
  await runHere(['server', 'create', 'lab', '--body', `@${file}`, '--no-idempotency-key'], env)
  t.match(gateway.asked.at(-1), { headers: { 'idempotency-key': undefined }, body: { password: 'from a file' } })
})

t.test('invalid usage exits with 2 and sends nothing', async t => {
  const before = gateway.asked.length
  const env = { HAWSER_URL: gateway.url }
  const wrong: ReadonlyArray<readonly [words: readonly string[], message: RegExp]> = [
    [['server', 'stop', 'lab'], /missing required argument 'server'/],
    [['server', 'create', 'lab', '--name', 'a'], /^missing: --image\n$/],
    [['server', 'create', 'lab', '--name', 'a', '--image', 'b', '--cpus', 'two'], /--cpus takes a number/],
    [['server', 'create', 'lab', '--name', 'a', '--image', 'b', '--options', '{SECRET'], /--options takes JSON/],
    [['server', 'create', 'lab', '--body', '["SECRET"]'], /--body takes a JSON object/],
    [['server', 'create', 'lab', '--body', '{"SECRET'], /--body takes JSON/],
    [['server', 'create', 'lab', '--body', '{"name": "a", "password": "SECRET"}'], /^--body: a password in the command line/],
    [['server', 'create', 'lab', '--options', '{"users": [{"password": "SECRET"}]}'], /^--options: a password in the command line/],
    [['api', 'POST', '/v1/lab/raw/x', '--body', '{"password": "SECRET"}'], /^--body: a password in the command line/],
    [['server', 'create', 'lab', '--name', 'a', '--user-data', '@/nowhere/file'], /--user-data: \/nowhere\/file cannot be read: ENOENT/],
    [['server', 'password', 'lab', '42', '--password', 'SECRET'], /use --password-file/],
    [['servers', '--key=SECRET'], /use --key-file FILE, HAWSER_KEY or hawser context add/],
    [['servers', '--key', 'SECRET'], /can be read by other users/],
    [['servers', 'lab', '--accounts', 'a'], /--accounts does not apply with these arguments/],
    [['servers', 'lab', '--limit', '0'], /--limit takes a whole number/],
    [['servers', 'lab', '--sort', 'cpus'], /Allowed choices are id/],
    [['servers', 'lab', '-o', 'columns=,'], /columns=NAME,NAME needs at least one name/],
    [['servers', 'lab', '-o', 'yaml'], /-o takes table, json, ndjson, csv or columns/],
    [['server', 'get', 'lab', '..'], /is not an id/],
    [['server', 'stop', 'lab', '42', '--wait', '--timeout', 'soon'], /--timeout takes a number of seconds/],
    [['server', 'start', 'lab', '42', '--idempotency-key', 'ä'], /1 to 255 printable characters/],
    [['api', 'FETCH', '/v1/accounts'], /the method must be one of GET, POST/],
    [['api', 'GET', '@other.example.com/'], /the path must begin with a slash/],
    [['api', 'GET', '//other.example.com/'], /the path must begin with a slash/],
    [['api', 'GET', '/v1/accounts', '--body', '{}'], /a GET has no body/],
    [['api', 'GET', '/v1/accounts', '--header', 'Authorization: Bearer SECRET'], /can be read by other users/]
  ]
  for (const [words, message] of wrong) {
    const run = await runHere(words, env)
    t.match(run, { code: 2, out: '', err: message }, words.join(' '))
    t.notOk(run.err.includes('SECRET'), words.join(' '))
  }
  t.same(gateway.asked.slice(before).filter(({ method }) => method !== 'GET'), [])
})

t.test('api sends any request and prints the response unchanged', async t => {
  const env = { HAWSER_URL: gateway.url }
  const got = await runHere(['api', 'get', '/v1/lab/servers/42?include=raw'], env)
  t.same(JSON.parse(got.out), server)
  t.equal(gateway.asked.at(-1)?.path, '/v1/lab/servers/42?include=raw')
  await runHere(['api', 'POST', '/v1/lab/raw/a', '--body', '{"b": 1}', '--header', 'Prefer: wait=5'], env)
  t.match(gateway.asked.at(-1), { method: 'POST', path: '/v1/lab/raw/a', body: { b: 1 }, headers: { prefer: 'wait=5' } })
})
