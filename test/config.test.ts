import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadAdapters, loaders } from '../src/adapters/registry.ts'
import { ConfigError, loadConfig, parseConfig, type Config } from '../src/config/load.ts'
import type { ConfigFault, Environment } from '../src/config/document.ts'

const registry = await loadAdapters()

type Test = Pick<typeof t, 'match' | 'equal'>

const sha = 'c'.repeat(64)
const longSecret = 'S3CRET-of-at-least-thirty-two-characters'

/** A complete configuration; each line has a fault of its own in the tests below. */
const good = `listen: { host: 0.0.0.0, port: 8080 }
redis:
  url: redis://127.0.0.1:6379/0
secret: ${longSecret}
auth:
  mode: keys
  keys:
    - name: ops
      sha256: "${sha}"
      accounts: ["*"]
      permissions: [read, operate]
    - name: viewer
      sha256: "${'d'.repeat(64)}"
      accounts: [heficed-main]
      permissions: [read]
log:
  level: info
metrics:
  public: false
rate_limit:
  per_minute: 600
audit:
  file: /tmp/audit.ndjson
shutdown_grace_ms: 30000
accounts:
  heficed-main:
    provider: heficed
    title: Main
    organization_id: 7bddbff3-2dfb-11e9-895d-c8dbf32f12cd
    client_id: the-client
    client_secret: T0P-S3CRET-HUNTER2
    timeout_ms: 20000
    cache:
      servers_s: 5
    limits:
      concurrency: 4
    guard:
      confirm_delete: true
    tls:
      insecure_skip_verify: false
`

const read = (text: string, environment: Environment = {}): Config => parseConfig(text, registry, environment)

