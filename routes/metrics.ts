import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiSchema } from 'fastify-zod-openapi'
import { z } from 'zod'
import { noQuery, openProblems, ownProblems } from './schemas.ts'

export interface MetricsOptions {
  text(): Promise<string>
  readonly contentType: string
  /** Open to everybody. */
  readonly isPublic: boolean
}

const example = '# HELP hawser_requests_total Requests of callers that were answered; status 499: the caller left before\n' +
  '# TYPE hawser_requests_total counter\n' +
  'hawser_requests_total{method="GET",route="/v1/:account/servers",status="200",account="glesys-lab"} 42\n'
// Of no narrower type: it is sent as it is.
const metricsText: z.ZodType = z.string().meta({ example })

/** Numbers for Prometheus. */
export async function metricsRoutes (app: FastifyInstance, { text, contentType, isPublic }: MetricsOptions): Promise<void> {
  app.get('/metrics', {
    exposeHeadRoute: false,
    ...(isPublic ? {} : { config: { permission: 'admin' as const, isNeverShed: true } }),
    schema: {
      operationId: 'getMetrics',
      summary: 'Read the metrics of this process',
      description: 'The text format of Prometheus. Open to everybody where the configuration says `metrics: {public: true}`.',
      tags: ['Gateway'],
      ...(isPublic ? { security: [] } : {}),
      querystring: noQuery,
      response: {
        200: { description: 'The metrics', content: { 'text/plain; version=0.0.4': { schema: metricsText } } },
        ...(isPublic ? openProblems() : ownProblems())
      }
    } satisfies FastifyZodOpenApiSchema
  }, async (_request, reply) => await reply.header('cache-control', 'no-store').type(contentType).send(await text()))
}
