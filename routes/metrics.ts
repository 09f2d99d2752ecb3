import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiSchema } from 'fastify-zod-openapi'
import { z } from 'zod'
import { noQuery } from '../src/domain/parameter.ts'
import { openProblems, ownProblems } from './schemas.ts'

export interface MetricsOptions {
  text(): Promise<string>
  readonly contentType: string
  /** Served without a key. */
  readonly isPublic: boolean
}

const example = '# HELP hawser_requests_total HTTP requests answered; status 499 means that the caller disconnected first\n' +
  '# TYPE hawser_requests_total counter\n' +
  'hawser_requests_total{method="GET",route="/v1/:account/servers",status="200",account="glesys-lab"} 42\n'
// The wide type is deliberate: the response is sent without serialization.
const metricsText: z.ZodType = z.string().meta({ example })

/** The metrics of this process, in the text format of Prometheus. */
export async function metricsRoutes (app: FastifyInstance, { text, contentType, isPublic }: MetricsOptions): Promise<void> {
  app.get('/metrics', {
    exposeHeadRoute: false,
    ...(isPublic ? {} : { config: { permission: 'admin' as const, isNeverShed: true } }),
    schema: {
      operationId: 'getMetrics',
      summary: 'Get metrics',
      description: 'Returns the metrics of this process in the text format of Prometheus. ' +
        'With `metrics: {public: true}` in the configuration no key is needed.',
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