function faultsOf (text: string, environment: Environment = {}): readonly ConfigFault[] {
  try {
    read(text, environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

/** A reference as it stands in the file: a dollar and the name in braces. */
const ref = (name: string): string => `${'$'}{${name}}`

const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length

/** The good one with a line changed or put after it; the change must be there. */
function changed (from: string, to: string): string {
  const text = good.replace(from, () => to)
  if (text === good) throw new Error(`there is no ${from} to change`)
  return text
}

/** One fault at this path; its line is that of `part`. */
function faulty (t: Test, text: string, path: string, part: string, message: RegExp | string = /./): void {
  const faults = faultsOf(text)
  t.match(faults, [{ path, line: lineOf(text, part), message }], `${path}: ${message}`)
  t.equal(faults.length, 1, `${path}: one fault`)
}

t.test('a complete configuration is read, and missing keys have their defaults', t => {
  const config = read(good)
  t.match(config, {
    listen: { host: '0.0.0.0', port: 8080 },
    secret: [longSecret],
    auth: { mode: 'keys', allow_unauthenticated: false, keys: [{ name: 'ops', accounts: ['*'] }, { name: 'viewer', accounts: ['heficed-main'] }] },
    accounts: [{ id: 'heficed-main', adapter: { id: 'heficed' }, common: { title: 'Main', timeout_ms: 20_000, request_deadline_ms: 60_000, read_only: false, raw: false }, settings: { client_secret: 'T0P-S3CRET-HUNTER2', api_url: 'https://api.heficed.com' }, secrets: ['T0P-S3CRET-HUNTER2'], ca: null }]
  })
  const least = read('auth: { mode: none }')
  t.match(least, { listen: { host: '127.0.0.1', port: 8080 }, log: { level: 'info' }, shutdown_grace_ms: 30_000, accounts: [] })
  t.equal(least.redis, undefined)
  t.end()
})

t.test('the configuration is read-only after loading', t => {
  const thawed: string[] = []
  const look = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return
    if (!Object.isFrozen(value)) thawed.push(path)
    // The adapter is the registry's, not the configuration's.
    for (const [name, member] of Object.entries(value)) if (name !== 'adapter') look(member, `${path}.${name}`)
  }
  look(read(good), 'config')
  t.same(thawed, [])
  t.end()
})

t.test('an unknown key is a fault at every depth, with its path and line', t => {
  const cases: ReadonlyArray<readonly [string, string]> = [
    ['auth:\n', 'surprise'],
    ['listen: { host: 0.0.0.0,', 'listen.surprise'],
    ['  url: redis://127.0.0.1:6379/0\n', 'redis.surprise'],
    ['  mode: keys\n', 'auth.surprise'],
    ['    - name: ops\n', 'auth.keys.0.surprise'],
    ['    - name: viewer\n', 'auth.keys.1.surprise'],
    ['  level: info\n', 'log.surprise'],
    ['  public: false\n', 'metrics.surprise'],
    ['  per_minute: 600\n', 'rate_limit.surprise'],
    ['  file: /tmp/audit.ndjson\n', 'audit.surprise'],
    ['    client_id: the-client\n', 'accounts.heficed-main.surprise'],
    ['      servers_s: 5\n', 'accounts.heficed-main.cache.surprise'],
    ['      concurrency: 4\n', 'accounts.heficed-main.limits.surprise'],
    ['      confirm_delete: true\n', 'accounts.heficed-main.guard.surprise'],
    ['      insecure_skip_verify: false\n', 'accounts.heficed-main.tls.surprise']
  ]
  for (const [after, path] of cases) {
    const indent = path === 'surprise' ? '' : path.startsWith('auth.keys') ? '      ' : /^ */.exec(after)?.[0] ?? ''
    const text = path === 'surprise' ? changed(after, `surprise: 1\n${after}`) : after.endsWith(',') ? changed(after, `${after} surprise: 1,`) : changed(after, `${after}${indent}surprise: 1\n`)
    faulty(t, text, path, 'surprise: 1', 'is not a known key')
  }
  t.end()
})

t.test('members of every object\'s prototype are unknown keys too', t => {
  for (const [name, text] of [
    ['__proto__', changed('log:', '__proto__: { level: debug }\nlog:')],
    ['constructor', changed('log:', 'constructor: 1\nlog:')],
    ['accounts.heficed-main.__proto__', changed('    title: Main', '    __proto__: { raw: true }\n    title: Main')],
    ['accounts.heficed-main.toString', changed('    title: Main', '    toString: 1\n    title: Main')]
  ] as const) t.match(faultsOf(text), [{ path: name, line: Number }], name)
  t.match(faultsOf(changed('  heficed-main:', '  __proto__: { provider: heficed }\n  heficed-main:')), [{ path: 'accounts.__proto__' }])
  t.end()
})

t.test('a value of the wrong type is reported with path and line', t => {
  const cases: ReadonlyArray<readonly [string, string, string]> = [
    ['port: 8080', 'port: 70000', 'listen.port'],
    ['port: 8080', 'port: eighty', 'listen.port'],
    ['url: redis://127.0.0.1:6379/0', 'url: http://127.0.0.1', 'redis.url'],
    ['mode: keys', 'mode: maybe', 'auth.mode'],
    ['      permissions: [read, operate]', '      permissions: [read, fly]', 'auth.keys.0.permissions.1'],
    ['      permissions: [read, operate]', '      permissions: []', 'auth.keys.0.permissions'],
    ['      accounts: ["*"]', '      accounts: all', 'auth.keys.0.accounts'],
    ['level: info', 'level: loud', 'log.level'],
    ['public: false', 'public: "no"', 'metrics.public'],
    ['per_minute: 600', 'per_minute: 0', 'rate_limit.per_minute'],
    ['shutdown_grace_ms: 30000', 'shutdown_grace_ms: soon', 'shutdown_grace_ms'],
    ['timeout_ms: 20000', 'timeout_ms: 0', 'accounts.heficed-main.timeout_ms'],
    ['title: Main', 'read_only: "yes"', 'accounts.heficed-main.read_only'],
    ['servers_s: 5', 'servers_s: -1', 'accounts.heficed-main.cache.servers_s'],
    ['organization_id: 7bddbff3-2dfb-11e9-895d-c8dbf32f12cd', 'organization_id: 12', 'accounts.heficed-main.organization_id'],
    ['insecure_skip_verify: false', 'ca_file: /does/not/exist.pem', 'accounts.heficed-main.tls.ca_file']
  ]
  for (const [from, to, path] of cases) faulty(t, changed(from, to), path, to)
  t.end()
})

t.test('all faults of a file are reported together', t => {
  const text = changed('level: info', 'level: loud').replace('timeout_ms: 20000', 'timeout_ms: 0').replace('  per_minute: 600', '  per_hour: 600').replace('    client_id: the-client\n', '')
  t.same(new Set(faultsOf(text).map(({ path }) => path)), new Set(['log.level', 'rate_limit.per_minute', 'rate_limit.per_hour', 'accounts.heficed-main.timeout_ms', 'accounts.heficed-main.client_id']))
  try { read(text) } catch (error) {
    const message = error instanceof Error ? error.message : ''
    for (const [path, part] of [['log.level', 'level: loud'], ['rate_limit.per_hour', 'per_hour'], ['accounts.heficed-main.timeout_ms', 'timeout_ms: 0']] as const) t.match(message, `${path} (line ${lineOf(text, part)}):`)
  }
  t.end()
})

t.test('an environment variable is inserted unchanged, and an unset one is a fault', t => {
  const text = changed('T0P-S3CRET-HUNTER2', `"${ref('CLIENT_SECRET')}"`)
  const secretOf = (value: string): unknown => read(text, { CLIENT_SECRET: value }).accounts[0]?.secrets
  for (const value of ['simple', 'with: colon # and hash', '"quoted"', '$& $1 $$', ref('CLIENT_SECRET'), '*star', 'two\nlines', '123']) t.same(secretOf(value), [value])
  t.match(faultsOf(text), [{ path: 'accounts.heficed-main.client_secret', line: 31, message: /CLIENT_SECRET is not set/ }])
  t.match(faultsOf(text, { CLIENT_SECRET: '' }), [{ path: 'accounts.heficed-main.client_secret', line: 31 }], 'an empty one is no secret')
  t.equal(read(changed('port: 8080', `port: "${ref('PORT')}"`), { PORT: '9000' }).listen.port, 9000)
  t.match(faultsOf(changed('title: Main', `title: "${ref('not a name')}"`)), [{ path: 'accounts.heficed-main.title', line: 28 }])
  t.match(faultsOf(changed('- name: viewer', `- name: "${ref('VIEWER')}"`)), [{ path: 'auth.keys.1.name', line: 12 }], 'an item of a list is named by its place')
  t.end()
})

t.test('the content of a file is inserted without its last newline', t => {
  const folder = t.testdir({ one: 'from a file\n', crlf: 'from windows\r\n', none: 'no newline', two: 'two\n\n', inner: ref('NOT_A_VARIABLE') })
  const titleOf = (file: string): unknown => read(changed('title: Main', `title: "${ref(`file:${join(folder, file)}`)}"`)).accounts[0]?.common.title
  t.equal(titleOf('one'), 'from a file')
  t.equal(titleOf('crlf'), 'from windows')
  t.equal(titleOf('none'), 'no newline')
  t.equal(titleOf('two'), 'two\n')
  t.equal(titleOf('inner'), ref('NOT_A_VARIABLE'), 'what was put in is not looked at again')
  t.match(faultsOf(changed('title: Main', `title: "${ref('file:/does/not/exist')}"`)), [{ path: 'accounts.heficed-main.title', line: 28, message: /cannot be read/ }])
  writeFileSync(join(folder, 'large'), 'x'.repeat(2 * 1024 * 1024))
  t.match(faultsOf(changed('title: Main', `title: "${ref(`file:${join(folder, 'large')}`)}"`)), [{ path: 'accounts.heficed-main.title', line: 28, message: /too large/ }])
  t.end()
})

t.test('two dollars before a brace are a literal', t => {
  const titleOf = (text: string): unknown => read(changed('title: Main', `title: ${text}`), { NAME: 'x' }).accounts[0]?.common.title
  const name = ref('NAME')
  t.equal(titleOf(`'$${name}'`), name)
  t.equal(titleOf(`'a $${name} ${name} b'`), `a ${name} x b`)
  t.equal(titleOf("'$ $$ $NAME 5$'"), '$ $$ $NAME 5$', 'other dollars are dollars')
  t.end()
})

t.test('a duplicate key is a fault with its line', t => {
  for (const [text, line] of [
    [`${good}log: { level: debug }\n`, lineOf(`${good}log: { level: debug }\n`, 'log: { level: debug }')],
    [changed('    title: Main', '    provider: glesys'), 28],
    [`${good}  heficed-main: { provider: heficed }\n`, good.split('\n').length]
  ] as const) t.match(faultsOf(text), [{ line, message: /unique|duplicate|twice/i }])
  t.match(faultsOf(changed('- name: viewer', '- name: ops')), [{ path: 'auth.keys.1.name', line: 12, message: /used by another entry/ }])
  t.end()
})

t.test('an account id that is reserved or unsuitable for a path is a fault', t => {
  for (const id of ['accounts', 'servers', 'providers', 'operations', 'health']) faulty(t, changed('  heficed-main:', `  ${id}:`).replace('[heficed-main]', '["*"]'), `accounts.${id}`, `  ${id}:\n    provider`, 'is reserved')
  for (const id of ['Upper', '-dash', 'under_score', 'dot.ted', 'a/b', '"with space"', 'ümlaut', 'a'.repeat(64), '""', '".."']) {
    const text = changed('  heficed-main:', `  ${id}:`).replace('[heficed-main]', '["*"]')
    const name = id.replaceAll('"', '')
    faulty(t, text, `accounts.${name}`, `  ${id}:\n    provider`, /must be 1 to 63/)
  }
  for (const id of ['0', 'a'.repeat(63), 'a--b-', 'x1']) t.equal(faultsOf(changed('  heficed-main:', `  "${id}":`).replace('[heficed-main]', '["*"]')).length, 0, id)
  t.end()
})

t.test('an unknown or missing provider is reported with the list of providers', t => {
  faulty(t, changed('provider: heficed', 'provider: nowhere'), 'accounts.heficed-main.provider', 'provider: nowhere', /heficed/)
  faulty(t, changed('provider: heficed', 'provider: 5'), 'accounts.heficed-main.provider', 'provider: 5', /heficed/)
  t.match(faultsOf(changed('    provider: heficed\n', '')), [{ path: 'accounts.heficed-main.provider', line: Number }])
  t.ok(faultsOf(changed('  heficed-main:\n', '  other: just text\n  heficed-main:\n')).every(({ path, line }) => path === 'accounts.other' && line === lineOf(good, '  heficed-main:\n')))
  t.not(faultsOf(changed('  heficed-main:\n', '  other: just text\n  heficed-main:\n')).length, 0)
  t.end()
})

t.test('mode none is accepted only on loopback, or with auth.allow_unauthenticated', t => {
  const open = (host: string, more = ''): number => faultsOf(`listen: { host: "${host}" }\nauth: { mode: none${more} }\n`).length
  for (const host of ['127.0.0.1', '127.0.0.53', '::1', 'localhost']) t.equal(open(host), 0, host)
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '192.168.1.1', '127.0.0.1.example.com', 'localhost.example.com', '127.1', '::ffff:10.0.0.1', '128.0.0.1']) t.equal(open(host), 1, host)
  t.equal(open('0.0.0.0', ', allow_unauthenticated: true'), 0)
  t.equal(open('0.0.0.0', ', allow_unauthenticated: false'), 1)
  t.match(faultsOf('listen: { host: 0.0.0.0 }\nauth:\n  mode: none\n'), [{ path: 'auth.mode', line: 3 }])
  t.end()
})

