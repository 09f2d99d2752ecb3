import { z } from 'zod'

/** The parts of one redis:// or rediss:// URL. */
export interface RedisPlace {
  readonly host: string
  readonly port: number | undefined
  readonly username: string | undefined
  readonly password: string | undefined
  readonly database: number
  readonly isTls: boolean
}

/** Throws if a part of the URL cannot be decoded. */
export function readRedisUrl (text: string): RedisPlace {
  const url = new URL(text)
  const decoded = (part: string): string | undefined => part === '' ? undefined : decodeURIComponent(part)
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? undefined : Number(url.port),
    username: decoded(url.username),
    password: decoded(url.password),
    database: Number(url.pathname.slice(1)),
    isTls: url.protocol === 'rediss:'
  }
}

function isRedisUrl (text: string): boolean {
  try {
    const { protocol, hostname, pathname, search, hash } = new URL(text)
    readRedisUrl(text)
    return /^rediss?:$/.test(protocol) && hostname !== '' && /^(\/\d{0,5})?$/.test(pathname) && search === '' && hash === ''
  } catch {
    return false
  }
}

const redisUrl = z.string().refine(isRedisUrl, {
  error: 'must be a redis:// or rediss:// URL with nothing but user, password, host, port and database number'
}).meta({ pattern: '^rediss?://' })

const credentialsOf = ({ username, password, isTls }: RedisPlace): string => JSON.stringify([username, password, isTls])
/** Discovered members are reached like the configured ones, so all URLs must share credentials and protocol. */
const redisUrls = z.array(redisUrl).min(1)
  .refine(urls => !urls.every(isRedisUrl) || new Set(urls.map(url => credentialsOf(readRedisUrl(url)))).size <= 1, {
    error: 'must all have the same user, password and protocol'
  })
  .refine(urls => !urls.every(isRedisUrl) || urls.every(url => readRedisUrl(url).database === 0), {
    error: 'cannot have a database number'
  })

const tls = z.strictObject({ ca_file: z.string().min(1).describe('File with the PEM certificates to trust') }).optional()
  .describe('Connects with TLS and trusts a private authority')

export const redisSchema = z.union([
  z.strictObject({ url: redisUrl.describe('One Redis, as redis://127.0.0.1:6379/0'), tls }),
  z.strictObject({ cluster: redisUrls.describe('Some members of a Redis Cluster'), tls }),
  // The URLs carry the sentinels' own user and password.
  z.strictObject({
    sentinels: redisUrls.describe('The sentinels'),
    name: z.string().min(1).describe('The name of the master at the sentinels'),
    username: z.string().min(1).optional().describe('User name at the Redis servers'),
    password: z.string().min(1).optional().describe('Secret: password at the Redis servers'),
    tls
  })
], { error: 'must have url, or cluster, or sentinels and name' })
export type RedisSettings = z.infer<typeof redisSchema>
