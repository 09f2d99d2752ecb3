import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { preferredEncoding, type Encoding } from '../plugins/accept.ts'
import { compressed, varyBy } from '../plugins/compression.ts'
import { matches } from './tagged.ts'

/** A file of the documentation: read, hashed and compressed on first use. Only the compressed forms stay in memory. */
export interface Asset {
  readonly type: string
  hash(): Promise<string>
  body(encoding: Encoding | null): Promise<Buffer>
}

export function createAsset (type: string, read: () => Promise<Buffer>): Asset {
  const keep = (encoding: Encoding): (() => Promise<Buffer>) => once(async () => await compressed(await read(), encoding, 'file'))
  const kept: Readonly<Record<Encoding, () => Promise<Buffer>>> = { br: keep('br'), gzip: keep('gzip') }
  return {
    type,
    hash: once(async () => createHash('sha256').update(await read()).digest('base64url').slice(0, 16)),
    body: async encoding => await (encoding === null ? read() : kept[encoding]())
  }
}

/** Runs once and keeps the value; a failure is not kept. */
export function once<T> (make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return async () => {
    made ??= make()
    try {
      return await made
    } catch (error) {
      made = null
      throw error
    }
  }
}

/** Cached for an hour for pages, a year for files whose path holds their hash; documents are revalidated. */
export const cacheControl = {
  page: 'public, max-age=3600',
  immutable: 'public, max-age=31536000, immutable',
  revalidate: 'public, no-cache'
} as const

type Caching = keyof typeof cacheControl

export async function sendAsset (request: FastifyRequest, reply: FastifyReply, asset: Asset, cache: Caching): Promise<FastifyReply> {
  const etag = `W/"${await asset.hash()}"`
  reply.headers({ etag, 'cache-control': cacheControl[cache] })
  varyBy(reply, 'accept-encoding')
  if (matches(request.headers['if-none-match'], etag)) return await reply.status(304).send()
  const encoding = preferredEncoding(request.headers['accept-encoding'])
  if (encoding !== null) reply.header('content-encoding', encoding)
  return await reply.type(asset.type).send(await asset.body(encoding))
}
