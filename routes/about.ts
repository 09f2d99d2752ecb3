import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiSchema, FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import { z } from 'zod'
import { version } from '../src/version.ts'
import { prefersPage } from '../plugins/accept.ts'
import { createAsset, pagePolicy, sendAsset, type PagesOptions } from './assets.ts'
import { noQuery } from '../src/domain/parameter.ts'
import { jsonAnswer, openProblems } from './schemas.ts'

// Served without a key, so it contains nothing of the configuration.
const about = {
  name: 'Hawser',
  docs: '/docs',
  openapi: '/openapi.json',
  problems: '/problems',
  health: '/health/ready',
  accounts: '/v1/accounts'
} as const

const aboutSchema = z.object({
  name: z.string(),
  docs: z.string().meta({ description: 'Interactive documentation of every endpoint' }),
  openapi: z.string().meta({ description: 'The OpenAPI 3.1 document' }),
  problems: z.string().meta({ description: 'The documentation of every problem type' }),
  health: z.string(),
  accounts: z.string().meta({ description: 'The accounts that a key may use' })
}).meta({ id: 'About', example: about })

/** The root of the gateway: its paths as JSON, or a page for browsers. */
export async function aboutRoutes (root: FastifyInstance, { files }: PagesOptions): Promise<void> {
  const app = root.withTypeProvider<FastifyZodOpenApiTypeProvider>()
  const json = jsonAnswer('Paths of this gateway', aboutSchema)
  const answer = { ...json, content: { ...json.content, 'text/html': { schema: htmlPage } } }
  const page = createAsset('text/html; charset=utf-8', async () => await files.page('home.html', { version }))

  app.get('/', {
    schema: {
      operationId: 'getAbout',
      summary: 'List the entry points',
      description: 'Returns the paths of the documentation, the health check and the accounts. ' +
        'With `Accept: text/html`, as sent by browsers, the response is a page.',
      tags: ['Gateway'],
      security: [],
      querystring: noQuery,
      response: {
        200: answer,
        ...openProblems()
      }
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => {
    reply.header('vary', 'accept')
    if (!prefersPage(request.headers.accept)) return await reply.send(about)
    return await sendAsset(request, reply.header('content-security-policy', pagePolicy), page, 'revalidate')
  })
}

// The wide type is deliberate: the response is sent without serialization.
const htmlPage: z.ZodType = z.string().meta({ example: '<!doctype html>' })
