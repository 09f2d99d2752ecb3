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
  const encode = (encoding: Encoding): (() => Promise<Buffer>) => once(async () => await compressed(await read(), encoding, 'file'))
  const encoded: Readonly<Record<Encoding, () => Promise<Buffer>>> = { br: encode('br'), gzip: encode('gzip') }
  return {
    type,
    hash: once(async () => createHash('sha256').update(await read()).digest('base64url').slice(0, 16)),
    body: async encoding => await (encoding === null ? read() : encoded[encoding]())
  }
}

/** Calls `make` on the first use and keeps its value; after a failure the next use calls it again. */
export function once<T> (make: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | null = null
  return async () => {
    value ??= make()
    try {
      return await value
    } catch (error) {
      value = null
      throw error
    }
  }
}

/** Pages are cached for an hour, and files whose path contains their hash for a year; documents are revalidated. */
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
 * Scripts and styles of the pages, each at a path that contains its hash: a new version has a new path, so caches may keep them forever.
 */
export interface PageFiles {
  find(hash: string, name: string): Promise<Asset | null>
  /** A page of openapi/pages; `{{name}}` is replaced by the path of the file `name`, or by the value of that name. */
  page(name: string, values?: Readonly<Record<string, string>>): Promise<Buffer>
}

export interface PagesOptions {
  readonly files: PageFiles
}

// Callers type keys into the pages, so a page connects to this gateway only and cannot be framed.
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
      const replacements = new Map([...await paths(), ...Object.entries(values)])
      const template = (await ofOurs(`pages/${name}`)()).toString()
      return Buffer.from(template.replaceAll(/\{\{([\w.-]+)\}\}/g, (_whole, key: string) => replacements.get(key) ?? ''))
    }
  }
}
