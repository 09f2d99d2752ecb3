import { readFileSync } from 'node:fs'
import swagger, { type SwaggerTransformObject } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { fastifyZodOpenApiPlugin, fastifyZodOpenApiTransform, fastifyZodOpenApiTransformObject } from 'fastify-zod-openapi'
import { version } from '../src/version.ts'
import { noQuery } from './schemas.ts'
import { completeDocument, extraComponents } from './document-extras.ts'
import { installProblemPages } from './problem-pages.ts'

const description = `One API for the servers of several hosting providers. Ids are opaque strings, times are RFC 3339 in UTC,
what is not known is \`null\`. Unknown parameters and members are refused. Every answer carries \`X-Request-Id\`, \`Server-Timing\`
and \`Hawser-Upstream-Calls\`. Problems are RFC 9457 documents; their \`type\` is a page of this
server, and [all of them](/problems) are listed. Send a key with *Authorize*, then try anything out; \`dry_run\` shows what a write would send and sends nothing.`

/** In the order in which a newcomer needs them. */
const tags = [
  { name: 'Gateway', description: 'Entry points, health and metrics of the gateway itself' },
  { name: 'Accounts', description: 'Configured accounts, and what each provider can do' },
  { name: 'Servers', description: 'Reading the servers of one account' },
  { name: 'Fleet', description: 'Reading the servers of all accounts at once' },
  { name: 'Power', description: 'Start, stop, reboot, console' },
  { name: 'Lifecycle', description: 'From create to delete: sizes, names, images, rescue, passwords' },
  { name: 'Operations', description: 'The long-running jobs that accepted writes become' },
  { name: 'Snapshots', description: 'Copies of a server\'s disks, where the provider keeps them' },
  { name: 'Addresses', description: 'The addresses of servers and of the account, and their reverse names' },
  { name: 'Catalog', description: 'Images, plans, regions, SSH keys and networks: the ids that a create takes' },
  { name: 'Owners', description: 'Clients, users or projects that servers belong to at the provider' },
  { name: 'Provider passthrough', description: 'The provider\'s own API, for accounts with `raw: true`' }
]

// A key is typed into this page: it speaks to this gateway alone, nobody frames it, and it forgets the key when it is closed.
const documentationPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const uiConfig = {
  layout: 'BaseLayout',
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  tryItOutEnabled: true,
  displayRequestDuration: true
} as const

/** The OpenAPI document of all routes, made of their schemas, and Swagger UI over it. */
export async function installDocumentation (app: FastifyInstance): Promise<void> {
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
          bearer: { type: 'http', scheme: 'bearer', description: '`Authorization: Bearer <key>`; where an OpenID issuer is configured, one of its tokens (a JWT) instead of a key' },
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same key in a header of its own; no token' }
        }
      }
    },
    transform: fastifyZodOpenApiTransform,
    transformObject
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: documentationPolicy, theme: { title: 'Hawser' }, uiConfig })
  app.get('/openapi.json', { schema: { hide: true, querystring: noQuery } }, async (_request, reply) => await reply.send(app.swagger()))
  installConfigSchema(app)
  installProblemPages(app)
}

const transformObject: SwaggerTransformObject = parts => {
  const document = fastifyZodOpenApiTransformObject(parts)
  completeDocument(document)
  return document
}

/** What editors check the configuration file by. */
function installConfigSchema (app: FastifyInstance): void {
  const schema = readFileSync(new URL('../openapi/config.schema.json', import.meta.url))
  app.get('/config.schema.json', { schema: { hide: true, querystring: noQuery } }, async (_request, reply) =>
    await reply.type('application/schema+json; charset=utf-8').send(schema))
}
