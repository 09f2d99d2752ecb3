import { examplesOf, problemExamples } from './problem-examples.ts'

/**
 * What the generated document lacks: headers, what problems look like, and that a body may be left out. A schema of a
 * route's headers would validate them, while nonsense in `Prefer` and `If-None-Match` is to be ignored.
 */

type Json = Record<string, unknown>

const header = (description: string, type: 'string' | 'integer' = 'string') => ({ description, schema: { type } }) as const
const parameter = (name: string, description: string) => ({ name, in: 'header', required: false, ...header(description) }) as const

export const extraComponents = {
  examples: problemExamples,
  parameters: {
    Prefer: parameter('Prefer', '`wait=n` holds the answer until the operation ends or n seconds pass, 300 at most (RFC 7240). What is not understood is ignored'),
    'Idempotency-Key': parameter('Idempotency-Key', '1 to 255 characters. The same key with the same request is done once and answered alike for 24 hours, whatever happens in between'),
    'Last-Event-ID': parameter('Last-Event-ID', 'The id of the last event that was seen: only newer ones are told'),
    'Cache-Control': parameter('Cache-Control', '`max-age=n` takes an answer that is up to n seconds old, `no-cache` wants a fresh one; without it the account\'s `cache.servers_s` decides'),
    'If-None-Match': parameter('If-None-Match', 'An ETag of an earlier answer: 304 without a body when nothing has changed since')
  },
  headers: {
    'X-Request-Id': header('The caller\'s X-Request-Id when it is a plain word of at most 64 characters, else a new one; it goes upstream too'),
    'Server-Timing': header('Milliseconds in the gateway, at the provider and, where it took part, at its login: `gateway;dur=`, `upstream;dur=`, `token;dur=`; `cache;dur=` where a copy was taken'),
    'Hawser-Upstream-Calls': header('How many calls to the provider this answer took', 'integer'),
    'WWW-Authenticate': header('How to send a key'),
    Location: header('Where the operation is'),
    'Retry-After': header('Seconds after which another try or a look is worth while', 'integer'),
    'Idempotency-Replayed': header('`true`: the work of this key was done before; nothing was done now. ' +
      'With `Prefer: wait` the operation is answered as it stands, else the first answer'),
    'Preference-Applied': header('`wait=n` as it was obeyed; absent where no wait was asked for'),
    RateLimit: header('Where `rate_limit` is configured: `"key";r=<left>;t=<seconds>`, on every answer to a key'),
    'RateLimit-Policy': header('Where `rate_limit` is configured: `"key";q=<requests>;w=60`'),
    ETag: header('A weak tag of the answer without the time of its reading'),
    Age: header('Seconds since a copy was read at the provider; absent from a fresh answer', 'integer'),
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

const ofEveryAnswer: readonly HeaderName[] = ['X-Request-Id', 'Server-Timing', 'Hawser-Upstream-Calls']
const ofProblems: HeadersByStatus = { 401: ['WWW-Authenticate'], 429: ['Retry-After', 'RateLimit', 'RateLimit-Policy'], 503: ['Retry-After'] }

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

function addParameters (operation: Json, names: readonly ParameterName[]): void {
  if (names.length === 0) return
  operation.parameters = [...itemsOf(operation, 'parameters'), ...names.map(name => ({ $ref: `#/components/parameters/${name}` }))]
}

function addAnswers (operation: Json, byStatus: readonly HeadersByStatus[]): void {
  for (const [status, response] of Object.entries(childOf(operation, 'responses'))) {
    if (!isJson(response)) continue
    const problem = childOf(response, 'content')['application/problem+json']
    const isProblem = isJson(problem)
    if (isProblem) problem.examples = examplesOf(status)
    const names = [...ofEveryAnswer, ...(isProblem ? [ofProblems] : byStatus).flatMap(headers => headers[status] ?? [])]
    response.headers = Object.fromEntries(names.map(name => [name, { $ref: `#/components/headers/${name}` }]))
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
