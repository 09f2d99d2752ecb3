import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiSchema, FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import { maySee } from '../src/access/principal.ts'
import type { Account } from '../src/transport/account.ts'
import { noQuery } from '../src/domain/parameter.ts'
import { accountDetailSchema, accountPageSchema, jsonAnswer, ownProblems, providerPageSchema } from './schemas.ts'
import { accountOf, type RouteOptions } from './servers.ts'
import { accountParams } from '../src/verbs/params.ts'

/** The configured accounts, and the capabilities of each provider. No upstream calls. */
export async function accountRoutes (root: FastifyInstance, { gateway }: RouteOptions): Promise<void> {
  const app = root.withTypeProvider<FastifyZodOpenApiTypeProvider>()
  const config = { permission: 'read' } as const

  app.get('/v1/providers', {
    config,
    schema: {
      operationId: 'listProviders',
      summary: 'List providers',
      description: 'Returns every provider that this gateway supports, the settings of its accounts as JSON Schema, and its capabilities.',
      tags: ['Gateway'],
      querystring: noQuery,
      response: { 200: jsonAnswer('All providers, on one page', providerPageSchema), ...ownProblems() }
    } satisfies FastifyZodOpenApiSchema
  }, async (_request, reply) => await reply.send(onePage(await gateway.providers())))

  app.get('/v1/accounts', {
    config,
    schema: {
      operationId: 'listAccounts',
      summary: 'List accounts',
      description: 'Returns the configured accounts that this key may see.',
      tags: ['Gateway'],
      querystring: noQuery,
      response: { 200: jsonAnswer('All accounts that this key may see, on one page', accountPageSchema), ...ownProblems() }
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => {
    const visible = gateway.accounts.filter(account => maySee(request.context.principal, account.id))
    return await reply.send(onePage(visible.map(toAccount)))
  })

  app.get('/v1/:account', {
    config,
    schema: {
      operationId: 'getAccount',
      summary: 'Get an account',
      description: 'Returns one account with its capabilities and its health, as of the last call to the provider.',
      tags: ['Gateway'],
      params: accountParams,
      querystring: noQuery,
      response: { 200: jsonAnswer('The account', accountDetailSchema), ...ownProblems() }
    } satisfies FastifyZodOpenApiSchema
  }, async (request, reply) => {
    const account = accountOf(request)
    return await reply.send({ ...toAccount(account), capabilities: account.capabilities })
  })
}

const toAccount = (account: Account) => ({
  id: account.id,
  title: account.options.title,
  provider: account.provider.id,
  read_only: account.options.readOnly,
  health: account.health()
})

const onePage = <T>(data: readonly T[]) =>
  ({ data: [...data], page: { limit: Math.max(1, data.length), next_cursor: null, total: data.length } })
