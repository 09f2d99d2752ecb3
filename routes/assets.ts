import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
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
const cacheControl = {
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

/**
 * Scripts and styles of the pages, each at a path that contains its hash: a new version has a new path, so caches may keep them for ever.
 */
export interface PageFiles {
  find(hash: string, name: string): Promise<Asset | null>
  /** A page of openapi/pages; `{{name}}` is replaced by the path of that file or by the given value. */
  page(name: string, values?: Readonly<Record<string, string>>): Promise<Buffer>
}

export interface PagesOptions {
  readonly files: PageFiles
}

// Keys are typed into the pages: they connect to this gateway alone, cannot be framed, and forget the key when they are closed.
export const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Reads one of the committed files of openapi/. */
export const ofOurs = (name: string) => async (): Promise<Buffer> => await readFile(new URL(`../openapi/${name}`, import.meta.url))
const ofSwaggerUi = (name: string) => async (): Promise<Buffer> =>
  await readFile(fileURLToPath(import.meta.resolve(`@fastify/swagger-ui/static/${name}`)))

const script = 'text/javascript; charset=utf-8'
const style = 'text/css; charset=utf-8'

export function createPageFiles (): PageFiles {
  const files = new Map([
    ['swagger-ui-bundle.js', createAsset(script, ofSwaggerUi('swagger-ui-bundle.js'))],
    ['swagger-ui.css', createAsset(style, ofSwaggerUi('swagger-ui.css'))],
    ['docs.css', createAsset(style, ofOurs('pages/docs.css'))],
    ['docs.js', createAsset(script, ofOurs('pages/docs.js'))],
    ['home.js', createAsset(script, ofOurs('pages/home.js'))],
    ['page.css', createAsset(style, ofOurs('pages/page.css'))]
  ])
  const pathOf = async (name: string, file: Asset) => [name, `/docs/${await file.hash()}/${name}`] as const
  const paths = once(async () => await Promise.all([...files].map(async ([name, file]) => await pathOf(name, file))))
  return {
    find: async (hash, name) => {
      const file = files.get(name)
      return file !== undefined && hash === await file.hash() ? file : null
    },
    page: async (name, values = {}) => {
      const given = new Map([...await paths(), ...Object.entries(values)])
      const template = (await ofOurs(`pages/${name}`)()).toString()
      return Buffer.from(template.replaceAll(/\{\{([\w.-]+)\}\}/g, (_whole, key: string) => given.get(key) ?? ''))
    }
  }
}
