import { isIP } from 'node:net'
import { z } from 'zod'
import { permissions, tokenNamePrefix } from '../access/principal.js'
import { redisSchema } from './redis.js'

/** Words that stand in paths beside account ids. */
const reserved = new Set(['accounts', 'servers', 'providers', 'operations', 'health'])

export const accountId = z.string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: 'must be 1 to 63 of a-z, 0-9 and -, not beginning with -' })
  .refine(id => !reserved.has(id), { error: 'is a reserved word' })

const milliseconds = z.number().int().min(1)
const port = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.number().int().min(0).max(65_535))
const secretText = z.string().min(32, { error: 'must have at least 32 characters' })

const accountList = z.array(z.union([z.literal('*'), accountId])).min(1)

const keySchema = z.strictObject({
  name: z.string().min(1).max(100).refine(name => !name.startsWith(tokenNamePrefix), { error: `may not begin with ${tokenNamePrefix}, as the names of tokens do` }),
  sha256: z.string().regex(/^[0-9a-f]{64}$/i, { error: 'must be the SHA-256 of the key in 64 hex digits' }),
  accounts: accountList,
  permissions: z.array(z.enum(permissions)).min(1)
})

/** An address that may be trusted with who is who: nobody between us and it can change what it says. */
const trustedUrl = z.string().refine(isTrustedUrl, { error: 'must be an https URL, or http on loopback, without user name, password or fragment' })
const claimName = z.string().min(1).max(200)

const oidcSchema = z.strictObject({
  issuer: trustedUrl.refine(url => !url.includes('?'), { error: 'must have no query' }),
  audience: z.string().min(1),
  claim: claimName,
  accounts: accountList.optional(),
  accounts_claim: claimName.optional(),
  jwks_url: trustedUrl.optional()
})

const authSchema = z.strictObject({
  mode: z.enum(['keys', 'none']).default('keys'),
  allow_unauthenticated: z.boolean().default(false),
  keys: z.array(keySchema).default([]),
  oidc: oidcSchema.optional()
})

/** What every account may say beside its provider's own keys. */
export const commonAccountSchema = z.strictObject({
  title: z.string().max(200).optional(),
  timeout_ms: milliseconds.max(600_000).default(30_000),
  request_deadline_ms: milliseconds.max(600_000).default(60_000),
  read_only: z.boolean().default(false),
  raw: z.boolean().default(false),
  cache: z.strictObject({ servers_s: z.number().min(0).max(86_400).default(0) }).optional(),
  limits: z.strictObject({ concurrency: z.number().int().min(1).optional(), requests_per_s: z.number().positive().optional() }).optional(),
  breaker: z.strictObject({
    enabled: z.boolean().default(true),
    failure_share: z.number().positive().max(1).default(0.5),
    window_calls: z.number().int().min(1).max(10_000).default(100),
    minimum_calls: z.number().int().min(1).max(10_000).default(20),
    slow_ms: milliseconds.default(20_000),
    open_ms: milliseconds.max(3_600_000).default(10_000)
  }).prefault({}),
  guard: z.strictObject({
    confirm_delete: z.boolean().optional(),
    max_deletes_per_hour: z.number().int().min(0).optional(),
    protected: z.array(z.string()).optional()
  }).optional(),
  tls: z.strictObject({ ca_file: z.string().min(1).optional(), insecure_skip_verify: z.boolean().default(false) })
    .default({ insecure_skip_verify: false })
})
export const commonAccountKeys: ReadonlySet<string> = new Set(Object.keys(commonAccountSchema.shape))

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  listen: z.strictObject({ host: z.string().min(1).default('127.0.0.1'), port: port.default(8080) })
    .default({ host: '127.0.0.1', port: 8080 }),
  redis: redisSchema.optional(),
  secret: z.union([secretText, z.array(secretText).min(1)]).transform(given => typeof given === 'string' ? [given] : given).optional(),
  auth: authSchema,
  log: z.strictObject({ level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info') })
    .default({ level: 'info' }),
  metrics: z.strictObject({ public: z.boolean().default(false) }).optional(),
  rate_limit: z.strictObject({ per_minute: z.number().int().min(1) }).optional(),
  audit: z.strictObject({ file: z.string().min(1) }).optional(),
  overload: z.strictObject({ requests: z.number().int().min(1).default(2000) }).prefault({}),
  shutdown_grace_ms: z.number().int().min(0).max(600_000).default(30_000),
  accounts: z.record(z.string(), z.record(z.string(), z.unknown())).default({})
})
export type RawConfig = z.infer<typeof configSchema>

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

function isTrustedUrl (text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  const isSafe = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[|\]$/g, '')))
  return isSafe && username === '' && password === '' && !text.includes('#')
}