t.test('keys need a digest and existing accounts, and at least one is required', t => {
  t.match(faultsOf(changed(`      sha256: "${sha}"\n`, '')), [{ path: 'auth.keys.0.sha256', line: 8 }])
  for (const bad of [sha.slice(1), `${sha}c`, 'g'.repeat(64), 'plain-text-key', '']) faulty(t, changed(`"${sha}"`, `"${bad}"`), 'auth.keys.0.sha256', `sha256: "${bad}"`, /64 hex digits/)
  faulty(t, changed('accounts: [heficed-main]', 'accounts: [heficed-mian]'), 'auth.keys.1.accounts', 'accounts: [heficed-mian]', /no account heficed-mian/)
  faulty(t, changed('accounts: [heficed-main]', 'accounts: [constructor]'), 'auth.keys.1.accounts', 'accounts: [constructor]', /no account constructor/)
  t.match(faultsOf('auth: { mode: keys }\n'), [{ path: 'auth.keys', line: 1 }])
  t.match(faultsOf('auth: {}\n'), [{ path: 'auth.keys' }], 'keys are the usual mode')
  t.match(faultsOf('log: { level: info }\n'), [{ path: 'auth', line: 1 }], 'who may call is never left open')
  t.match(faultsOf(''), [{ path: 'auth' }])
  t.end()
})

