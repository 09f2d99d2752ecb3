import { readFileSync } from 'node:fs'
import swagger, { type SwaggerTransformObject } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { fastifyZodOpenApiPlugin, fastifyZodOpenApiTransform, fastifyZodOpenApiTransformObject } from 'fastify-zod-openapi'
import { marked } from 'marked'
import { noQuery } from '../routes/schemas.js'
import { GatewayError } from '../src/domain/failure.js'
import { completeDocument, headerComponents } from './document-extras.js'

const description = `One API for the servers of several hosting providers. Ids are opaque strings, times are RFC 3339 in UTC,
what is not known is \`null\`. Unknown parameters and members are refused. Every answer carries \`X-Request-Id\`, \`Server-Timing\`
and \`Hawser-Upstream-Calls\`. Problems are RFC 9457 documents; their \`type\` is a page of this server.`

/** The OpenAPI document of all routes, made of their schemas, and Swagger UI over it. */
export async function installDocumentation (app: FastifyInstance): Promise<void> {
  await app.register(fastifyZodOpenApiPlugin)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Hawser', version: '0.1.0', description, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/', description: 'This gateway' }],
      tags: [
        { name: 'Servers', description: 'Reading servers' },
        { name: 'Actions', description: 'Changing what a server does' },
        { name: 'Operations', description: 'What became of accepted work' },
        { name: 'Accounts', description: 'What is configured and what providers can do' },
        { name: 'Health', description: 'For balancers and supervisors' }
      ],
      security: [{ bearer: [] }, { apiKey: [] }],
      components: {
        ...headerComponents,
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: '`Authorization: Bearer <key>`; where an OpenID issuer is configured, one of its tokens (a JWT) instead of a key' },
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same key in a header of its own; no token' }
        }
      }
    },
    transform: fastifyZodOpenApiTransform,
    transformObject
  })
  await app.register(swaggerUi, { routePrefix: '/docs', uiConfig: { persistAuthorization: true, tryItOutEnabled: true, displayRequestDuration: true } })
  app.get('/openapi.json', { schema: { hide: true, querystring: noQuery } }, async (_request, reply) => await reply.send(app.swagger()))
  installConfigSchema(app)
  installProblemPages(app)
}

const transformObject: SwaggerTransformObject = parts => {
  const document = fastifyZodOpenApiTransformObject(parts)
  completeDocument(document)
  return document
}

/** What editors check the configuration file by. */
function installConfigSchema (app: FastifyInstance): void {
  const schema = readFileSync(new URL('../openapi/config.schema.json', import.meta.url))
  app.get('/config.schema.json', { schema: { hide: true, querystring: noQuery } }, async (_request, reply) =>
    await reply.type('application/schema+json; charset=utf-8').send(schema))
}

/** One page for each section of openapi/problems.md, whose headings are the slugs. */
function installProblemPages (app: FastifyInstance): void {
  const pages = new Map(problemSections().map(({ slug, markdown }) => [slug, toPage(slug, markdown)]))
  app.get<{ Params: { slug: string } }>('/problems/:slug', { schema: { hide: true, querystring: noQuery } }, async (request, reply) => {
    const page = pages.get(request.params.slug)
    if (page === undefined) throw new GatewayError('not-found', 'there is no such kind of problem')
    return await reply.type('text/html; charset=utf-8').header('cache-control', 'max-age=3600').send(page)
  })
}

export function problemSections (): Array<{ slug: string, markdown: string }> {
  const text = readFileSync(new URL('../openapi/problems.md', import.meta.url), 'utf8')
  return text.split(/^## /m).slice(1).map(section => {
    const end = section.indexOf('\n')
    return { slug: section.slice(0, end).trim(), markdown: section.slice(end + 1).trim() }
  })
}

const toPage = (slug: string, markdown: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${slug} - Hawser</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}code{background:#8882;padding:0 .2em}</style></head>
<body><h1>${slug}</h1>${marked.parse(markdown, { async: false })}<p><a href="/docs">All of the API</a></p></body></html>
`
