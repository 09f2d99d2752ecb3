import { isIP } from 'node:net'
import { z } from 'zod'
import { permissions, tokenNamePrefix } from '../access/principal.ts'
import { redisSchema } from './redis.ts'

/** Words that stand in paths beside account ids. */
const reserved = new Set(['accounts', 'servers', 'providers', 'operations', 'health'])

export const accountId = z.string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: 'must be 1 to 63 of a-z, 0-9 and -, not beginning with -' })
  .refine(id => !reserved.has(id), { error: 'is a reserved word' })
  .meta({ not: { enum: [...reserved] } })

const milliseconds = z.number().int().min(1)
const portNumber = z.number().int().min(0).max(65_535)
const port = z.union([portNumber, z.string().regex(/^\d+$/).transform(Number).pipe(portNumber)], { error: 'must be a port, 0 to 65535' })
const trustedProxy = z.string().refine(isAddressOrNetwork, { error: 'must be an IP address, or a network such as 10.0.0.0/8 that is not every address' })
  .meta({ pattern: '^[0-9A-Fa-f:.]+(/[1-9][0-9]{0,2})?$' })
const secretText = z.string().min(32, { error: 'must have at least 32 characters' })

const accountList = z.array(z.union([z.literal('*'), accountId])).min(1)

const keySchema = z.strictObject({
  name: z.string().min(1).max(100).refine(name => !name.startsWith(tokenNamePrefix), { error: `may not begin with ${tokenNamePrefix}, as the names of tokens do` })
    .meta({ not: { pattern: `^${tokenNamePrefix}` } }).describe('For logs; unique'),
  sha256: z.string().regex(/^[0-9a-fA-F]{64}$/, { error: 'must be the SHA-256 of the key in 64 hex digits' })
    .describe('SHA-256 of the key in 64 hex digits; `hawser key` makes a key and prints it'),
  accounts: accountList.describe('Ids of accounts that the key may use; * is all'),
  permissions: z.array(z.enum(permissions)).min(1).describe('What the key may do; none implies another')
})

/** An address that may be trusted with who is who: nobody between us and it can change what it says. */
const trustedUrl = z.string().refine(isTrustedUrl, { error: 'must be an https URL, or http on loopback, without user name, password or fragment' })
const claimName = z.string().min(1).max(200)

const oidcSchema = z.strictObject({
  issuer: trustedUrl.refine(url => !url.includes('?'), { error: 'must have no query' }).meta({ not: { pattern: '[?]' } }).describe('URL of the issuer, exactly as in its tokens'),
  audience: z.string().min(1).describe('What a token must be made for'),
  claim: claimName.describe('The claim that lists permissions: an array, or words between spaces'),
  accounts: accountList.optional().describe('Ids of accounts that tokens see. Default: all'),
  accounts_claim: claimName.optional().describe('The claim that names the accounts instead'),
  jwks_url: trustedUrl.optional().describe('Where the issuer\'s keys are, if on another host')
})

const authSchema = z.strictObject({
  mode: z.enum(['keys', 'none']).default('keys').describe('keys (default): callers send a key. none: accepted only while listening on loopback, or with allow_unauthenticated'),
  allow_unauthenticated: z.boolean().default(false).describe('Lets mode none listen beyond loopback. Default false'),
  keys: z.array(keySchema).default([]).describe('The keys that callers may send'),
  oidc: oidcSchema.optional().describe('Callers who send a token of an OpenID provider instead of a key')
})

