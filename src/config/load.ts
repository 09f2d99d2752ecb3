import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { z } from 'zod'
import { digestsOf, idOf } from '../access/api-key.ts'
import type { Adapter } from '../adapters/contract.ts'
import type { AdapterLoader } from '../adapters/registry.ts'
import { readDocument, type ConfigDocument, type ConfigFault, type Path } from './document.ts'
import { accountId, commonAccountKeys, commonAccountSchema, configSchema, isLoopback, type RawConfig } from './schema.ts'
import type { Environment } from './substitute.ts'

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
    super(faults.map(toLine).join('\n'))
    this.name = 'ConfigError'
    this.faults = faults
  }
}

export type Registry = ReadonlyMap<string, Adapter<unknown>>

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
  const parsed = configSchema.safeParse(document.value ?? {})
  const faults = [...document.faults, ...(parsed.success ? [] : toFaults(parsed.error, [], document))]
  const accounts = Object.entries(accountsOf(document.value)).flatMap(([id, raw]) => readAccount({ id, raw, registry, providers, document, faults }))
  if (!parsed.success) throw new ConfigError(once(faults))
  faults.push(...rulesBetweenKeys(parsed.data, document))
  const redisCa = readCa(parsed.data.redis?.tls?.ca_file)
  const caPath = ['redis', 'tls', 'ca_file']
  if (redisCa === undefined) faults.push({ path: caPath.join('.'), line: document.lineOf(caPath), message: noCa })
  if (faults.length > 0) throw new ConfigError(once(faults))
  return deepFreeze({ ...parsed.data, redisCa: redisCa ?? null, accounts })
}

/** Keeps the first fault of each path: the others are consequences of it. */
const once = (faults: readonly ConfigFault[]): ConfigFault[] =>
  faults.filter(({ path }, index) => path === '' || faults.findIndex(fault => fault.path === path) === index)

function rulesBetweenKeys (config: RawConfig, document: ConfigDocument): ConfigFault[] {
  const faults: ConfigFault[] = []
  const fault = (path: Path, message: string): void => { faults.push({ path: path.join('.'), line: document.lineOf(path), message }) }
  const { auth } = config
  const keeper = config.redis !== undefined ? 'redis' : config.state !== undefined ? 'state' : null
  if (keeper !== null && config.secret === undefined) fault(['secret'], `is required with ${keeper}: it encrypts the data that is stored there`)
  if (config.redis !== undefined && config.state !== undefined) fault(['state'], 'cannot be combined with redis: state.file is for one process, redis for several')
  if (auth.mode === 'none' && !isLoopback(config.listen.host) && !auth.allow_unauthenticated) {
    fault(['auth', 'mode'], 'none is accepted only while listening on loopback, or with auth.allow_unauthenticated: true')
  }
  const { listen, metrics } = config
  if (metrics?.listen !== undefined && metrics.listen.port !== 0 && metrics.listen.port === listen.port) {
    fault(['metrics', 'listen', 'port'], 'must differ from listen.port')
  }
  if (auth.mode === 'keys' && auth.keys.length === 0 && auth.oidc === undefined) fault(['auth', 'keys'], 'mode keys requires at least one key')
  const names = new Set<string>()
  const ids = new Set<string>()
  const digests = new Set<string>()
  auth.keys.forEach((key, index) => {
    if (names.has(key.name)) fault(['auth', 'keys', index, 'name'], 'is used by another entry')
    else if (ids.has(idOf(key))) fault(['auth', 'keys', index, key.id === undefined ? 'name' : 'id'], 'is the id of another entry')
    names.add(key.name)
    ids.add(idOf(key))
    for (const digest of digestsOf(key).map(text => text.toLowerCase())) {
      if (digests.has(digest)) fault(['auth', 'keys', index, 'sha256'], 'is the key of another entry, or twice in the list')
      digests.add(digest)
    }
    for (const account of missing(config, key.accounts)) fault(['auth', 'keys', index, 'accounts'], `there is no account ${account}`)
  })
  for (const [name, message] of rulesOfTokens(config)) fault(['auth', 'oidc', ...name], message)
  return faults
}

