import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { preferredEncoding, type Encoding } from './accept.ts'

const brotli = promisify(brotliCompress)
const zip = promisify<Buffer, Buffer>(gzip)

/** Brotli qualities for responses, and for files, which are compressed once. For Swagger UI, 11 takes two seconds and saves a tenth. */
export const quality = { answer: 4, file: 6 } as const

export const compressed = async (body: Buffer, encoding: Encoding, of: keyof typeof quality): Promise<Buffer> => encoding === 'gzip'
  ? await zip(body)
  : await brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: quality[of], [constants.BROTLI_PARAM_SIZE_HINT]: body.length } })

/** Shorter bodies fit one packet uncompressed. */
const leastBytes = 1024
// Without x-ndjson and event-stream: each row of a stream is sent as soon as it exists.
const compressibleTypes = /^(application\/([\w.-]+\+)?json|text\/(html|plain))\b/

/** Compresses complete responses for callers that accept it. Must be installed after every other hook that reads the body. */
export function installCompression (app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode === 304) varyBy(reply, 'accept-encoding')
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload
    const body = Buffer.from(payload)
    const isCompressible = compressibleTypes.test(String(reply.getHeader('content-type'))) && !reply.hasHeader('content-encoding')
    if (body.length < leastBytes || !isCompressible) return payload
    varyBy(reply, 'accept-encoding')
    const encoding = preferredEncoding(request.headers['accept-encoding'])
    if (encoding === null) return payload
    reply.header('content-encoding', encoding).removeHeader('content-length')
    return await compressed(body, encoding, 'answer')
  })
}

/** Adds a request header, on which the response depends, to `Vary`. */
export function varyBy (reply: FastifyReply, name: string): void {
  const current = reply.getHeader('vary')
  const names = current === undefined ? [] : String(current).split(', ')
  if (!names.includes(name)) reply.header('vary', [...names, name].join(', '))
}
