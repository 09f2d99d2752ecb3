import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { z } from 'zod'
import { readSections } from '../routes/problem-pages.ts'
import { loadAdapters } from '../src/adapters/registry.ts'
import { compose } from '../src/compose.ts'
import { configJsonSchema } from './openapi/config-schema.ts'
import { parseConfig } from '../src/config/load.ts'
import { capabilityNames } from '../src/domain/capability.ts'
import { operationSchema } from '../src/domain/operation.ts'
import { problems, problemSchema } from '../src/domain/problem.ts'
import { providerCapabilities } from '../src/adapters/capabilities.ts'
import { createMemoryStores } from '../src/state/stores.ts'
import { callerEndpoints, commandTable, endpointsModule } from './helpers/caller-endpoints.ts'
import { clientSchema } from './helpers/client-schema.ts'
import { capabilityTables, configurationTables, fillTable, providerSummary } from './helpers/doc-tables.ts'
import { version } from '../src/version.ts'
import { collectDocument } from './openapi/document.ts'
import { problemExamples } from './openapi/examples.ts'

const registry = await loadAdapters()

type Json = Record<string, unknown>

const root = resolve(import.meta.dirname, '..')
const isGenerating = process.env.HAWSER_GENERATE === '1'
const update = 'run npm run generate and commit what it changes'

const { app, close } = await compose({
  config: parseConfig('auth: { mode: none }', registry, {}),
  adapters: async () => registry.values(),
  stores: createMemoryStores(),
  isServing: () => true,
  isRedisThere: null,
  beforeRoutes: collectDocument
})
t.teardown(close)
await app.ready()
const openapi = `${JSON.stringify(app.swagger(), null, 2)}\n`

t.test('openapi/openapi.json matches the routes', async t => {
  const file = join(root, 'openapi/openapi.json')
  if (isGenerating) writeFileSync(file, openapi)
  t.equal(readFileSync(file, 'utf8'), openapi, update)
})

t.test('openapi/config.schema.json is made from the schema that reads the configuration, and is served', async t => {
  const file = join(root, 'openapi/config.schema.json')
  const schema = `${JSON.stringify(configJsonSchema(registry.values()), null, 2)}\n`
  if (isGenerating) writeFileSync(file, schema)
  t.equal(readFileSync(file, 'utf8'), schema, update)
  const answer = await app.inject('/config.schema.json')
  t.match(answer, { statusCode: 200, headers: { 'content-type': /^application\/schema\+json/ } })
  if (!isGenerating) t.equal(answer.body, schema)
})

t.test('the types of the client match openapi/openapi.json', async t => {
  const file = join(root, 'src/client/schema.ts')
  const types = await clientSchema(openapi)
  if (isGenerating) writeFileSync(file, types)
  t.ok(readFileSync(file, 'utf8') === types, update)
})

t.test('the commands of a caller are what openapi/openapi.json says', async t => {
  const file = join(root, 'src/caller/endpoints.ts')
  const table = endpointsModule(openapi)
  if (isGenerating) writeFileSync(file, table)
  t.equal(readFileSync(file, 'utf8'), table, update)
  const names = callerEndpoints(openapi).map(({ words, path }) => `${words.join(' ')} ${path.split('{').length}`)
  t.same(names.filter((name, at) => names.indexOf(name) !== at), [], 'no two endpoints have the same command and number of parameters')
})

interface Media { readonly schema?: Json, readonly examples?: unknown }
interface Response { readonly $ref?: string, readonly description: string, readonly headers: Json, readonly content?: Record<string, Media> }
interface Parameter { readonly $ref?: string, readonly in?: string, readonly required?: boolean, readonly example?: unknown, readonly schema?: Json }
interface Operation {
  readonly operationId: string
  readonly parameters?: Parameter[]
  readonly requestBody?: { readonly required: boolean, readonly content: Record<string, Media> }
  readonly responses: Record<string, Response>
}

const documented = async (): Promise<{ document: Json, operations: Operation[] }> => {
  const answer = await app.inject('/openapi.json')
  const { paths, components } = answer.json<{ paths: Record<string, Record<string, Operation>>, components: { responses: Record<string, Response> } }>()
  const resolved = (response: Response): Response => response.$ref === undefined ? response : components.responses[response.$ref.split('/').at(-1) ?? ''] ?? response
  const operations = Object.values(paths).flatMap(item => Object.values(item)).map(operation => ({
    ...operation,
    responses: Object.fromEntries(Object.entries(operation.responses).map(([status, response]) => [status, resolved(response)]))
  }))
  return { document: answer.json<Json>(), operations }
}