t.test('an OpenID issuer needs a trusted URL, an audience and a claim, and API keys are then optional', t => {
  const oidc = (changes: Record<string, unknown> = {}): string =>
    `auth:\n  oidc:\n${Object.entries({ issuer: 'https://id.example.com/realms/x', audience: 'hawser', claim: 'permissions', ...changes }).filter(([, value]) => value !== undefined).map(([name, value]) => `    ${name}: ${JSON.stringify(value)}\n`).join('')}accounts: {}\n`
  t.same(read(oidc()).auth, { mode: 'keys', allow_unauthenticated: false, keys: [], oidc: { issuer: 'https://id.example.com/realms/x', audience: 'hawser', claim: 'permissions' } })
  for (const issuer of ['http://127.0.0.1:9000', 'http://localhost/x', 'http://[::1]:9000/', 'https://id.example.com']) t.equal(faultsOf(oidc({ issuer })).length, 0, issuer)
  for (const address of ['http://id.example.com', 'http://127.0.0.1.example.com', 'id.example.com', 'ftp://127.0.0.1/', 'https://user:HUNTER2@id.example.com', 'https://id.example.com/#x', '']) {
    for (const name of ['issuer', 'jwks_url']) {
      const text = oidc({ [name]: address })
      faulty(t, text, `auth.oidc.${name}`, `${name}:`, /must be an https URL, or http on loopback/)
    }
  }
  faulty(t, oidc({ issuer: 'https://id.example.com/?x=1' }), 'auth.oidc.issuer', 'issuer:', /no query/)
  t.equal(faultsOf(oidc({ jwks_url: 'https://keys.example.com/?policy=1', accounts: ['*'] })).length, 0)
  for (const name of ['issuer', 'audience', 'claim']) t.match(faultsOf(oidc({ [name]: undefined })), [{ path: `auth.oidc.${name}`, line: 2 }])
  for (const name of ['audience', 'claim', 'accounts_claim']) faulty(t, oidc({ [name]: '' }), `auth.oidc.${name}`, `${name}:`)
  faulty(t, oidc({ accounts: ['nowhere'] }), 'auth.oidc.accounts', 'accounts: ["nowhere"]', /no account nowhere/)
  faulty(t, oidc({ accounts: [] }), 'auth.oidc.accounts', 'accounts: []')
  faulty(t, oidc({ accounts: ['*'], accounts_claim: 'hosting' }), 'auth.oidc.accounts_claim', 'accounts_claim:', /cannot be combined with accounts/)
  faulty(t, oidc({ client_secret: 'x' }), 'auth.oidc.client_secret', 'client_secret:', /not a known key/)
  faulty(t, oidc().replace('auth:\n', 'auth:\n  mode: none\n'), 'auth.oidc', 'oidc:', /combined with mode none/)
  faulty(t, changed('- name: viewer', '- name: oidc:viewer'), 'auth.keys.1.name', '- name: oidc:viewer', /may not begin with oidc:/)
  t.end()
})

