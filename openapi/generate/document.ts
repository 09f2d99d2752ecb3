import swagger, { type SwaggerTransformObject } from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { fastifyZodOpenApiPlugin, fastifyZodOpenApiTransform, fastifyZodOpenApiTransformObject } from 'fastify-zod-openapi'
import { version } from '../../src/version.ts'
import { costText, queryOf } from './derived.ts'
import { completeDocument, extraComponents } from './extras.ts'

const description = `One API for the servers of several hosting providers.

- Ids are opaque strings, times are RFC 3339 in UTC, and a value that is not known is \`null\`.
- Unknown parameters and members are refused with 400.
- Every response carries \`X-Request-Id\`, \`Server-Timing\` and \`Hawser-Upstream-Calls\`, the number of provider calls that the request took.
- Errors are RFC 9457 problem documents. Their \`type\` is the path of a page of this gateway; [/problems](/problems) lists all of them.
- Every write takes \`dry_run=true\`: the response shows the calls that would be sent, and nothing is sent.

Enter a key with *Authorize*, then try out any operation.`

/** In the order in which a newcomer needs them. */
const tags = [
  { name: 'Gateway', description: 'Entry point, accounts, providers, health and metrics' },
  { name: 'Servers', description: 'List servers and get one' },
  { name: 'Fleet', description: 'Servers of all accounts at once' },
  { name: 'Power', description: 'Start, stop and reboot a server; open its console' },
  { name: 'Lifecycle', description: 'Create, resize, rename, rebuild, rescue and delete servers; set passwords' },
  { name: 'Operations', description: 'Track accepted writes' },
  { name: 'Snapshots', description: 'Copies of a server\'s disks, kept by the provider' },
  { name: 'Addresses', description: 'IP addresses, the servers they belong to, and their reverse DNS names' },
  { name: 'Catalog', description: 'Images, plans, regions, SSH keys and networks: the ids to use in create requests' },
  { name: 'Owners', description: 'Clients, users and projects that servers belong to at the provider' },
  { name: 'Provider passthrough', description: 'The provider\'s own API, for accounts with `raw: true`' }
]

/** Collects the routes that are registered after it; `app.swagger()` is then the OpenAPI document. */
export async function collectDocument (app: FastifyInstance): Promise<void> {
  await app.register(fastifyZodOpenApiPlugin)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Hawser', version, description, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/', description: 'This gateway' }],
      tags,
      security: [{ bearer: [] }, { apiKey: [] }],
      components: {
        ...extraComponents,
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: '`Authorization: Bearer <key>`. Where an OpenID issuer is configured, one of its tokens (a JWT) instead of a key'
          },
          apiKey: {
            type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'A key in a header of its own; tokens are not accepted here'
          }
        }
      }
    },
    transform: ({ schema, url, ...route }) => fastifyZodOpenApiTransform({ ...route, url, schema: completed(schema, url) }),
    transformObject
  })
}

/** Adds to the schema of a route what only the adapters know. */
function completed (schema: FastifySchema, url: string): FastifySchema {
  const { operationId } = schema
  if (operationId === undefined || !url.startsWith('/v1/')) return schema
  const querystring = queryOf(operationId) ?? schema.querystring
  return {
    ...schema,
    description: `${schema.description ?? ''}\n\n${operationId === 'listFleet' ? 'For each account: ' : ''}${costText(operationId)}`,
    ...(querystring === undefined ? {} : { querystring })
  }
}

const transformObject: SwaggerTransformObject = parts => {
  const document = fastifyZodOpenApiTransformObject(parts)
  completeDocument(document)
  return document
}
