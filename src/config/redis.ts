import { z } from 'zod'

/** What one redis:// or rediss:// URL says. */
export interface RedisPlace {
  readonly host: string
  readonly port: number | undefined
  readonly username: string | undefined
  readonly password: string | undefined
  readonly database: number
  readonly isTls: boolean
}

/** Throws where a part of it can not be decoded. */
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

const redisUrl = z.string().refine(isRedisUrl, { error: 'must be a redis:// or rediss:// URL: user, password, host, port and database number, nothing else' })
  .meta({ pattern: '^rediss?://' })

const wayIn = ({ username, password, isTls }: RedisPlace): string => JSON.stringify([username, password, isTls])
/** Members that are found later are spoken to like those that are named: there is one way in for all. */
const redisUrls = z.array(redisUrl).min(1)
  .refine(urls => !urls.every(isRedisUrl) || new Set(urls.map(url => wayIn(readRedisUrl(url)))).size <= 1, { error: 'must all have the same user, password and protocol' })
  .refine(urls => !urls.every(isRedisUrl) || urls.every(url => readRedisUrl(url).database === 0), { error: 'can not have a database number' })

const tls = z.strictObject({ ca_file: z.string().min(1).describe('File with the PEM certificates to trust') }).optional().describe('Speaks TLS, with a private authority')

export const redisSchema = z.union([
  z.strictObject({ url: redisUrl.describe('One Redis, as redis://127.0.0.1:6379/0'), tls }),
  z.strictObject({ cluster: redisUrls.describe('Some members of a Redis Cluster'), tls }),
  // User and password of the URLs are those of the sentinels.
  z.strictObject({
    sentinels: redisUrls.describe('The sentinels'),
    name: z.string().min(1).describe('What the sentinels call the master'),
    username: z.string().min(1).optional().describe('User at the Redis servers'),
    password: z.string().min(1).optional().describe('Secret: password at the Redis servers'),
    tls
  })
], { error: 'must have url, or cluster, or sentinels and name' })
export type RedisSettings = z.infer<typeof redisSchema>
