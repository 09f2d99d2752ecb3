import type { FastifyInstance } from 'fastify'
import { GatewayError } from '../src/domain/failure.ts'
import { problems } from '../src/domain/problem.ts'
import { noQuery } from '../src/domain/parameter.ts'
import { createAsset, ofOurs, once, pagePolicy, sendAsset, type Asset, type PageFiles, type PagesOptions } from './assets.ts'

interface Section {
  readonly slug: string
  readonly markdown: string
}

/** One page for each section of openapi/problems.md, whose headings are the slugs, and one that lists them all; rendered on first use. */
export async function problemPageRoutes (app: FastifyInstance, { files }: PagesOptions): Promise<void> {
  const schema = { hide: true, querystring: noQuery } as const
  const pages = once(async () => await render(files))
  const find = async (slug: string): Promise<Asset> => {
    const page = (await pages()).get(slug)
    if (page === undefined) throw new GatewayError('not-found', 'there is no such problem type; /problems lists them')
    return page
  }

  for (const url of ['/problems', '/problems/']) {
    app.get(url, { schema }, async (request, reply) =>
      await sendAsset(request, reply.header('content-security-policy', pagePolicy), await find(''), 'page'))
  }
  app.get<{ Params: { slug: string } }>('/problems/:slug', { schema }, async (request, reply) =>
    await sendAsset(request, reply.header('content-security-policy', pagePolicy), await find(request.params.slug), 'page'))
}

/** The pages by slug; the list of all pages has the empty slug. */
async function render (files: PageFiles): Promise<ReadonlyMap<string, Asset>> {
  // Loaded on first use: most gateways never serve a problem page.
  const { marked } = await import('marked')
  const { preamble, sections } = readSections((await ofOurs('problems.md')()).toString())
  // The sections of one file become pages of their own, so links between them change.
  const toHtml = (markdown: string): string =>
    marked.parse(markdown.replaceAll(/\]\(#([a-z-]+)\)/g, '](/problems/$1)'), { async: false })
  const list = sections.map(({ slug }) => `<li><a href="/problems/${slug}">${slug}</a>: ${escaped(titleOf(slug))}</li>`).join('\n')
  const toAsset = async (title: string, body: string): Promise<Asset> => {
    const page = await files.page('problem.html', { title: escaped(title), body })
    return createAsset('text/html; charset=utf-8', async () => page)
  }
  return new Map(await Promise.all([
    toAsset('Problems', `${toHtml(preamble)}<ul>${list}</ul>`).then(page => ['', page] as const),
    ...sections.map(async ({ slug, markdown }) =>
      [slug, await toAsset(titleOf(slug), `<p><code>/problems/${slug}</code></p>${toHtml(markdown)}`)] as const)
  ]))
}

/** The sections of openapi/problems.md by their headings. */
export function readSections (text: string): { readonly preamble: string, readonly sections: readonly Section[] } {
  const [preamble = '', ...parts] = text.split(/^## /m)
  const sections = parts.map(part => {
    const end = part.indexOf('\n')
    return { slug: part.slice(0, end).trim(), markdown: part.slice(end + 1).trim() }
  })
  return { preamble: preamble.replace(/^# .*\n/, '').trim(), sections }
}

const titles: ReadonlyMap<string, string> = new Map(Object.entries(problems).map(([slug, { title }]) => [slug, title]))
const titleOf = (slug: string): string => titles.get(slug) ?? slug
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
