import type { FastifyInstance } from 'fastify'
import type { FastifyZodOpenApiSchema, FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import type { z } from 'zod'
import type { Catalogue, CatalogueQuery, ServerOperations } from '../src/adapters/verbs.ts'
import { catalogueQuestion, type CatalogueName } from '../src/execution/queries.ts'
import { costText, mayCost } from './cost.ts'
import { imagePageSchema, networkPageSchema, planPageSchema, regionPageSchema, sshKeyPageSchema } from './catalogue-schemas.ts'
import { sendPage } from './page.ts'
import { accountParams, jsonAnswer, readProblems } from './schemas.ts'
import { accountOf, type RouteOptions } from './servers.ts'
import { catalogueQuery } from './write-schemas.ts'

const config = mayCost('read', { calls: 0, perPage: 1 })

interface Listing<Row> {
  readonly path: string
  readonly name: CatalogueName
  readonly operationId: string
  readonly rows: string
  readonly page: z.ZodType
  verb(operations: ServerOperations): Catalogue<Row> | undefined
}

interface Row {
  readonly id: string
  readonly region?: string | null
}

const keyOf = ({ id, region = null }: Row): string => JSON.stringify([id, region])

/** What a create can choose from; ids are exactly what it takes. */
export async function catalogueRoutes (root: FastifyInstance, { gateway }: RouteOptions): Promise<void> {
  const app = root.withTypeProvider<FastifyZodOpenApiTypeProvider>()

  const add = <R extends Row>({ path, name, operationId, rows: what, page, verb }: Listing<R>): void => {
    app.get(`/v1/:account/${path}`, {
      config,
      schema: {
        operationId,
        summary: `List ${what}`,
        description: costText(config.upstream),
        tags: ['Catalog'],
        params: accountParams,
        querystring: catalogueQuery,
        response: { 200: jsonAnswer(`A page of ${what}`, page), ...readProblems() }
      } satisfies FastifyZodOpenApiSchema
    }, async (request, reply) => {
      const account = accountOf(request)
      const query = toQuery(request.query)
      const rows = await gateway.asks.ask(account, catalogueQuestion(name, query, verb), request.context)
      return await sendPage(gateway, { rows, keyOf, bound: [account.id, name, Object.entries(query)] }, request, reply)
    })
  }

  add({ path: 'images', name: 'images', operationId: 'listImages', rows: 'images', page: imagePageSchema, verb: operations => operations.images })
  add({ path: 'plans', name: 'plans', operationId: 'listPlans', rows: 'plans', page: planPageSchema, verb: operations => operations.plans })
  add({ path: 'regions', name: 'regions', operationId: 'listRegions', rows: 'regions', page: regionPageSchema, verb: operations => operations.regions })
  add({ path: 'ssh-keys', name: 'ssh_keys', operationId: 'listSshKeys', rows: 'SSH keys', page: sshKeyPageSchema, verb: operations => operations.ssh_keys })
  add({ path: 'networks', name: 'networks', operationId: 'listNetworks', rows: 'networks', page: networkPageSchema, verb: operations => operations.networks })
}

const toQuery = ({ region, instance_type: instanceType }: z.infer<typeof catalogueQuery>): CatalogueQuery => ({
  ...(region === undefined ? {} : { region }),
  ...(instanceType === undefined ? {} : { instance_type: instanceType })
})
