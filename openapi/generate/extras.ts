import { operationSchema } from '../../src/domain/operation.ts'
import { problemExamples, slugsByStatus } from './examples.ts'

/**
 * What the generated document lacks: headers, the problems of each status, the order of parameters, and that a body may be left out.
 * A schema of a route's headers would validate them, but nonsense in `Prefer` and `If-None-Match` is to be ignored.
 */

type Json = Record<string, unknown>

const header = (description: string, type: 'string' | 'integer' = 'string') => ({ description, schema: { type } }) as const
const parameter = (name: string, description: string) => ({ name, in: 'header', required: false, ...header(description) }) as const
const refs = (kind: string, names: readonly string[]) => Object.fromEntries(names.map(name => [name, { $ref: `#/components/${kind}/${name}` }]))

const ofEveryAnswer = ['X-Request-Id', 'Server-Timing', 'Hawser-Upstream-Calls'] as const
const ofProblems: Readonly<Record<number, readonly string[]>> = { 401: ['WWW-Authenticate'], 429: ['Retry-After', 'RateLimit', 'RateLimit-Policy'], 503: ['Retry-After'] }

/** One answer for each status of the problem table but 405, which no documented operation answers; operations refer to it. */
const problemResponses = Object.fromEntries([...slugsByStatus].filter(([status]) => status !== 405).map(([status, slugs]) => [`Problem${status}`, {
  description: slugs.map(slug => `[${slug}](/problems/${slug})`).join(', '),
  headers: refs('headers', [...ofEveryAnswer, ...ofProblems[status] ?? []]),
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, examples: refs('examples', slugs) } }
}]))

const { 'method-not-allowed': _never, ...documentedExamples } = problemExamples
const endedOperation = {
  summary: 'A finished operation',
  value: {
    ...operationSchema.parse(operationSchema.meta()?.example),
    ...{ status: 'succeeded', updated_at: '2026-11-21T10:00:07.000Z', finished_at: '2026-11-21T10:00:07.000Z', upstream: { id: '1341774670', status: 'complete' } }
  }
}

export const extraComponents = {
  examples: { ...documentedExamples, 'ended-operation': endedOperation },
  responses: problemResponses,
  parameters: {
    Prefer: parameter('Prefer', '`wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored'),
    'Idempotency-Key': parameter('Idempotency-Key', '1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing'),
    'Last-Event-ID': parameter('Last-Event-ID', 'The id of the last event received; only later ones are sent'),
    'Cache-Control': parameter('Cache-Control', '`max-age=n` accepts a cached response up to n seconds old, `no-cache` requires a fresh one; without it, `cache.servers_s` of the account applies'),
    'If-None-Match': parameter('If-None-Match', 'The ETag of an earlier response: 304 without a body if nothing has changed since')
  },
  headers: {
    'X-Request-Id': header('The caller\'s X-Request-Id if it has at most 64 letters, digits, `.`, `_` or `-`, otherwise a new one; it is sent to the provider too'),
    'Server-Timing': header('Milliseconds in the gateway, at the provider and, where they took part, at its sign-in and in the cache: `gateway;dur=`, `upstream;dur=`, `token;dur=`, `cache;dur=`'),
    'Hawser-Upstream-Calls': header('The number of provider calls that this response took', 'integer'),
    'WWW-Authenticate': header('How to send a key'),
    Location: header('The path of the operation'),
    'Retry-After': header('Seconds to wait before the next try or poll. Absent if an operator has to intervene', 'integer'),
    'Idempotency-Replayed': header('`true`: this key was used before, and nothing was done this time. ' +
      'With `Prefer: wait` the operation is returned in its current state, otherwise the first response'),
    'Preference-Applied': header('`wait=n` as applied; absent if no wait was requested'),
    RateLimit: header('If `rate_limit` is configured: `"key";r=<left>;t=<seconds>`, on every response to a request with a key'),
    'RateLimit-Policy': header('If `rate_limit` is configured: `"key";q=<requests>;w=60`'),
    ETag: header('A weak tag of the response that ignores the time at which it was read'),
    Age: header('Seconds since a cached response was read from the provider; absent from a fresh one', 'integer'),
    Link: header('`<…>; rel="next"`; absent on the last page')
  }
} as const

type ParameterName = keyof typeof extraComponents.parameters
type HeaderName = keyof typeof extraComponents.headers
type HeadersByStatus = Readonly<Record<string, readonly HeaderName[]>>

interface Rule {
  readonly about: (operation: Json) => boolean
  readonly parameters?: readonly ParameterName[]
  readonly headers: HeadersByStatus
}