t.test('every reference in the document resolves', async t => {
  const { document } = await documented()
  const references = new Set([...openapi.matchAll(/"\$ref": "([^"]+)"/g)].map(([, reference = '']) => reference))
  t.ok(references.size > 10)
  for (const reference of references) {
    const target = reference.replace(/^#\//, '').split('/').reduce<unknown>((at, key) => isRecord(at) ? at[key] : undefined, document)
    t.ok(isRecord(target) && Object.keys(target).length > 0, reference)
  }
})

t.test('every operation has an id, a tag and described answers, each with a schema, and its problems are Problems', async t => {
  const { operations } = await documented()
  t.ok(operations.length > 5)
  for (const operation of operations) {
    t.match(operation, { operationId: String, summary: String, tags: [String], responses: { 400: {}, 500: {} } }, operation.operationId)
    for (const [status, { description, headers, content }] of Object.entries(operation.responses)) {
      const place = `${operation.operationId} ${status}`
      if (operation.operationId === 'stopServer' && status === '200') t.match(content, { 'application/json': { examples: { 'ended-operation': {} } } }, place)
      t.not(description, 'Default Response', place)
      t.ok('X-Request-Id' in headers, place)
      for (const [type, { schema }] of Object.entries(content ?? {})) {
        t.ok(Object.keys(schema ?? {}).length > 0, `${place} ${type}`)
        if (Number(status) >= 400 && operation.operationId !== 'getReadiness') t.equal(type, 'application/problem+json', place)
        if (type === 'application/problem+json') t.same(schema, { $ref: '#/components/schemas/Problem' }, place)
      }
    }
  }
})

const needBodies = new Set(['createServer', 'changeServer', 'resizeServer', 'rebuildServer', 'createSnapshot', 'attachAddresses', 'setPtr', 'createOwner'])

t.test('each example under a status is a problem of that status', async t => {
  const { document, operations } = await documented()
  const { 'ended-operation': ended, ...examples } = z.object({ components: z.object({ examples: z.record(z.string(), z.object({ value: z.unknown() })) }) }).parse(document).components.examples
  t.match(operationSchema.parse(ended?.value), { status: 'succeeded', finished_at: String })
  const shown = z.record(z.string(), z.object({ value: problemSchema })).parse(examples)
  for (const [slug, { value }] of Object.entries(shown)) t.equal(value.type, `/problems/${slug}`)
  for (const { operationId, responses } of operations) {
    for (const [status, { content }] of Object.entries(responses)) {
      const problem = content?.['application/problem+json']
      if (problem === undefined) continue
      const slugs = Object.keys(isRecord(problem.examples) ? problem.examples : {})
      t.ok(slugs.length > 0 && slugs.every(slug => shown[slug]?.value.status === Number(status)), `${operationId} ${status}`)
    }
  }
})

t.test('every tag is described, in the order of the page', async t => {
  const { document } = await documented()
  const { tags, paths } = z.object({
    tags: z.array(z.object({ name: z.string(), description: z.string().min(5) })),
    paths: z.record(z.string(), z.record(z.string(), z.object({ tags: z.array(z.string()) })))
  }).parse(document)
  const used = Object.values(paths).flatMap(item => Object.values(item).flatMap(operation => operation.tags))
  t.same(new Set(tags.map(({ name }) => name)), new Set(used))
})

t.test('the form of the documentation sends only what was entered', async t => {
  const { document, operations } = await documented()
  for (const { operationId, parameters, requestBody } of operations) {
    for (const parameter of (parameters ?? []).filter(({ in: place, required }) => place === 'query' && required !== true)) {
      t.notOk('example' in parameter || 'example' in (parameter.schema ?? {}) || 'examples' in (parameter.schema ?? {}), operationId)
    }
    if (requestBody !== undefined) t.equal(requestBody.required, needBodies.has(operationId), operationId)
  }
  t.match(document, { components: { schemas: { StartRequest: { example: {} }, ForceRequest: { example: {} } } } })
  t.notOk(openapi.includes('x-fastify'))
})

t.test('the document lists the headers that a caller may send and receives', async t => {
  const { operations } = await documented()
  const of = (id: string) => {
    const operation = operations.find(({ operationId }) => operationId === id)
    const sent = operation?.parameters?.flatMap(({ $ref }) => $ref?.split('/').at(-1) ?? []) ?? []
    return { sent, got: (status: number) => Object.keys(operation?.responses[status]?.headers ?? {}).slice(3) }
  }
  for (const id of ['startServer', 'stopServer', 'rebootServer']) {
    t.same(of(id).sent, ['Prefer', 'Idempotency-Key'])
    t.same(of(id).got(202), ['Location', 'Retry-After', 'Preference-Applied', 'Idempotency-Replayed'])
    t.same(of(id).got(429), ['Retry-After', 'RateLimit', 'RateLimit-Policy'])
    t.same(of(id).got(503), ['Retry-After'])
  }
  t.same(of('getOperation').sent, ['Prefer'])
  t.same(of('getOperation').got(200), ['Retry-After', 'Preference-Applied'])
  t.same(of('followOperation').sent, ['Last-Event-ID'])
  for (const id of ['openConsole', 'createLoginLink', 'rawGet']) t.notOk(of(id).sent.includes('Idempotency-Key'), id)
  t.same(of('listServers').sent, ['If-None-Match', 'Cache-Control'])
  t.same(of('listServers').got(200), ['ETag', 'Age', 'Link'])
  t.same(of('getServer').got(304), ['ETag', 'Age'])
  t.same(of('listAccounts').sent, [])
})

t.test('the documents take no parameters', async t => {
  for (const url of ['/openapi.json', '/config.schema.json', '/problems', '/problems/internal']) {
    t.equal((await app.inject(url)).statusCode, 200)
    const refused = await app.inject(`${url}?x=1`)
    t.equal(refused.statusCode, 400)
    t.match(refused.json(), { type: '/problems/invalid-request', errors: [{ path: 'query.x' }] })
  }
})

t.test('the version is that of package.json', async t => {
  t.match(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')), { version })
  t.match((await documented()).document, { info: { version } })
})

t.test('openapi/problems.md has a section for each problem: its status, its meaning, what to do, and an example from the table', async t => {
  const file = join(root, 'openapi/problems.md')
  const text = readFileSync(file, 'utf8')
  const expected = text.replaceAll(/(^## ([a-z-]+)\n[^]*?)^Status \d+\.$([^]*?^```json\n)[^]*?(^```$)/gm, (whole, before: string, slug: string, between: string, end: string) => {
    const example = problemExamples[slug]?.value
    return example === undefined ? whole : `${before}Status ${example.status}.${between}${JSON.stringify(example, null, 2)}\n${end}`
  })
  if (isGenerating) writeFileSync(file, expected)
  t.equal(readFileSync(file, 'utf8'), expected, update)
  const { sections } = readSections(expected)
  t.same(sections.map(({ slug }) => slug).sort(), Object.keys(problems).sort())
  for (const { slug, markdown } of sections) t.match(markdown, /^Status \d{3}\.\n\n\*\*Meaning\.\*\* .+\n\n\*\*What to do\.\*\* .+\n\n\*\*Example\*\*\n\n```json\n\{\n[^]+\n```$/, slug)
})

t.test('the capabilities have exactly the published keys', async t => {
  for (const adapter of registry.values()) t.same(Object.keys(providerCapabilities(adapter)), capabilityNames, adapter.id)
})

const adapters = [...registry.values()]
const tables: ReadonlyArray<readonly [page: string, name: string, table: string]> = [
  ['README.md', 'providers', providerSummary(adapters, '')],
  ['docs/providers.md', 'summary', providerSummary(adapters, '../')],
  ['docs/providers.md', 'verbs', capabilityTables(adapters)],
  ['docs/configuration.md', 'keys', configurationTables(adapters)],
  ['docs/cli.md', 'commands', commandTable(callerEndpoints(openapi))]
]

for (const [page, name, table] of tables) {
  t.test(`the table "${name}" of ${page} is generated from the adapters and the schema`, async t => {
    const file = join(root, page)
    if (isGenerating) writeFileSync(file, fillTable(readFileSync(file, 'utf8'), name, table))
    t.ok(readFileSync(file, 'utf8').includes(`<!-- ${name} -->\n${table}<!-- /${name} -->`), update)
  })
}

function isRecord (value: unknown): value is Json {
  return typeof value === 'object' && value !== null
}