/** What every account may say beside its provider's own keys. */
export const commonAccountSchema = z.strictObject({
  title: z.string().max(200).optional().describe('For people'),
  timeout_ms: milliseconds.max(600_000).default(30_000).describe('Milliseconds for one attempt at the provider. Default 30000'),
  request_deadline_ms: milliseconds.max(600_000).default(60_000).describe('Milliseconds for a whole request, repeats included. Default 60000'),
  read_only: z.boolean().default(false).describe('Refuses every write. Default false'),
  raw: z.boolean().default(false).describe('Opens /v1/{account}/raw/ to keys with the permission raw. Default false'),
  cache: z.strictObject({
    servers_s: z.number().min(0).max(86_400).default(0).describe('Seconds for which a read of servers may be answered from memory. Default 0: not at all')
  }).optional().describe('Answers from memory'),
  limits: z.strictObject({
    concurrency: z.number().int().min(1).optional().describe('Calls to the provider at the same time, for each replica. Default 16'),
    requests_per_s: z.number().positive().optional().describe('Calls to the provider in a second, over all replicas. Default: no limit')
  }).optional().describe('How hard the provider may be asked'),
  breaker: z.strictObject({
    enabled: z.boolean().default(true).describe('Default true'),
    failure_share: z.number().positive().max(1).default(0.5).describe('Opens when so many of the last calls failed or were slow. Default 0.5'),
    window_calls: z.number().int().min(1).max(10_000).default(100).describe('The last calls that are looked at. Default 100'),
    minimum_calls: z.number().int().min(1).max(10_000).default(20).describe('Of at least so many. Default 20'),
    slow_ms: milliseconds.default(20_000).describe('Milliseconds after which a call counts as failed. Default 20000'),
    open_ms: milliseconds.max(3_600_000).default(10_000).describe('Milliseconds without calls; then one tries. Default 10000')
  }).prefault({}).describe('When calls to a failing provider are paused'),
  guard: z.strictObject({
    confirm_delete: z.boolean().optional().describe('Deletions, rebuilds and restores want ?confirm=<the name of the server>. Default false'),
    max_deletes_per_hour: z.number().int().min(0).optional().describe('Deletions in an hour, over all replicas. Default: no limit'),
    protected: z.array(z.string()).optional().describe('Ids of servers that are never deleted, rebuilt or restored')
  }).optional().describe('What is refused before the provider is asked'),
  tls: z.strictObject({
    ca_file: z.string().min(1).optional().describe('File with the PEM certificates to trust, for a private authority'),
    insecure_skip_verify: z.boolean().default(false).describe('Takes any certificate; logged at the start. Default false')
  }).default({ insecure_skip_verify: false }).describe('How the provider\'s certificate is verified')
})
export const commonAccountKeys: ReadonlySet<string> = new Set(Object.keys(commonAccountSchema.shape))

export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('For editors: where the JSON Schema of this file is'),
  listen: z.strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('Address to listen on. Default 127.0.0.1'),
    port: port.default(8080).describe('Port to listen on; 0 takes a free one. Default 8080'),
    trust_proxy: z.array(trustedProxy).optional().describe('Addresses or networks whose X-Forwarded-For is believed. Default: none'),
    compression: z.boolean().default(false).describe('Compresses answers of 1 KiB and more (Brotli, gzip) for callers that accept it; streams stay as they are. Default false')
  }).prefault({}).describe('Where the gateway listens'),
  redis: redisSchema.optional().describe('Shares operations, keys and tokens among replicas, and keeps them over a restart; needs secret. Without it: memory, one process'),
  secret: z.union([secretText, z.array(secretText).min(1)]).transform(given => typeof given === 'string' ? [given] : given).optional()
    .describe('Secret, at least 32 characters: seals tokens, answers and cursors. Of a list the first seals and all open'),
  auth: authSchema.describe('Who may call'),
  log: z.strictObject({
    level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info').describe('The least that is logged. Default info')
  }).default({ level: 'info' }).describe('The log, JSON lines on standard output'),
  metrics: z.strictObject({
    public: z.boolean().default(false).describe('Opens /metrics without a key. Default false: to keys with the permission admin'),
    listen: z.strictObject({
      host: z.string().min(1).default('127.0.0.1').describe('Address to listen on. Default 127.0.0.1'),
      port: port.describe('Port to listen on; 0 takes a free one')
    }).optional().describe('A second listener that serves /metrics without keys, and nothing else. Default: none')
  }).optional().describe('Metrics for Prometheus'),
  rate_limit: z.strictObject({ per_minute: z.number().int().min(1).describe('Requests of each key in a minute') }).optional()
    .describe('Limits each key, over all replicas where there is Redis. Default: no limit'),
  audit: z.strictObject({ file: z.string().min(1).describe('File that lines are added to') }).optional().describe('A line for each write. Default: standard output'),
  overload: z.strictObject({ requests: z.number().int().min(1).default(2000).describe('Requests that are answered at the same time; more are refused. Default 2000') })
    .prefault({}).describe('When the gateway refuses work'),
  shutdown_grace_ms: z.number().int().min(0).max(600_000).default(30_000).describe('Milliseconds for requests in flight when the process is told to stop. Default 30000'),
  accounts: z.record(z.string(), z.record(z.string(), z.unknown())).default({}).describe('Credentials at providers by account id: 1 to 63 of a-z, 0-9 and -')
}).meta({ dependentRequired: { redis: ['secret'] } })
export type RawConfig = z.infer<typeof configSchema>

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

/** Not `/0`: a header that is believed from everywhere is no evidence. */
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
