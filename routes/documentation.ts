import type { FastifyInstance } from 'fastify'
import { GatewayError } from '../src/domain/failure.ts'
import { version } from '../src/version.ts'
import { noQuery } from '../src/domain/parameter.ts'
import { createAsset, ofOurs, pagePolicy, sendAsset, type PagesOptions } from './assets.ts'

// Swagger UI sets inline styles.
const swaggerPolicy = pagePolicy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")

/** The OpenAPI document, the schema of the configuration, and Swagger UI. Files are read and compressed on first request. */
export async function documentationRoutes (app: FastifyInstance, { files }: PagesOptions): Promise<void> {
  const schema = { hide: true, querystring: noQuery } as const

  const openapi = createAsset('application/json; charset=utf-8', ofOurs('openapi.json'))
  app.get('/openapi.json', { schema }, async (request, reply) => await sendAsset(request, reply, openapi, 'revalidate'))

  // Editors validate the configuration file against it.
  const configSchema = createAsset('application/schema+json; charset=utf-8', ofOurs('config.schema.json'))
  app.get('/config.schema.json', { schema }, async (request, reply) => await sendAsset(request, reply, configSchema, 'revalidate'))

  const page = createAsset('text/html; charset=utf-8', async () => await files.page('docs.html', { version }))
  for (const url of ['/docs', '/docs/']) {
    app.get(url, { schema }, async (request, reply) =>
      await sendAsset(request, reply.header('content-security-policy', swaggerPolicy), page, 'revalidate'))
  }
  app.get<{ Params: { hash: string, name: string } }>('/docs/:hash/:name', { schema }, async (request, reply) => {
    const file = await files.find(request.params.hash, request.params.name)
    if (file === null) throw new GatewayError('not-found', 'there is no such file; /docs names the files of this version')
    return await sendAsset(request, reply, file, 'immutable')
  })
}
