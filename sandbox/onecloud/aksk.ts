import { createHmac, timingSafeEqual } from 'node:crypto'
import { isRecord, parseJson } from '../kit/json.ts'
import type { AccessKey } from './people.ts'
import type { World } from './world.ts'
import { refuse } from './failures.ts'
import { textOf } from './values.ts'

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

const refused = (reason: string) => refuse(401, 'UnauthorizedError', `unauthorized authUserByAccessKeyV3: ${reason}`)

/** Verifies a signature with access key and secret; the string to sign is taken as sent, never derived again. */
export const verifyAccessKey = (world: World, text: unknown): AccessKey => {
  const sent = typeof text === 'string' ? parseJson(text) : undefined
  if (!isRecord(sent)) throw refused('Decode: invalid access key secret')
  const key = world.accessKeys.find(candidate => candidate.id === sent['access_key'])
  if (key === undefined) throw refused('CredentialManager.FetchById: sql: no rows in result set')
  if (sent['algorithm'] !== 'AWS4-HMAC-SHA256') throw refused('Decode: unsupported algorithm')
  const day = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}Z$/.exec(textOf(sent['sign_date']))
  if (day === null || !Array.isArray(sent['signed_headers'])) throw refused('Decode: invalid sign_date or signed_headers')
  const derived = [`${day[1]}${day[2]}${day[3]}`, textOf(sent['location']), 's3', 'aws4_request']
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${key.secret}`)
  const wanted = hmac(derived, textOf(sent['request']))
  const given = Buffer.from(textOf(sent['signature']), 'hex')
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw refused('Verify: signature mismatch')
  return key
}