t.test('redis needs a secret, and a secret needs 32 characters', t => {
  t.match(faultsOf(changed(`secret: ${longSecret}\n`, '')), [{ path: 'secret', line: Number, message: /required with redis/ }])
  faulty(t, changed(longSecret, 'short'), 'secret', 'secret: short', /32 characters/)
  faulty(t, changed(longSecret, `["${longSecret}", short]`), 'secret.1', 'secret: [', /32 characters/)
  faulty(t, changed(longSecret, '[]'), 'secret', 'secret: []')
  t.same(read(changed(longSecret, `["${longSecret}", "${'x'.repeat(32)}"]`)).secret, [longSecret, 'x'.repeat(32)])
  t.equal(read(changed('redis:\n  url: redis://127.0.0.1:6379/0\n', '')).redis, undefined, 'a secret without redis is fine')
  t.end()
})

t.test('state.file needs a secret, and is used in place of redis', t => {
  const file = (text: string): string => changed('redis:\n  url: redis://127.0.0.1:6379/0\n', text)
  t.same(read(file('state: { file: /var/lib/hawser/state.db }\n')).state, { file: '/var/lib/hawser/state.db' })
  t.match(faultsOf(file('state: { file: state.db }\n').replace(`secret: ${longSecret}\n`, '')), [{ path: 'secret', line: Number, message: /required with state/ }])
  t.match(faultsOf(changed('redis:\n', 'state: { file: state.db }\nredis:\n')), [{ path: 'state', line: Number, message: /cannot be combined with redis/ }])
  t.match(faultsOf(file('state: {}\n')), [{ path: 'state.file', message: 'is required' }])
  t.equal(faultsOf(file('state: { file: "" }\n')).length, 1)
  t.end()
})

