import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { parse, stringify } from 'yaml'
import { loadAdapters } from '../src/adapters/registry.ts'
import { configJsonSchema } from '../openapi/generate/config-schema.ts'
import { ConfigError, parseConfig } from '../src/config/load.ts'
import type { Environment } from '../src/config/document.ts'
import { vendors } from './conformance/vendors.ts'
import { root } from './helpers/process.ts'

const registry = await loadAdapters()

type Json = Readonly<Record<string, unknown>>

const schema = configJsonSchema(registry.values())
// A word that the draft does not know is an error; conditions that name keys without describing them again are meant.
const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false }).compile(schema)

const ref = (name: string): string => `${'$'}{${name}}`
const environment: Environment = {
  PORT: '9000', HOST: 'vm.example.com', LONG: 's'.repeat(32), WORD: 'word', MODE: 'none', LEVEL: 'warn', SHA: 'a'.repeat(64), REDIS: 'redis://127.0.0.1', ORGANIZATION: '7bddbff3-2dfb-11e9-895d-c8dbf32f12cd', GLESYS: 'glesys', ADDRESS: '10.1.0.0/16', DAY: '2030-01-31'
}

function loads (text: string): boolean {
  try {
    parseConfig(text, registry, environment)
    return true
  } catch (error) {
    if (error instanceof ConfigError) return false
    throw error
  }
}

const fits = (value: unknown): boolean => validate(value)

const open = { auth: { mode: 'none' } }
const key = { name: 'ops', sha256: 'a'.repeat(64), accounts: ['*'], permissions: ['read'] }
const keyed = (changes: Json): Json => ({ auth: { keys: [{ ...key, ...changes }] } })
const account = (settings: unknown, id = 'one'): Json => ({ ...open, accounts: { [id]: settings } })
const heficed = { provider: 'heficed', organization_id: '7bddbff3-2dfb-11e9-895d-c8dbf32f12cd', client_id: 'c', client_secret: 's' }
const fleio = { provider: 'fleio', url: 'https://panel.example.com/backend/staffapi', token: 't' }
const glesys = { provider: 'glesys', project: 'cl12345' }
const vmmanager = { provider: 'vmmanager', url: 'https://vm.example.com' }
const hetzner = { provider: 'hetzner' }
const onecloud = { provider: 'onecloud', auth_url: 'https://pods.example.com:5000/v3' }
const user = { username: 'u', password: 'p' }

const good: ReadonlyArray<readonly [string, unknown]> = [
  ['nothing but who may call', open],
  ['one key', keyed({})],
  ['a digest in capitals', keyed({ sha256: 'A'.repeat(64) })],
  ['where the schema is', { $schema: './config.schema.json', ...open }],
  ['a port as a number', { ...open, listen: { port: 0 } }],
  ['a port as text', { ...open, listen: { port: '8080' } }],
  ['a port from the environment', { ...open, listen: { host: '127.0.0.1', port: ref('PORT') } }],
  ['words from the environment', { auth: { mode: ref('MODE') }, log: { level: ref('LEVEL') } }],
  ['a digest from the environment', keyed({ sha256: ref('SHA') })],
  ['a key with an id, two digests and an end', keyed({ id: 'key-1', sha256: ['b'.repeat(64), ref('SHA')], expires_at: '2030-01-31' })],
  ['a key that ends at a time', keyed({ expires_at: '2030-01-31T10:00:00+02:00' })],
  ['a key whose end is in the environment', keyed({ expires_at: ref('DAY') })],
  ['a secret from the environment', { ...open, secret: ref('LONG') }],
  ['several secrets', { ...open, secret: ['s'.repeat(32), ref('LONG')] }],
  ['redis with a secret', { ...open, secret: 's'.repeat(32), redis: { url: ref('REDIS') } }],
  ['a state file', { ...open, secret: 's'.repeat(32), state: { file: 'state.db' } }],
  ['a cluster', { ...open, secret: 's'.repeat(32), redis: { cluster: ['rediss://a:1'] } }],
  ['a breaker and limits', account({ ...heficed, breaker: { failure_share: 0.2, open_ms: 500 }, limits: { concurrency: 2, requests_per_s: 0.5 }, cache: { servers_s: 5 } })],
  ['a breaker that is off', account({ ...heficed, breaker: { enabled: false } })],
  ['an overload', { ...open, overload: { requests: 10 } }],
  ['tokens', { auth: { oidc: { issuer: 'https://id.example.com', audience: 'x', claim: 'y', accounts_claim: 'z' } } }],
  ['sentinels', { ...open, secret: 's'.repeat(32), redis: { sentinels: ['redis://a:1'], name: 'main' } }],
  ['every common key', account({ ...heficed, title: 'T', timeout_ms: 1, request_deadline_ms: 1, read_only: true, raw: true, cache: { servers_s: 0.5 }, limits: { concurrency: 1, requests_per_s: 0.5 }, guard: { confirm_delete: true, max_deletes_per_hour: 0, max_creates_per_hour: 0, max_monthly_price: { amount: 0.5, currency: 'EUR' }, protected: ['1'] }, tls: { insecure_skip_verify: true } })],
  ['the other keys of the gateway', { ...open, log: { level: 'debug' }, metrics: { public: true }, rate_limit: { per_minute: 1 }, audit: { file: '/a' }, shutdown_grace_ms: 0 }],
  ['trusted proxies', { ...open, listen: { trust_proxy: ['10.0.0.1', '192.0.2.0/24', '2001:db8::/32', '::1', ref('ADDRESS')] } }],
  ['a listener for metrics', { ...open, metrics: { listen: { host: '0.0.0.0', port: 9464 } } }],
  ['a listener for metrics on a port from the environment', { ...open, metrics: { public: true, listen: { port: ref('PORT') } } }],
  ['heficed with an organization from the environment', account({ ...heficed, organization_id: ref('ORGANIZATION') })],
  ['fleio as an end user', account({ ...fleio, url: 'http://panel.example.com/api/' })],
  ['glesys with a key', account({ ...glesys, api_key: 'k', format: 'xml' })],
  ['glesys as a user', account({ ...glesys, ...user })],
  ['vmmanager with a token', account({ ...vmmanager, token: 't', auth_prefix: '/api' })],
  ['vmmanager as somebody\'s administrator', account({ ...vmmanager, email: 'e', password: 'p', as_user: '3' })],
  ['vmmanager at a host from the environment', account({ ...vmmanager, url: `https://${ref('HOST')}`, token: ref('WORD') })],
  ['onecloud in a project', account({ ...onecloud, ...user, project: 'demo' })],
  ['onecloud for a domain', account({ ...onecloud, ...user, scope: 'domain', project: 'p' })],
  ['onecloud with a key', account({ ...onecloud, access_key: 'a', secret_key: 's', allowed_hosts: ['pods.example.com'] })],
  ['hetzner', account({ ...hetzner, token: 't' })],
  ['hetzner behind a proxy', account({ ...hetzner, token: ref('WORD'), api_url: 'http://127.0.0.1:9/v1' })],
  ['the longest account id', account(heficed, 'a'.repeat(63))]
]

