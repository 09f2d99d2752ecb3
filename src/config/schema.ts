import { isIP } from 'node:net'
import { z } from 'zod'
import { permissions, tokenNamePrefix } from '../access/principal.ts'
import { redisSchema } from './redis.ts'

/** Path segments that are routes, so no account may have them as its id. */
const reserved = new Set(['accounts', 'servers', 'providers', 'operations', 'health'])

export const accountId = z.string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: 'must be 1 to 63 of a-z, 0-9 and -, not beginning with -' })
  .refine(id => !reserved.has(id), { error: 'is reserved' })
  .meta({ not: { enum: [...reserved] } })

const milliseconds = z.number().int().min(1)
const portNumber = z.number().int().min(0).max(65_535)
const port = z.union([portNumber, z.string().regex(/^\d+$/).transform(Number).pipe(portNumber)], { error: 'must be a port, 0 to 65535' })
const trustedProxy = z.string()
  .refine(isAddressOrNetwork, { error: 'must be an IP address, or a network such as 10.0.0.0/8 that is not every address' })
  .meta({ pattern: '^[0-9A-Fa-f:.]+(/[1-9][0-9]{0,2})?$' })
const secretText = z.string().min(32, { error: 'must have at least 32 characters' })

const accountList = z.array(z.union([z.literal('*'), accountId])).min(1)

const keyName = z.string().min(1).max(100)
  .refine(name => !name.startsWith(tokenNamePrefix), { error: `may not begin with ${tokenNamePrefix}, as the names of tokens do` })
  .meta({ not: { pattern: `^${tokenNamePrefix}` } })
const digest = z.string().regex(/^[0-9a-fA-F]{64}$/, { error: 'must be the SHA-256 of the key in 64 hex digits' })

const keySchema = z.strictObject({
  name: keyName.describe('Display name; unique'),
  id: keyName.regex(/^[\x21-\x7e]+$/, { error: 'must be printable ASCII without spaces' }).optional()
    .describe('Identifies the key in the audit log, limits and the scope of idempotency keys, even if its name changes. Default: the name'),
  sha256: z.union([digest, z.array(digest).min(1).max(2)], {
    error: 'must be the SHA-256 of the key in 64 hex digits, or a list of two of them'
  }).describe('SHA-256 of the key in 64 hex digits, or a list of two while one key replaces another; ' +
    '`hawser key` generates a key and prints both'),
  expires_at: z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: 'must be a day, such as 2027-01-31, or a time in RFC 3339'
  }).optional().describe('The time (RFC 3339), or the day (its start in UTC), from which the key is refused; ' +
    'logged and in the metrics from 14 days before. Default: never'),
  accounts: accountList.describe('Ids of the accounts that the key may use; * allows all'),
  permissions: z.array(z.enum(permissions)).min(1).describe('Permissions of the key; no permission implies another')
})

/** A URL that identities may be taken from: TLS or loopback, so that its answers cannot be changed on the way. */
const trustedUrl = z.string()
  .refine(isTrustedUrl, { error: 'must be an https URL, or http on loopback, without user name, password or fragment' })
const claimName = z.string().min(1).max(200)

const oidcSchema = z.strictObject({
  issuer: trustedUrl.refine(url => !url.includes('?'), { error: 'must have no query' }).meta({ not: { pattern: '[?]' } })
    .describe('URL of the issuer, exactly as in its tokens'),
  audience: z.string().min(1).describe('The audience (aud) that a token must have'),
  claim: claimName.describe('The claim that lists permissions: an array, or a string separated by spaces'),
  accounts: accountList.optional().describe('Ids of the accounts that tokens may use. Default: all'),
  accounts_claim: claimName.optional().describe('The claim that lists the accounts instead'),
  jwks_url: trustedUrl.optional().describe('URL of the issuer\'s keys, if they are on another host')
})

const authSchema = z.strictObject({
  mode: z.enum(['keys', 'none']).default('keys')
    .describe('keys (default): callers must send a key or a token. none: no authentication; ' +
      'accepted only while listening on loopback, or with allow_unauthenticated'),
  allow_unauthenticated: z.boolean().default(false).describe('Allows mode none on addresses other than loopback. Default false'),
  keys: z.array(keySchema).default([]).describe('Accepted API keys'),
  oidc: oidcSchema.optional().describe('Accepts tokens of an OpenID provider instead of keys')
})

