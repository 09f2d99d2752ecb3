import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiSchema, FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import { z } from 'zod'
import { jsonAnswer, noQuery, openProblems } from './schemas.ts'

// Nothing of what is configured, and no version: everybody may read this.
const about = { name: 'Hawser', docs: '/docs', openapi: '/openapi.json', problems: '/problems', health: '/health/ready', accounts: '/v1/accounts' } as const

const aboutSchema = z.object({
  name: z.string(),
  docs: z.string().meta({ description: 'A page to read and try everything' }),
  openapi: z.string().meta({ description: 'The OpenAPI 3.1 document' }),
  problems: z.string().meta({ description: 'What each kind of problem means' }),
  health: z.string(),
  accounts: z.string().meta({ description: 'Where to begin with a key' })
}).meta({ id: 'About', example: about })

/** For whoever opens the bare address: where everything is. */
export async function aboutRoutes (root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<FastifyZodOpenApiTypeProvider>()

  app.get('/', {
    schema: {
      operationId: 'getAbout',
      summary: 'Where the documentation, the health and the accounts are',
      tags: ['Gateway'],
      security: [],
      querystring: noQuery,
      response: { 200: jsonAnswer('Paths of this server', aboutSchema), ...openProblems() }
    } satisfies FastifyZodOpenApiSchema
  }, async (_request, reply) => await reply.send(about))
}
