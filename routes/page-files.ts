import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createAsset, once, type Asset } from './assets.ts'

/**
 * Scripts and styles of the pages, each at a path that contains its hash: a new version has a new path, so caches may keep them for ever.
 */
export interface PageFiles {
  find(hash: string, name: string): Promise<Asset | null>
  /** A page of openapi/pages; `{{name}}` is replaced by the path of that file or by the given value. */
  page(name: string, values?: Readonly<Record<string, string>>): Promise<Buffer>
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
