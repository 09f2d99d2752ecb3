import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { z } from 'zod'
import { callerEndpoints } from '../openapi/generate/caller-endpoints.ts'
import { generatedFiles, openDocumented } from '../openapi/generate/generate.ts'
import { readSections } from '../routes/problem-pages.ts'
import { providerCapabilities } from '../src/adapters/capabilities.ts'
import { loadAdapters } from '../src/adapters/registry.ts'
import { capabilityNames } from '../src/domain/capability.ts'
import { operationSchema } from '../src/domain/operation.ts'
import { problems, problemSchema } from '../src/domain/problem.ts'
import { version } from '../src/version.ts'
import { root } from './helpers/process.ts'

type Json = Record<string, unknown>

const { app, close } = await openDocumented()
t.teardown(close)
const files = await generatedFiles(app)
const openapi = files.get('openapi/openapi.json') ?? ''

for (const [file, text] of files) {
  t.test(`${file} is as generated from the code`, async t => {
    t.ok(readFileSync(join(root, file), 'utf8') === text, 'run npm run generate and commit what it changes')
  })
}

t.test('the configuration schema is served', async t => {
  const answer = await app.inject('/config.schema.json')
  t.match(answer, { statusCode: 200, headers: { 'content-type': /^application\/schema\+json/ } })
  t.equal(answer.body, files.get('openapi/config.schema.json'))
})

t.test('no two endpoints have the same command and number of parameters', async t => {
  const names = callerEndpoints(openapi).map(({ words, path }) => `${words.join(' ')} ${path.split('{').length}`)
  t.same(names.filter((name, at) => names.indexOf(name) !== at), [])
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

t.test('openapi/problems.md has a section for each problem: its status, its meaning, what to do, and an example', async t => {
  const { sections } = readSections(files.get('openapi/problems.md') ?? '')
  t.same(sections.map(({ slug }) => slug).sort(), Object.keys(problems).sort())
  const form = /^Status \d{3}\.\n\n\*\*Meaning\.\*\* .+\n\n\*\*What to do\.\*\* .+\n\n\*\*Example\*\*\n\n```json\n\{\n[^]+\n```$/
  for (const { slug, markdown } of sections) t.match(markdown, form, slug)
})

t.test('the capabilities have exactly the published keys', async t => {
  for (const adapter of (await loadAdapters()).values()) t.same(Object.keys(providerCapabilities(adapter)), capabilityNames, adapter.id)
})

function isRecord (value: unknown): value is Json {
  return typeof value === 'object' && value !== null
}
