import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyZodOpenApiSchema, FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import type { z } from 'zod'
import { GatewayError } from '../src/domain/failure.ts'
import type { Account } from '../src/transport/account.ts'
import type { Gateway } from '../src/services.ts'
import type { ServersQuery } from '../src/reads/servers.ts'
import { jsonAnswer, readProblems, serverPageSchema, serverQuery, serverSchema, serversQuery } from './schemas.ts'
import { maxAgeMs, sendRead } from './tagged.ts'
import { accountParams, serverParams } from '../src/verbs/params.ts'

export interface RouteOptions {
  readonly gateway: Gateway
}

const config = { permission: 'read' } as const
const notModified = { description: 'Not modified since that ETag' }

/** Reads of servers: one page, one server. */
export async function serverRoutes (root: FastifyInstance, { gateway }: RouteOptions): Promise<void> {
  const app = root.withTypeProvider<FastifyZodOpenApiTypeProvider>()

  app.get('/v1/:account/servers', {
    config,
    schema: {
      operationId: 'listServers',
      summary: 'List servers',
      description: 'Returns one page of the account\'s servers, with optional filters and sort order; ' +
        '`page.next_cursor` leads to the next page.',
      tags: ['Servers'],
      params: accountParams,
      querystring: serversQuery,
      response: { 200: jsonAnswer('A page of servers', serverPageSchema), 304: notModified, ...readProblems() }
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => {
    const read = await gateway.servers.list(accountOf(request), toServersQuery(request.query, maxAgeMs(request)), request.context)
    linkNext(request, reply, read.value.nextCursor)
    return sendRead(request, reply, read)
  })

  app.get('/v1/:account/servers/:id', {
    config,
    schema: {
      operationId: 'getServer',
      summary: 'Get a server',
      description: 'Returns one server in its present state at the provider.',
      tags: ['Servers'],
      params: serverParams,
      querystring: serverQuery,
      response: { 200: jsonAnswer('The server', serverSchema), 304: notModified, ...readProblems() }
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => {
    const include = { raw: request.query.include === 'raw' }
    const query = { id: request.params.id, include, maxAgeMs: maxAgeMs(request) }
    return sendRead(request, reply, await gateway.servers.get(accountOf(request), query, request.context))
  })
}

/** The account that the access plugin has set for this request. */
export function accountOf (request: { readonly account: Account | null }): Account {
  if (request.account === null) throw new GatewayError('account-not-found', 'there is no such account')
  return request.account
}

export function toServersQuery (query: z.infer<typeof serversQuery>, maxAge: number | null): ServersQuery {
  const { limit, cursor, sort, include, status, name, q, ip, region, owner, tag } = query
  const filters = {
    ...(status === undefined ? {} : { status: new Set(status) }),
    ...(name === undefined ? {} : { name }),
    ...(q === undefined ? {} : { q }),
    ...(ip === undefined ? {} : { ip }),
    ...(region === undefined ? {} : { region }),
    ...(owner === undefined ? {} : { owner }),
    ...(tag === undefined ? {} : { tag })
  }
  return { filters, sort, limit, cursor: cursor ?? null, include: { raw: include === 'raw' }, maxAgeMs: maxAge }
}

/** Sets `Link` to the next page, if there is one. */
export function linkNext ({ url }: FastifyRequest, reply: FastifyReply, cursor: string | null): void {
  if (cursor === null) return
  // Only the first question mark begins the query; a value may contain others.
  const [path = '', ...query] = url.split('?')
  const parameters = new URLSearchParams(query.join('?'))
  parameters.set('cursor', cursor)
  reply.header('link', `<${path}?${parameters.toString()}>; rel="next"`)
}
