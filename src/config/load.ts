import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { z } from 'zod'
import { digestsOf, idOf } from '../access/api-key.ts'
import type { Adapter } from '../adapters/contract.ts'
import type { AdapterLoader } from '../adapters/registry.ts'
import { isMissing } from '../domain/invalid.ts'
import { readDocument, type ConfigDocument, type ConfigFault, type Environment, type Path } from './document.ts'
import { accountId, commonAccountSchema, configSchema, isLoopback, type RawConfig } from './schema.ts'

export interface AccountSettings {
  readonly id: string
  readonly adapter: Adapter<unknown>
  /** The provider's own keys, parsed by its adapter's schema. */
  readonly settings: unknown
  readonly common: z.infer<typeof commonAccountSchema>
  /** PEM text of `tls.ca_file`. */
  readonly ca: string | null
  /** Values that must never be shown: those of keys that name secrets. */
  readonly secrets: readonly string[]
}

export interface Config extends Omit<RawConfig, 'accounts'> {
  /** PEM text of `redis.tls.ca_file`. */
  readonly redisCa: string | null
  readonly accounts: readonly AccountSettings[]
}

export class ConfigError extends Error {
  readonly faults: readonly ConfigFault[]

  constructor (faults: readonly ConfigFault[]) {
    super(faults.map(({ path, line, message }) => `${path || 'the file'}${line === null ? '' : ` (line ${line})`}: ${message}`).join('\n'))
    this.name = 'ConfigError'
    this.faults = faults
  }
}

type Registry = ReadonlyMap<string, Adapter<unknown>>

/** Notes a fault at a path of the file. */
type Report = (path: Path, message: string) => void

/**
 * Reads, validates and freezes a configuration file, and loads the adapters that it names. Throws a ConfigError with path and line of
 * every fault.
 */
export async function loadConfig (file: string, loaders: ReadonlyMap<string, AdapterLoader>, environment: Environment): Promise<Config> {
  const document = readDocument(readText(file), environment)
  const named = new Set(Object.values(accountsOf(document.value)).map(account => isRecord(account) ? account.provider : undefined))
  const wanted = [...loaders].filter(([id]) => named.has(id))
  const registry = new Map(await Promise.all(wanted.map(async ([id, load]) => [id, await load()] as const)))
  return readConfig(document, registry, [...loaders.keys()])
}

function readText (file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new ConfigError([{ path: '', line: null, message: `the configuration file ${file} cannot be read` }])
  }
}

export const parseConfig = (text: string, registry: Registry, environment: Environment): Config =>
  readConfig(readDocument(text, environment), registry, [...registry.keys()])

/** `providers`: the ids of all providers, whether their adapters are loaded or not. */
function readConfig (document: ConfigDocument, registry: Registry, providers: readonly string[]): Config {
  if (document.value === undefined && document.faults.length > 0) throw new ConfigError(document.faults)
  const faults = [...document.faults]
  const report: Report = (path, message) => { faults.push({ path: path.join('.'), line: document.lineOf(path), message }) }
  const parsed = configSchema.safeParse(document.value ?? {})
  if (!parsed.success) reportIssues(parsed.error, [], report)
  const accounts = Object.entries(accountsOf(document.value)).flatMap(([id, raw]) => {
    const adapter = isRecord(raw) && typeof raw.provider === 'string' ? registry.get(raw.provider) : undefined
    return readAccount({ id, raw, adapter, providers }, report) ?? []
  })
  if (!parsed.success) throw new ConfigError(firstOfEachPath(faults))
  checkAcrossKeys(parsed.data, report)
  const redisCa = readCa(parsed.data.redis?.tls?.ca_file)
  if (redisCa === undefined) report(['redis', 'tls', 'ca_file'], noCa)
  if (faults.length > 0) throw new ConfigError(firstOfEachPath(faults))
  return deepFreeze({ ...parsed.data, redisCa: redisCa ?? null, accounts })
}

/** The others of a path are consequences of the first. */
const firstOfEachPath = (faults: readonly ConfigFault[]): ConfigFault[] =>
  faults.filter(({ path }, index) => path === '' || faults.findIndex(fault => fault.path === path) === index)

/** The rules that concern several keys. */
function checkAcrossKeys (config: RawConfig, report: Report): void {
  const { auth, listen, metrics, redis, state } = config
  const store = redis !== undefined ? 'redis' : state !== undefined ? 'state' : null
  if (store !== null && config.secret === undefined) {
    report(['secret'], `is required with ${store}: it encrypts the data that is stored there`)
  }
  if (redis !== undefined && state !== undefined) {
    report(['state'], 'cannot be combined with redis: state.file is for one process, redis for several')
  }
  if (auth.mode === 'none' && !isLoopback(listen.host) && !auth.allow_unauthenticated) {
    report(['auth', 'mode'], 'none is accepted only while listening on loopback, or with auth.allow_unauthenticated: true')
  }
  if (metrics?.listen !== undefined && metrics.listen.port !== 0 && metrics.listen.port === listen.port) {
    report(['metrics', 'listen', 'port'], 'must differ from listen.port')
  }
  if (auth.mode === 'keys' && auth.keys.length === 0 && auth.oidc === undefined) {
    report(['auth', 'keys'], 'mode keys requires at least one key')
  }
  checkKeys(config, report)
  checkTokens(config, report)
}