t.test('redis needs url, cluster, or sentinels with a name', t => {
  const redis = (text: string): number => faultsOf(changed('  url: redis://127.0.0.1:6379/0\n', `  ${text}\n`)).length
  t.equal(redis('cluster: [redis://a:1, redis://b:2]'), 0)
  t.equal(redis('{ sentinels: [redis://a:1], name: main }'), 0)
  t.equal(redis('url: rediss://a:1'), 0)
  t.not(redis('sentinels: [redis://a:1]'), 0)
  t.not(redis('{ url: redis://a:1, cluster: [redis://b:1] }'), 0)
  t.not(redis('{}'), 0)
  t.equal(redis('{ sentinels: [rediss://watcher:a%23b@a:1], name: main, username: hawser, password: secret }'), 0)
  t.not(redis('cluster: [redis://a:1, rediss://b:2]'), 0, 'one way in for all')
  t.not(redis('cluster: [redis://u:p@a:1, redis://u:q@b:2]'), 0)
  t.not(redis('cluster: [redis://a:1/2]'), 0, 'a cluster has no databases')
  t.not(redis('url: redis://a:1?db=2'), 0, 'nothing is ignored')
  t.not(redis('url: redis://:100%@a:1'), 0)
  t.not(redis('{ url: redis://a:1, tls: { ca_file: /does/not/exist.pem } }'), 0)
  t.end()
})

t.test('YAML syntax errors are reported with their line', t => {
  for (const [text, line] of [
    [changed('  level: info', '\tlevel: info'), 17],
    [changed('level: info', 'level: "info'), 17],
    [changed('  mode: keys', '   - mode: keys'), 6],
    [changed('permissions: [read]', 'permissions: [read'), 15],
    [changed('title: Main', 'title: *nobody'), 28]
  ] as const) {
    const [first] = faultsOf(text)
    t.ok(first !== undefined, `line ${line}`)
    t.ok(Number(first?.line) >= line, `told at line ${first?.line}, made in line ${line}`)
  }
  t.match(faultsOf(changed('title: Main', 'title: *nobody')), [{ message: /^(?!.*too many)/ }], 'one unknown alias is not too many')
  for (const text of ['[1, 2]', 'just text', '42', 'null\n---\nlog: {}', '{']) t.not(faultsOf(text).length, 0, text)
  t.end()
})

t.test('a tag or an anchor in place of a value is a fault, not an empty value', t => {
  t.not(faultsOf(changed('title: Main', 'title: !forgot-to-quote Main')).length, 0)
  t.end()
})

t.test('aliases work, and an alias bomb is refused at once', t => {
  const shared = good.replace('title: Main', 'title: &name Main').replace('client_id: the-client', 'client_id: *name')
  t.match(read(shared).accounts[0]?.settings, { client_id: 'Main' })
  let bomb = `${good}a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n`
  for (let level = 1; level < 12; level += 1) bomb += `a${level}: &a${level} [${Array(10).fill(`*a${level - 1}`).join(', ')}]\n`
  const began = performance.now()
  t.match(faultsOf(bomb), [{ message: /too many aliases/ }])
  t.ok(performance.now() - began < 20_000)
  t.end()
})