const bad: ReadonlyArray<readonly [string, unknown]> = [
  ['nothing', {}],
  ['a list', [1]],
  ['nobody to call', { listen: {} }],
  ['an unknown key', { ...open, surprise: 1 }],
  ['an unknown key below', { auth: { mode: 'none', surprise: 1 } }],
  ['an unknown key of a key', keyed({ surprise: 1 })],
  ['an unknown mode', { auth: { mode: 'maybe' } }],
  ['a flag as text', { auth: { mode: 'none', allow_unauthenticated: 'yes' } }],
  ['a port beyond the last', { ...open, listen: { port: 65_536 } }],
  ['a port in words', { ...open, listen: { port: 'eighty' } }],
  ['half a port', { ...open, listen: { port: 80.5 } }],
  ['a short secret', { ...open, secret: 'short' }],
  ['no secret of many', { ...open, secret: [] }],
  ['a state file without a secret', { ...open, state: { file: 'state.db' } }],
  ['a state file and redis', { ...open, secret: 's'.repeat(32), state: { file: 'state.db' }, redis: { url: 'redis://a' } }],
  ['redis without a secret', { ...open, redis: { url: 'redis://a' } }],
  ['a breaker with a key that is none', account({ ...heficed, breaker: { threshold: 1 } })],
  ['a price without a currency', account({ ...heficed, guard: { max_monthly_price: { amount: 5 } } })],
  ['a price below nothing', account({ ...heficed, guard: { max_monthly_price: { amount: -1, currency: 'EUR' } } })],
  ['a currency in words', account({ ...heficed, guard: { max_monthly_price: { amount: 5, currency: 'euro' } } })],
  ['an overload of nothing', { ...open, overload: { requests: 0 } }],
  ['tokens without a claim', { auth: { oidc: { issuer: 'https://id.example.com', audience: 'x' } } }],
  ['redis that is none', { ...open, secret: 's'.repeat(32), redis: { url: 'http://a' } }],
  ['redis said twice', { ...open, secret: 's'.repeat(32), redis: { url: 'redis://a', cluster: ['redis://b'] } }],
  ['sentinels without a name', { ...open, secret: 's'.repeat(32), redis: { sentinels: ['redis://a'] } }],
  ['a key without a digest', { auth: { keys: [{ name: 'a', accounts: ['*'], permissions: ['read'] }] } }],
  ['a digest too short', keyed({ sha256: 'abc' })],
  ['three digests', keyed({ sha256: ['a', 'b', 'c'].map(letter => letter.repeat(64)) })],
  ['no digest', keyed({ sha256: [] })],
  ['an end that is no day', keyed({ expires_at: 'tomorrow' })],
  ['an end without a zone', keyed({ expires_at: '2030-01-31T10:00:00' })],
  ['an id with a space', keyed({ id: 'key 1' })],
  ['an id that looks like a token\'s', keyed({ id: 'oidc:x' })],
  ['a permission that there is not', keyed({ permissions: ['fly'] })],
  ['no permission', keyed({ permissions: [] })],
  ['a key for a reserved word', keyed({ accounts: ['servers'] })],
  ['a trusted proxy by name', { ...open, listen: { trust_proxy: ['nginx'] } }],
  ['every address as a trusted proxy', { ...open, listen: { trust_proxy: ['0.0.0.0/0'] } }],
  ['a trusted proxy that is not in a list', { ...open, listen: { trust_proxy: '10.0.0.1' } }],
  ['a listener for metrics without a port', { ...open, metrics: { listen: { host: '127.0.0.1' } } }],
  ['a listener for metrics with an unknown key', { ...open, metrics: { listen: { port: 9464, tls: true } } }],
  ['an unknown level', { ...open, log: { level: 'loud' } }],
  ['an endless grace', { ...open, shutdown_grace_ms: 600_001 }],
  ['a limit of nothing', { ...open, rate_limit: {} }],
  ['a key without a value', { ...open, log: null }],
  ['an account without a provider', account({ organization_id: 'x' })],
  ['an account that is text', account('heficed')],
  ['a provider that nobody knows', account({ provider: 'nobody' })],
  ['a reserved account id', account(heficed, 'servers')],
  ['an account id in capitals', account(heficed, 'Main')],
  ['an account id too long', account(heficed, 'a'.repeat(64))],
  ['another provider\'s key', account({ ...heficed, auth_url: 'https://a.example.com/v3' })],
  ['an unknown key of an account', account({ ...fleio, surprise: 1 })],
  ['an unknown key of a guard', account({ ...fleio, guard: { surprise: 1 } })],
  ['no time at all', account({ ...fleio, timeout_ms: 0 })],
  ['a time from the environment', account({ ...fleio, timeout_ms: ref('PORT') })],
  ['heficed without its secret', account({ provider: 'heficed', organization_id: heficed.organization_id, client_id: 'c' })],
  ['heficed with an organization that is none', account({ ...heficed, organization_id: '12' })],
  ['fleio without a token', account({ provider: 'fleio', url: fleio.url })],
  ['fleio at no API', account({ ...fleio, url: 'https://panel.example.com/' })],
  ['a token of two words', account({ ...fleio, token: 'two words' })],
  ['glesys without credentials', account(glesys)],
  ['glesys with all credentials', account({ ...glesys, ...user, api_key: 'k' })],
  ['glesys with half a user', account({ ...glesys, username: 'u' })],
  ['glesys in another format', account({ ...glesys, api_key: 'k', format: 'csv' })],
  ['vmmanager without credentials', account(vmmanager)],
  ['vmmanager with all credentials', account({ ...vmmanager, token: 't', email: 'e', password: 'p' })],
  ['vmmanager as somebody by a token', account({ ...vmmanager, token: 't', as_user: '3' })],
  ['an address with a query', account({ ...vmmanager, url: 'https://vm.example.com/?a=b', token: 't' })],
  ['an address with a name in it', account({ ...vmmanager, url: 'https://a:b@vm.example.com', token: 't' })],
  ['an address of another kind', account({ ...vmmanager, url: 'ftp://vm.example.com', token: 't' })],
  ['onecloud without /v3', account({ ...onecloud, ...user, project: 'p', auth_url: 'https://pods.example.com' })],
  ['onecloud in no project', account({ ...onecloud, ...user })],
  ['onecloud for a domain in no project', account({ ...onecloud, ...user, scope: 'domain' })],
  ['onecloud with a key and a project', account({ ...onecloud, access_key: 'a', secret_key: 's', project: 'p' })],
  ['onecloud with half a key', account({ ...onecloud, access_key: 'a', project: 'p' })],
  ['onecloud on no hosts', account({ ...onecloud, ...user, project: 'p', allowed_hosts: [] })],
  ['hetzner without a token', account(hetzner)],
  ['hetzner with a line end in its token', account({ ...hetzner, token: 't\n' })]
]