function checkKeys (config: RawConfig, report: Report): void {
  const names = new Set<string>()
  const ids = new Set<string>()
  const digests = new Set<string>()
  config.auth.keys.forEach((key, index) => {
    const reportKey = (member: string, message: string): void => { report(['auth', 'keys', index, member], message) }
    if (names.has(key.name)) reportKey('name', 'is used by another entry')
    else if (ids.has(idOf(key))) reportKey(key.id === undefined ? 'name' : 'id', 'is the id of another entry')
    names.add(key.name)
    ids.add(idOf(key))
    for (const digest of digestsOf(key).map(text => text.toLowerCase())) {
      if (digests.has(digest)) reportKey('sha256', 'is the key of another entry, or twice in the list')
      digests.add(digest)
    }
    for (const account of unknownAmong(config, key.accounts)) reportKey('accounts', `there is no account ${account}`)
  })
}

function checkTokens (config: RawConfig, report: Report): void {
  const { mode, oidc } = config.auth
  if (oidc === undefined) return
  for (const account of unknownAmong(config, oidc.accounts ?? [])) report(['auth', 'oidc', 'accounts'], `there is no account ${account}`)
  if (mode === 'none') report(['auth', 'oidc'], 'cannot be combined with mode none, which accepts requests without a token')
  if (oidc.accounts !== undefined && oidc.accounts_claim !== undefined) {
    report(['auth', 'oidc', 'accounts_claim'], 'cannot be combined with accounts')
  }
}

const unknownAmong = (config: RawConfig, accounts: readonly string[]): string[] =>
  accounts.filter(account => account !== '*' && !Object.hasOwn(config.accounts, account))

interface RawAccount {
  readonly id: string
  readonly raw: unknown
  readonly adapter: Adapter<unknown> | undefined
  readonly providers: readonly string[]
}

/** Undefined if it has a fault. */
function readAccount ({ id, raw, adapter, providers }: RawAccount, report: Report): AccountSettings | undefined {
  const at = ['accounts', id]
  const name = accountId.safeParse(id)
  if (!name.success) { report(at, name.error.issues[0]?.message ?? 'is not a valid account id'); return undefined }
  if (!isRecord(raw)) { report(at, 'must be a mapping of keys'); return undefined }
  if (adapter === undefined) { report([...at, 'provider'], `must be one of ${providers.join(', ')}`); return undefined }
  const { provider, ...keys } = raw
  const entries = Object.entries(keys)
  const isCommon = ([key]: readonly [string, unknown]): boolean => Object.hasOwn(commonAccountSchema.shape, key)
  const common = commonAccountSchema.safeParse(Object.fromEntries(entries.filter(isCommon)))
  const own = entries.filter(entry => !isCommon(entry))
  const settings = adapter.account.safeParse(Object.fromEntries(own))
  if (!common.success) reportIssues(common.error, at, report)
  if (!settings.success) reportIssues(settings.error, at, report)
  if (!common.success || !settings.success) return undefined
  const ca = readCa(common.data.tls.ca_file)
  if (ca === undefined) { report([...at, 'tls', 'ca_file'], noCa); return undefined }
  const secrets = own.flatMap(([key, value]) => secretKey.test(key) && typeof value === 'string' ? [value] : [])
  return { id, adapter, settings: settings.data, common: common.data, ca, secrets }
}

const secretKey = /password|secret|token$|api_key|access_key/

const noCa = 'cannot be read, or holds no certificate'

/** PEM text of the file; null if none is configured, undefined if it holds no certificate. */
function readCa (file: string | undefined): string | null | undefined {
  if (file === undefined) return null
  try {
    const text = readFileSync(file, 'utf8')
    createSecureContext({ ca: text })
    return text.includes('-----BEGIN ') ? text : undefined
  } catch {
    return undefined
  }
}

const accountsOf = (value: unknown): Record<string, unknown> =>
  isRecord(value) && isRecord(value.accounts) ? value.accounts : {}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function reportIssues (error: z.ZodError, at: Path, report: Report): void {
  for (const issue of error.issues) {
    const path = [...at, ...issue.path.map(part => typeof part === 'number' ? part : String(part))]
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) report([...path, key], 'is not a known key')
    else report(path, isMissing(issue) ? 'is required' : issue.message)
  }
}

function deepFreeze<T> (value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  // The adapter belongs to the registry, not to the file.
  for (const [name, member] of Object.entries(value)) if (name !== 'adapter') deepFreeze(member)
  return value
}