/** Faults with their path below auth.oidc. */
function rulesOfTokens (config: RawConfig): Array<[Path, string]> {
  const { mode, oidc } = config.auth
  if (oidc === undefined) return []
  const faults: Array<[Path, string]> = missing(config, oidc.accounts ?? []).map(account => [['accounts'], `there is no account ${account}`])
  if (mode === 'none') faults.push([[], 'cannot be combined with mode none, which accepts requests without a token'])
  if (oidc.accounts !== undefined && oidc.accounts_claim !== undefined) faults.push([['accounts_claim'], 'cannot be combined with accounts'])
  return faults
}

const missing = (config: RawConfig, accounts: readonly string[]): string[] =>
  accounts.filter(account => account !== '*' && !Object.hasOwn(config.accounts, account))

interface AccountReading {
  readonly id: string
  readonly raw: unknown
  readonly registry: Registry
  readonly providers: readonly string[]
  readonly document: ConfigDocument
  readonly faults: ConfigFault[]
}

function readAccount ({ id, raw, registry, providers, document, faults }: AccountReading): AccountSettings[] {
  const at = ['accounts', id]
  const fault = (path: Path, message: string): AccountSettings[] => {
    faults.push({ path: path.join('.'), line: document.lineOf(path), message })
    return []
  }
  const name = accountId.safeParse(id)
  if (!name.success) return fault(at, name.error.issues[0]?.message ?? 'is not a valid account id')
  if (!isRecord(raw)) return fault(at, 'must be a mapping of keys')
  const { provider, ...rest } = raw
  const adapter = typeof provider === 'string' ? registry.get(provider) : undefined
  if (adapter === undefined) return fault([...at, 'provider'], `must be one of ${providers.join(', ')}`)

  const [commonKeys, ownKeys] = split(rest)
  const common = commonAccountSchema.safeParse(commonKeys)
  const own = adapter.account.safeParse(ownKeys)
  if (!common.success) faults.push(...toFaults(common.error, at, document))
  if (!own.success) faults.push(...toFaults(own.error, at, document))
  if (!common.success || !own.success) return []
  const ca = readCa(common.data.tls.ca_file)
  if (ca === undefined) return fault([...at, 'tls', 'ca_file'], noCa)
  return [{ id, adapter, settings: own.data, common: common.data, ca, secrets: secretsOf(ownKeys) }]
}

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

const secretKey = /password|secret|token$|api_key|access_key/

const secretsOf = (own: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(own).flatMap(([key, value]) => secretKey.test(key) && typeof value === 'string' ? [value] : [])

function split (raw: Readonly<Record<string, unknown>>): [Record<string, unknown>, Record<string, unknown>] {
  const entries = Object.entries(raw)
  const isCommon = ([key]: [string, unknown]): boolean => commonAccountKeys.has(key)
  return [Object.fromEntries(entries.filter(isCommon)), Object.fromEntries(entries.filter(entry => !isCommon(entry)))]
}

const accountsOf = (value: unknown): Record<string, unknown> =>
  isRecord(value) && isRecord(value.accounts) ? value.accounts : {}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** zod distinguishes a missing key from one of a wrong type only by its message. */
const isMissing = ({ code, message }: { readonly code: string, readonly message: string }): boolean => code === 'invalid_type' && message.endsWith('received undefined')

function toFaults (error: z.ZodError, at: Path, document: ConfigDocument): ConfigFault[] {
  return error.issues.flatMap(issue => {
    const path = [...at, ...issue.path.map(part => typeof part === 'number' ? part : String(part))]
    if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), line: document.lineOf(path), message: isMissing(issue) ? 'is required' : issue.message }]
    return issue.keys.map(key => ({ path: [...path, key].join('.'), line: document.lineOf([...path, key]), message: 'is not a known key' }))
  })
}

/** Freezes an object recursively, skipping what is frozen already. */
function deepFreeze<T> (value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  // The adapter belongs to the registry, not to the file.
  for (const [name, member] of Object.entries(value)) if (name !== 'adapter') deepFreeze(member)
  return value
}

const toLine = ({ path, line, message }: ConfigFault): string =>
  `${path === '' ? 'the file' : path}${line === null ? '' : ` (line ${line})`}: ${message}`