/** What no JSON Schema can know: other places of the file, the environment, the disk. The gateway refuses these. */
const onlyTheGatewayKnows: ReadonlyArray<readonly [string, unknown]> = [
  ['mode keys without keys', { auth: {} }],
  ['mode none beyond loopback', { ...open, listen: { host: '0.0.0.0' } }],
  ['a trusted address that is none', { ...open, listen: { trust_proxy: ['300.0.0.1'] } }],
  ['a trusted network of too many bits', { ...open, listen: { trust_proxy: ['10.0.0.0/33'] } }],
  ['a listener for metrics on the gateway\'s own port', { ...open, metrics: { listen: { port: 8080 } } }],
  ['a key for an account that there is not', keyed({ accounts: ['elsewhere'] })],
  ['two keys of one name', { auth: { keys: [key, { ...key, sha256: 'b'.repeat(64) }] } }],
  ['a variable that is not set', { ...open, log: { level: ref('NOT_SET') } }],
  ['a variable whose value does not do', { ...open, listen: { port: ref('WORD') } }],
  ['a file that is not there', { ...open, secret: ref('file:/does/not/exist') }],
  ['certificates that are not there', account({ ...fleio, tls: { ca_file: '/does/not/exist' } })],
  ['a port as text beyond the last', { ...open, listen: { port: '65536' } }],
  ['a host that is none', account({ ...onecloud, ...user, project: 'p', allowed_hosts: ['a/b'] })],
  ['an address that can not be read', { ...open, secret: 's'.repeat(32), redis: { url: 'redis://:::' } }]
]