const rules: readonly Rule[] = [
  {
    about: operation => '202' in childOf(operation, 'responses'),
    parameters: ['Prefer'],
    headers: { 200: ['Location', 'Preference-Applied'], 202: ['Location', 'Retry-After', 'Preference-Applied'] }
  },
  { about: takesKey, parameters: ['Idempotency-Key'], headers: { 200: ['Idempotency-Replayed'], 201: ['Idempotency-Replayed'], 202: ['Idempotency-Replayed'] } },
  { about: ({ operationId }) => operationId === 'followOperation', parameters: ['Last-Event-ID'], headers: {} },
  { about: ({ operationId }) => operationId === 'getOperation', parameters: ['Prefer'], headers: { 200: ['Retry-After', 'Preference-Applied'] } },
  { about: operation => '304' in childOf(operation, 'responses'), parameters: ['If-None-Match'], headers: { 200: ['ETag'], 304: ['ETag'] } },
  { about: ({ operationId }) => operationId === 'listServers' || operationId === 'getServer' || operationId === 'listFleet', parameters: ['Cache-Control'], headers: { 200: ['Age'], 304: ['Age'] } },
  { about: operation => itemsOf(operation, 'parameters').some(({ name }) => name === 'cursor'), headers: { 200: ['Link'] } }
]

/** Every write but those whose answer is a secret. */
function takesKey (operation: Json): boolean {
  const { operationId } = operation
  return '413' in childOf(operation, 'responses') && operationId !== 'openConsole' && operationId !== 'createLoginLink' && operationId !== 'rawGet'
}

/** Completes a document in its place. */
export function completeDocument (document: object): void {
  nameRestOfPath(childOf(document, 'paths'))
  for (const path of childrenOf(childOf(document, 'paths'))) {
    for (const operation of childrenOf(path)) {
      const mine = rules.filter(({ about }) => about(operation))
      addParameters(operation, mine.flatMap(({ parameters }) => parameters ?? []))
      addAnswers(operation, mine.map(({ headers }) => headers))
      markOptionalBody(operation)
    }
  }
}

/** The router calls the rest of a path `*`; a document has no such name. */
function nameRestOfPath (paths: Json): void {
  for (const [path, item] of Object.entries(paths)) {
    if (!path.endsWith('/{*}') || !isJson(item)) continue
    Reflect.deleteProperty(paths, path)
    paths[path.replace('{*}', '{path}')] = item
    for (const parameter of childrenOf(item).flatMap(operation => itemsOf(operation, 'parameters'))) if (parameter.name === '*') parameter.name = 'path'
  }
}

const places = ['path', 'query', 'header']

/** Those of the path first: they are required. */
function addParameters (operation: Json, names: readonly ParameterName[]): void {
  const own = itemsOf(operation, 'parameters').sort((a, b) => places.indexOf(String(a.in)) - places.indexOf(String(b.in)))
  if (own.length + names.length === 0) return
  operation.parameters = [...own, ...names.map(name => ({ $ref: `#/components/parameters/${name}` }))]
}

function addAnswers (operation: Json, byStatus: readonly HeadersByStatus[]): void {
  const responses = childOf(operation, 'responses')
  for (const [status, response] of Object.entries(responses)) {
    if (!isJson(response)) continue
    if ('application/problem+json' in childOf(response, 'content')) {
      responses[status] = { $ref: `#/components/responses/Problem${status}` }
      continue
    }
    response.headers = refs('headers', [...ofEveryAnswer, ...byStatus.flatMap(headers => headers[status] ?? [])])
    // The schema's own example is an operation that is running.
    const json = childOf(childOf(response, 'content'), 'application/json')
    if (status === '200' && childOf(json, 'schema').$ref === '#/components/schemas/OperationOrDryRun') json.examples = refs('examples', ['ended-operation'])
  }
}

/** The generator calls every body required, and leaves its doubt in the schema. */
function markOptionalBody (operation: Json): void {
  const body = childOf(operation, 'requestBody')
  for (const media of childrenOf(childOf(body, 'content'))) {
    const schema = childOf(media, 'schema')
    if (schema[optionalMark] === true) body.required = false
    Reflect.deleteProperty(schema, optionalMark)
  }
}

const optionalMark = 'x-fastify-zod-openapi-optional'

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const childrenOf = (parent: Json): Json[] => Object.values(parent).filter(isJson)
const itemsOf = (parent: Json, key: string): Json[] => Array.isArray(parent[key]) ? parent[key].filter(isJson) : []

function childOf (parent: object, key: string): Json {
  const child: unknown = Reflect.get(parent, key)
  return isJson(child) ? child : {}
}
