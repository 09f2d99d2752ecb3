import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyZodOpenApiSchema } from 'fastify-zod-openapi'
import { z } from 'zod'
import type { RawAnswer, RawRequest } from '../src/adapters/verbs.ts'
import { guardRaw } from '../src/access/guards.ts'
import { requirePermission } from '../src/access/principal.ts'
import { badMember, GatewayError } from '../src/domain/failure.ts'
import type { ValueCall } from '../src/verbs/call.ts'
import { jsonAnswer, writeProblems } from './schemas.ts'
import { accountOf, type RouteOptions } from './servers.ts'
import { accountParams } from '../src/verbs/params.ts'

const config = { permission: 'raw', takesAnyBody: true } as const
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const params = z.strictObject({
  ...accountParams.shape,
  '*': z.string().meta({ description: 'The path below the base URL of the provider\'s API', example: 'servers' })
})
const anything: z.ZodType = z.unknown().meta({ description: 'The provider\'s response with its own status; secrets are replaced' })

/** Passes calls through to the provider's own API, for accounts with `raw: true`. */
export async function rawRoutes (app: FastifyInstance, { gateway }: RouteOptions): Promise<void> {
  const pass = async (method: RawRequest['method'], request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const account = accountOf(request)
    if (method === 'DELETE') requirePermission(request.context.principal, 'delete')
    if (method !== 'GET') guardRaw(account.options.guard, { method, path: request.url, body: request.body })
    if (!account.options.raw) {
      throw new GatewayError('forbidden', `raw calls are disabled for the account ${account.id}; they require raw: true`)
    }
    const { query, isDryRun } = splitQuery(request.url)
    const call = rawCall({ method, path: pathOf(request.url), query, body: request.body })
    if (isDryRun && method !== 'GET') return await reply.send({ calls: await gateway.executor.dryRun(account, call, request.context) })
    const { status, body } = await gateway.executor.run(account, call, request.context)
    reply.status(status).header('cache-control', 'no-store').type('application/json; charset=utf-8')
    return await reply.send(status === 204 || status === 304 ? '' : JSON.stringify(account.safeValue(body) ?? null))
  }

  for (const method of methods) {
    app.route({
      method,
      url: '/v1/:account/raw/*',
      // A GET has its own permission and cost, so no HEAD route is derived from it.
      exposeHeadRoute: false,
      config,
      schema: {
        operationId: `raw${method.charAt(0)}${method.slice(1).toLowerCase()}`,
        summary: `Send a ${method} to the provider's API`,
        description: 'Passes the request through to the provider with the account\'s credentials, for accounts with `raw: true`. ' +
          'Sign-in paths and dot segments are refused with 403; DELETE also needs the permission `delete`. ' +
          'The query is passed on except for `dry_run`, which the gateway handles.',
        tags: ['Provider passthrough'],
        params,
        ...(method === 'GET' || method === 'DELETE' ? {} : { body: anything.optional() }),
        response: { 200: jsonAnswer('The provider\'s answer, or the calls of a dry run', anything), ...writeProblems() }
      } satisfies FastifyZodOpenApiSchema,
      handler: async (request, reply) => await pass(method, request, reply)
    })
  }
}

/** The effect of a raw call is unknown, so every DELETE counts as a delete, and every POST as a create. */
const rawCall = (raw: RawRequest): ValueCall<RawAnswer> => ({
  answers: 'value',
  action: 'raw',
  serverId: null,
  writes: raw.method !== 'GET',
  ...(raw.method === 'DELETE' ? { countsAs: 'delete' } : raw.method === 'POST' ? { countsAs: 'create' } : {}),
  optionalMembers: {},
  parameters: {},
  bind: (verbs, permit) => {
    const { verb } = permit(verbs.raw)
    if (verb.isForbidden(raw.path)) throw new GatewayError('forbidden', 'paths that sign in or return credentials are not passed through')
    return { verb, run: async () => await verb.run(raw) }
  }
})

/** The path after /raw, exactly as the caller wrote it. */
function pathOf (url: string): string {
  const [path = ''] = url.split('?', 1)
  const below = /^\/v1\/[^/]+\/raw(\/.*)$/.exec(path)?.[1]
  if (below === undefined) throw badMember('path', 'must continue after /raw/')
  for (const segment of below.slice(1).split('/')) {
    if (isTraversal(segment)) throw new GatewayError('forbidden', 'dot segments and encoded slashes are not passed through')
  }
  return below
}

const mostLayers = 5

/** Detects dot segments and slashes under any number of encodings, in Unicode variants, and with suffixes that some servers strip. */
function isTraversal (segment: string): boolean {
  let plain = segment
  for (let layers = 0; plain.includes('%'); layers += 1) {
    if (layers === mostLayers) return true
    try {
      plain = decodeURIComponent(plain)
    } catch {
      return true
    }
  }
  const normalized = plain.normalize('NFKC')
  return /[/\\\p{Cc}]/u.test(normalized) || /^\s*\.{1,2}\s*(;|$)/.test(normalized)
}

/** The query without `dry_run`, even if the name is percent-encoded. A misspelled value is refused, because it would send the write. */
function splitQuery (url: string): { readonly query: string, readonly isDryRun: boolean } {
  const at = url.indexOf('?')
  const parts = at === -1 ? [] : url.slice(at + 1).split('&')
  const values = parts.flatMap(part => new URLSearchParams(part).getAll('dry_run'))
  if (values.length > 1 || values.some(value => value !== 'true' && value !== 'false')) {
    throw badMember('query.dry_run', 'must be true or false, once')
  }
  return { query: parts.filter(part => !new URLSearchParams(part).has('dry_run')).join('&'), isDryRun: values[0] === 'true' }
}