/** What an editor marks although the gateway takes it: words behind a variable, and unusual spelling. */
const onlyTheEditorMinds: ReadonlyArray<readonly [string, unknown]> = [
  ['a provider from the environment', { ...open, accounts: { one: { ...glesys, api_key: 'k', provider: ref('GLESYS') } } }],
  ['a scheme in capitals', { ...open, secret: 's'.repeat(32), redis: { url: 'REDIS://a' } }]
]

t.test('configurations that the gateway loads fit the schema, refused ones do not', async t => {
  for (const [name, value] of good) {
    t.ok(loads(stringify(value)), `${name}: loads`)
    t.ok(fits(value), `${name}: fits${fits(value) ? '' : JSON.stringify(validate.errors)}`)
  }
  for (const [name, value] of bad) {
    t.notOk(loads(stringify(value)), `${name}: is refused`)
    t.notOk(fits(value), `${name}: does not fit`)
  }
})

t.test('the gateway and the schema differ only where that is intended', async t => {
  for (const [name, value] of onlyTheGatewayKnows) t.same([loads(stringify(value)), fits(value)], [false, true], name)
  for (const [name, value] of onlyTheEditorMinds) t.same([loads(stringify(value)), fits(value)], [true, false], name)
})

for (const page of ['README.md', 'docs/configuration.md']) {
  t.test(`the configuration file shown in ${page} fits the schema`, async t => {
    const [, sample = ''] = /```yaml\n(listen:[\s\S]*?)```/.exec(readFileSync(join(root, page), 'utf8')) ?? []
    const value: unknown = parse(sample)
    t.ok(fits(value), JSON.stringify(validate.errors))
    t.notOk(fits(parse(sample.replace('project: cl12345', 'projekt: cl12345'))))
  })
}

t.test('the accounts of the simulators and every adapter\'s example fit the schema', async t => {
  for (const [provider, start] of Object.entries(vendors)) {
    const { accounts, simulator } = await start()
    await simulator.close()
    for (const [id, own] of Object.entries(accounts)) {
      const value = { listen: { host: '127.0.0.1', port: 8080 }, auth: { mode: 'none' }, log: { level: 'warn' }, accounts: { [id]: { provider, ...own } } }
      t.ok(fits(value), `${id}: ${JSON.stringify(validate.errors)}`)
      t.ok(loads(JSON.stringify(value)), id)
    }
  }
  for (const { id, example } of registry.values()) t.ok(fits(account(Object.assign({ provider: id }, example))), `${id}: ${JSON.stringify(validate.errors)}`)
})

t.test('every key is described, with its unit and its default', async t => {
  const keys: string[] = []
  const look = (node: unknown, path: string): void => {
    if (!isJson(node)) {
      if (Array.isArray(node)) node.forEach(item => { look(item, path) })
      return
    }
    for (const [name, child] of Object.entries(node)) {
      if (name === 'properties' && isJson(child)) {
        for (const [key, value] of Object.entries(child)) {
          if (!isJson(value) || value.$ref !== undefined || isCondition(path)) continue
          keys.push(key)
          t.type(value.description, 'string', `${path}.${key}`)
          if (/_ms$|_s$/.test(key)) t.match(value.description, /[Mm]illiseconds|[Ss]econds|in a second/, `${path}.${key}`)
          // A table tells its own defaults below.
          if (value.default !== undefined && value.type !== 'object' && value.type !== 'array') t.match(value.description, /default/i, `${path}.${key}`)
        }
      }
      look(child, `${path}.${name}`)
    }
  }
  look(schema, '')
  t.ok(keys.length > 60)
})

const isCondition = (path: string): boolean => /\.(if|then|else|not)$/.test(path)
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
