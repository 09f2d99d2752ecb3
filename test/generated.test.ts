import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { z } from 'zod'
import { problemSections } from '../routes/problem-pages.ts'
import { loadAdapters } from '../src/adapters/registry.ts'
import { compose } from '../src/compose.ts'
import { configJsonSchema } from '../src/config/json-schema.ts'
import { parseConfig } from '../src/config/load.ts'
import { capabilityNames } from '../src/domain/capability.ts'
import { problemSchema, problemTitles } from '../src/domain/problem.ts'
import { providerCapabilities } from '../src/adapters/capabilities.ts'
import { createMemoryStores } from '../src/state/stores.ts'
import { clientSchema } from './helpers/client-schema.ts'
import { version } from '../src/version.ts'

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
  isRedisThere: null
})
t.teardown(close)
await app.ready()
const openapi = `${JSON.stringify(app.swagger(), null, 2)}\n`

t.test('openapi/openapi.json is what the routes say', async t => {
  const file = join(root, 'openapi/openapi.json')
  if (isGenerating) writeFileSync(file, openapi)
  t.equal(readFileSync(file, 'utf8'), openapi, update)
})

t.test('openapi/config.schema.json is what the configuration is read by, and is served', async t => {
  const file = join(root, 'openapi/config.schema.json')
  const schema = `${JSON.stringify(configJsonSchema(registry.values()), null, 2)}\n`
  if (isGenerating) writeFileSync(file, schema)
  t.equal(readFileSync(file, 'utf8'), schema, update)
  const answer = await app.inject('/config.schema.json')
  t.match(answer, { statusCode: 200, headers: { 'content-type': /^application\/schema\+json/ } })
  if (!isGenerating) t.equal(answer.body, schema)
})

t.test('the types of the client are what openapi/openapi.json says', async t => {
  const file = join(root, 'src/client/schema.ts')
  const types = await clientSchema(openapi)
  if (isGenerating) writeFileSync(file, types)
  t.ok(readFileSync(file, 'utf8') === types, update)
})

interface Media { readonly schema?: Json, readonly examples?: unknown }
interface Response { readonly description: string, readonly headers: Json, readonly content?: Record<string, Media> }
interface Parameter { readonly $ref?: string, readonly in?: string, readonly required?: boolean, readonly example?: unknown, readonly schema?: Json }
interface Operation {
  readonly operationId: string
  readonly parameters?: Parameter[]
  readonly requestBody?: { readonly required: boolean, readonly content: Record<string, Media> }
  readonly responses: Record<string, Response>
}

const documented = async (): Promise<{ document: Json, operations: Operation[] }> => {
  const answer = await app.inject('/openapi.json')
  const { paths } = answer.json<{ paths: Record<string, Record<string, Operation>> }>()
  return { document: answer.json<Json>(), operations: Object.values(paths).flatMap(item => Object.values(item)) }
}

t.test('every reference in the document leads somewhere', async t => {
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

t.test('what is shown under a status is a problem of that status', async t => {
  const { document, operations } = await documented()
  const shown = z.object({ components: z.object({ examples: z.record(z.string(), z.object({ value: problemSchema })) }) }).parse(document).components.examples
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

t.test('the form of the documentation sends nothing that was not asked for', async t => {
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

t.test('the document names the headers that a caller may send and gets', async t => {
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

t.test('the document in YAML is the document in JSON', async t => {
  t.same(parse((await app.inject('/docs/yaml')).body), JSON.parse(openapi))
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

t.test('openapi/problems.md has a section for each problem, and no other', async t => {
  t.same(problemSections().map(({ slug }) => slug).sort(), Object.keys(problemTitles).sort())
  for (const { slug, markdown } of problemSections()) t.match(markdown, /^Status \d{3}\./, slug)
})

t.test('the capabilities have exactly the published keys', async t => {
  for (const adapter of registry.values()) t.same(Object.keys(providerCapabilities(adapter)), capabilityNames, adapter.id)
})

t.test('the table of providers in the README is made of the adapters', async t => {
  const file = join(root, 'README.md')
  const text = readFileSync(file, 'utf8')
  const [begin, end] = ['<!-- providers -->\n', '<!-- /providers -->']
  const [before = '', rest = ''] = text.split(begin)
  const after = rest.slice(rest.indexOf(end))
  const expected = `${before}${begin}${providerTable()}${after}`
  if (isGenerating) writeFileSync(file, expected)
  t.equal(readFileSync(file, 'utf8'), expected, update)
})

function providerTable (): string {
  const adapters = [...registry.values()].map(adapter => ({ adapter, capabilities: providerCapabilities(adapter) }))
  const rows = capabilityNames.map(name => {
    const cells = adapters.map(({ capabilities }) => {
      const capability = capabilities[name]
      if (capability === undefined || capability.support === 'none') return '–'
      const accepts = capability.accepts.length === 0 ? '' : `: ${capability.accepts.join(', ')}`
      return `${capability.evidence ?? ''}${accepts}`
    })
    return `| \`${name}\` | ${cells.join(' | ')} |`
  })
  return `| | ${adapters.map(({ adapter }) => `${adapter.title} (\`${adapter.id}\`)`).join(' | ')} |\n|---|${adapters.map(() => '---|').join('')}\n${rows.join('\n')}\n`
}

function isRecord (value: unknown): value is Json {
  return typeof value === 'object' && value !== null
}
