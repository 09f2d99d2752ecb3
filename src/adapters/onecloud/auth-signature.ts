import { createHash, createHmac } from 'node:crypto'

export interface AccessKey {
  readonly id: string
  readonly secret: string
  /** Any text: it is only an input of the key. */
  readonly location: string
}

const algorithm = 'AWS4-HMAC-SHA256'
const signedHeaders = ['host', 'x-amz-content-sha256', 'x-amz-date'] as const

/**
 * The secret of keystone's method `aksk`: a JSON text with an AWS v4 string to sign and its signature.
 * Keystone verifies the string as sent, so the hash of the request in it is arbitrary.
 */
export function accessKeySecret ({ id, secret, location }: AccessKey, now: Date): string {
  const date = `${now.toISOString().slice(0, 19)}Z`
  const stamp = date.replace(/[-:]/g, '')
  const day = stamp.slice(0, 8)
  const hash = createHash('sha256').update(`POST\n/v3/auth/tokens\n\n${signedHeaders.join(';')}\n`).digest('hex')
  const request = [algorithm, stamp, `${day}/${location}/s3/aws4_request`, hash].join('\n')
  const key = [day, location, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`)
  return JSON.stringify({
    access_key: id,
    algorithm,
    location,
    sign_date: date,
    signed_headers: signedHeaders,
    request,
    signature: createHmac('sha256', key).update(request).digest('hex')
  })
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
