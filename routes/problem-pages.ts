import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { marked } from 'marked'
import { noQuery } from './schemas.ts'
import { GatewayError } from '../src/domain/failure.ts'
import { problemTitles } from '../src/domain/problem.ts'

interface Section {
  readonly slug: string
  readonly markdown: string
}

/** One page for each section of openapi/problems.md, whose headings are the slugs, and one that lists them all. */
export function installProblemPages (app: FastifyInstance): void {
  const { preamble, sections } = read()
  const pages = new Map(sections.map(({ slug, markdown }) => [slug, toPage(titleOf(slug), `<p><code>/problems/${slug}</code></p>${toHtml(markdown)}<nav><a href="/problems">All problems</a> · <a href="/docs">All of the API</a></nav>`)]))
  const list = sections.map(({ slug }) => `<li><a href="/problems/${slug}">${slug}</a>: ${escaped(titleOf(slug))}</li>`).join('\n')
  const index = toPage('Problems', `${toHtml(preamble)}<ul>${list}</ul><nav><a href="/docs">All of the API</a></nav>`)

  const schema = { hide: true, querystring: noQuery } as const
  app.get('/problems', { schema }, async (_request, reply) => await reply.headers(headers).send(index))
  app.get<{ Params: { slug: string } }>('/problems/:slug', { schema }, async (request, reply) => {
    const page = pages.get(request.params.slug)
    if (page === undefined) throw new GatewayError('not-found', 'there is no such kind of problem; /problems lists them')
    return await reply.headers(headers).send(page)
  })
}

export const problemSections = (): readonly Section[] => read().sections

function read (): { readonly preamble: string, readonly sections: readonly Section[] } {
  const text = readFileSync(new URL('../openapi/problems.md', import.meta.url), 'utf8')
  const [preamble = '', ...parts] = text.split(/^## /m)
  const sections = parts.map(part => {
    const end = part.indexOf('\n')
    return { slug: part.slice(0, end).trim(), markdown: part.slice(end + 1).trim() }
  })
  return { preamble: preamble.replace(/^# .*\n/, '').trim(), sections }
}

const titles: ReadonlyMap<string, string> = new Map(Object.entries(problemTitles))
const titleOf = (slug: string): string => titles.get(slug) ?? slug
// In the file the sections are one page, here each is a page of its own.
const toHtml = (markdown: string): string => marked.parse(markdown.replaceAll(/\]\(#([a-z-]+)\)/g, '](/problems/$1)'), { async: false })
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'max-age=3600',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
} as const

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}
h1{line-height:1.2}code{background:#8883;padding:.1em .25em;border-radius:.2em}nav{margin-top:2rem}`

// An empty icon: else a browser asks for /favicon.ico, which is not there.
const toPage = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(title)} - Hawser</title>
<link rel="icon" href="data:,"><style>${style}</style></head>
<body><h1>${escaped(title)}</h1>${body}</body></html>
`