t.test('the file may be JSON, however it is indented', t => {
  const value = { auth: { mode: 'none' }, listen: { host: '127.0.0.1' }, accounts: { one: { provider: 'heficed', organization_id: '7bddbff3-2dfb-11e9-895d-c8dbf32f12cd', client_id: 'c', client_secret: 'a"b\\c/ünï💥' } } }
  for (const indent of [undefined, 2, '\t']) t.same(read(JSON.stringify(value, null, indent)).accounts[0]?.secrets, ['a"b\\c/ünï💥'])
  t.equal(read(JSON.stringify(value).replace('💥', '\\ud83d\\udca5').replace('c/', 'c\\/')).accounts[0]?.secrets[0], 'a"b\\c/ünï💥')
  t.match(faultsOf(JSON.stringify({ ...value, surprise: 1 }, null, 2)), [{ path: 'surprise', line: Number }])
  t.end()
})

t.test('a configuration is read from its file, and a file that cannot be read is a fault', async t => {
  const folder = t.testdir({ 'hawser.yaml': good, 'bom.yaml': `\ufeff${good}` })
  t.equal((await loadConfig(join(folder, 'hawser.yaml'), loaders, {})).accounts.length, 1)
  t.equal((await loadConfig(join(folder, 'bom.yaml'), loaders, {})).accounts.length, 1, 'with a byte order mark')
  for (const file of [join(folder, 'none.yaml'), folder]) await t.rejects(loadConfig(file, loaders, {}), ConfigError)
})

t.test('no message shows the value of a secret', t => {
  const hidden = 'HUNTER2'
  const told: string[] = []
  const check = (text: string, environment: Environment = {}): void => {
    try { read(text, environment) } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      if (`${error.message} ${JSON.stringify(error.faults)}`.includes(hidden)) told.push(text)
    }
  }
  const secretLine = '    client_secret: T0P-S3CRET-HUNTER2'
  // As people write passwords before they learn to quote them.
  for (const value of [
    '"abc" HUNTER2', '@HUNTER2', '%HUNTER2', '`HUNTER2', '|HUNTER2', '>HUNTER2', ']HUNTER2', '}HUNTER2', '{HUNTER2', '[HUNTER2', '"HUNTER2', "'HUNTER2", '!HUNTER2', '*HUNTER2', '&HUNTER2', 'HUNTER2: x', '? HUNTER2', '- HUNTER2', ',HUNTER2', '"\\qHUNTER2"', '"\\UHUNTER2x"', '[HUNTER2]', '{a: HUNTER2}', '|\n HUNTER2', '"HUNTER2" "', 'a\n   HUNTER2\n}HUNTER2'
  ]) check(changed(secretLine, `    client_secret: ${value}`))
  const [line] = secretLine.split('T0P')
  for (const text of [
    changed('provider: heficed', 'provider: nobody'),
    changed('organization_id: 7bddbff3-2dfb-11e9-895d-c8dbf32f12cd', 'organization_id: HUNTER2'),
    changed('client_id: the-client', 'api_url: https://user:HUNTER2@api.example.com'),
    changed('url: redis://127.0.0.1:6379/0', 'url: https://:HUNTER2@redis.example.com'),
    changed('level: info', 'level: HUNTER2'),
    changed(longSecret, 'HUNTER2'),
    changed(`"${sha}"`, 'HUNTER2'),
    changed('timeout_ms: 20000', 'timeout_ms: HUNTER2'),
    `${good}${line}HUNTER2\n`
  ]) check(text)
  check(changed('organization_id: 7bddbff3-2dfb-11e9-895d-c8dbf32f12cd', `organization_id: "${ref('A')}"`), { A: hidden })
  const lines = good.split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    check(lines.filter((_, index) => index !== at).join('\n'))
    for (const junk of ['  ', '\t', '- ', '"', '{', ']', ': ']) check(lines.map((one, index) => index === at ? `${junk}${one}` : one).join('\n'))
  }
  t.same(told.map(text => text.split('\n').find(one => one.includes(hidden))), [])
  t.end()
})