/** The keys that every account may have, beside its provider's own. */
export const commonAccountSchema = z.strictObject({
  title: z.string().max(200).optional().describe('Display name'),
  timeout_ms: milliseconds.max(600_000).default(30_000)
    .describe('Timeout of one attempt to call the provider, in milliseconds. Default 30000'),
  request_deadline_ms: milliseconds.max(600_000).default(60_000)
    .describe('Deadline of a whole request including retries, in milliseconds. Default 60000'),
  read_only: z.boolean().default(false).describe('Refuses every write. Default false'),
  raw: z.boolean().default(false).describe('Enables /v1/{account}/raw/ for keys with the permission raw. Default false'),
  cache: z.strictObject({
    servers_s: z.number().min(0).max(86_400).default(0).describe('Maximum age of cached reads of servers, in seconds. Default 0: no cache')
  }).optional().describe('Caching of reads'),
  limits: z.strictObject({
    concurrency: z.number().int().min(1).optional().describe('Maximum number of concurrent calls to the provider, per replica. Default 16'),
    requests_per_s: z.number().positive().optional()
      .describe('Maximum number of calls to the provider in a second, over all replicas. Default: no limit')
  }).optional().describe('Limits on calls to the provider'),
  breaker: z.strictObject({
    enabled: z.boolean().default(true).describe('Default true'),
    failure_share: z.number().positive().max(1).default(0.5)
      .describe('The share of recent calls that must have failed or been slow to open the breaker. Default 0.5'),
    window_calls: z.number().int().min(1).max(10_000).default(100).describe('The number of recent calls that are considered. Default 100'),
    minimum_calls: z.number().int().min(1).max(10_000).default(20)
      .describe('The least number of recent calls before the breaker may open. Default 20'),
    slow_ms: milliseconds.default(20_000).describe('Milliseconds after which a call counts as slow. Default 20000'),
    open_ms: milliseconds.max(3_600_000).default(10_000)
      .describe('Milliseconds for which an open breaker refuses calls before one probes the provider. Default 10000')
  }).prefault({}).describe('The circuit breaker, which pauses calls to a failing provider'),
  guard: z.strictObject({
    confirm_delete: z.boolean().optional()
      .describe('Requires ?confirm=<the name of the server> for delete, rebuild and restore. Default false'),
    max_deletes_per_hour: z.number().int().min(0).optional()
      .describe('Maximum number of deletions per hour, over all replicas. Default: no limit'),
    max_creates_per_hour: z.number().int().min(0).optional()
      .describe('Maximum number of creates per hour, over all replicas. Default: no limit'),
    max_monthly_price: z.strictObject({
      amount: z.number().min(0).describe('The most that the plans of all servers of the account may cost in a month'),
      currency: z.string().regex(/^[A-Z]{3}$/, { error: 'must be three capital letters, such as EUR' })
        .describe('Currency of the amount (ISO 4217); prices in another count as unknown')
    }).optional().describe('Refuses creates and resizes that would cost more, or whose cost is not known. Default: no limit'),
    protected: z.array(z.string()).optional().describe('Ids of servers that cannot be deleted, rebuilt or restored')
  }).optional().describe('Refusals of calls that destroy or buy'),
  tls: z.strictObject({
    ca_file: z.string().min(1).optional().describe('File with the PEM certificates of a private authority to trust'),
    insecure_skip_verify: z.boolean().default(false).describe('Accepts any certificate; logged at start. Default false')
  }).default({ insecure_skip_verify: false }).describe('Verification of the provider\'s certificate')
})

export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('The location of the JSON Schema of this file, for editors'),
  listen: z.strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('Address to listen on. Default 127.0.0.1'),
    port: port.default(8080).describe('Port to listen on; 0 picks a free one. Default 8080'),
    trust_proxy: z.array(trustedProxy).optional()
      .describe('Addresses or networks of proxies whose X-Forwarded-For is trusted. Default: none'),
    compression: z.boolean().default(false)
      .describe('Compresses responses of 1 KiB or more (Brotli, gzip) for callers that accept it, but no streams. Default false')
  }).prefault({}).describe('The address that the gateway listens on'),
  state: z.strictObject({
    file: z.string().min(1)
      .describe('Path of the SQLite file, on a local disk; created if it is missing. Two more files appear beside it')
  }).optional()
    .describe('Keeps operations, idempotency keys and tokens of one process across restarts; requires secret. ' +
      'Default: the memory of the process'),
  redis: redisSchema.optional()
    .describe('In place of state: shares operations, idempotency keys and tokens among replicas and keeps them across restarts; ' +
      'requires secret'),
  secret: z.union([secretText, z.array(secretText).min(1)]).transform(given => typeof given === 'string' ? [given] : given).optional()
    .describe('Secret of at least 32 characters that encrypts tokens and stored answers and signs cursors. ' +
      'In a list, the first is used for writing and all for reading'),
  auth: authSchema.describe('Authentication of callers'),
  log: z.strictObject({
    level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info')
      .describe('The minimum level that is logged. Default info')
  }).default({ level: 'info' }).describe('The log: JSON lines on standard output'),
  metrics: z.strictObject({
    public: z.boolean().default(false).describe('Serves /metrics without a key. Default false: requires the permission admin'),
    listen: z.strictObject({
      host: z.string().min(1).default('127.0.0.1').describe('Address to listen on. Default 127.0.0.1'),
      port: port.describe('Port to listen on; 0 picks a free one')
    }).optional().describe('A second listener that serves only /metrics, without keys. Default: none')
  }).optional().describe('Metrics for Prometheus'),
  rate_limit: z.strictObject({ per_minute: z.number().int().min(1).describe('Maximum number of requests per key and minute') }).optional()
    .describe('Rate limit for each key; over all replicas with Redis. Default: no limit'),
  audit: z.strictObject({ file: z.string().min(1).describe('File to which lines are appended') }).optional()
    .describe('The audit log: one line for each write. Default: standard output'),
  overload: z.strictObject({
    requests: z.number().int().min(1).default(2000)
      .describe('Maximum number of requests in flight; more are refused. Default 2000')
  })
    .prefault({}).describe('Refusal of requests under load'),
  shutdown_grace_ms: z.number().int().min(0).max(600_000).default(30_000)
    .describe('Milliseconds that requests in flight have to finish on shutdown. Default 30000'),
  accounts: z.record(z.string(), z.record(z.string(), z.unknown())).default({})
    .describe('Accounts at providers by id: 1 to 63 of a-z, 0-9 and -')
}).meta({ dependentRequired: { redis: ['secret'], state: ['secret'] }, not: { required: ['redis', 'state'] } })
export type RawConfig = z.infer<typeof configSchema>

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

/** Not `/0`: a header that is trusted from everywhere proves nothing. */
function isAddressOrNetwork (text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  const family = address.includes('%') ? 0 : isIP(address)
  if (family === 0 || rest.length > 0) return false
  return prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128))
}

function isTrustedUrl (text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  const isSafe = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[|\]$/g, '')))
  return isSafe && username === '' && password === '' && !text.includes('#')
}
