import { readFileSync } from 'node:fs'
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2019.js'
import { parse } from 'yaml'
import { isRecord, parseJson } from '../../sandbox/kit/json.ts'
import { findRoutes } from '../../sandbox/kit/router.ts'
import type { SimulatedReply, SimulatedRequest } from '../../sandbox/kit/simulator.ts'
import { createCompile } from './schema.ts'

/** What one exchange does against a document; each line names the operation, the side and the member. */
export type Check = (request: Pick<SimulatedRequest, 'method' | 'path' | 'query' | 'body'>, reply: SimulatedReply) => Checked

export interface Checked {
  /** As the document writes it: `GET /servers/{id}`; null where it has no such operation. */
  readonly operation: string | null
  readonly deviations: readonly string[]
}

/** JSON, or YAML. */
export const readDocument = (file: string): unknown => parse(readFileSync(file, 'utf8'), { maxAliasCount: -1 })

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly schema: Record<string, unknown>
  readonly validate: ValidateFunction
}

interface Operation {
  readonly method: string
  /** With `:name` in place of `{name}`. */
  readonly path: string
  readonly name: string
  readonly parameters: readonly Parameter[]
  readonly isBodyRequired: boolean
  readonly body: ValidateFunction | null
  /** By status in lower case (`200`, `4xx`, `default`); null: no JSON. */
  readonly responses: ReadonlyMap<string, ValidateFunction | null>
}

/** Checks exchanges against an OpenAPI document. Members of a request that the document does not name are deviations. */
export function createCheck (document: unknown): Check {
  const operations = operationsOf(isRecord(document) ? document : {})
  return (request, reply) => {
    const found = findRoutes(operations, request.path).filter(({ route }) => route.method === request.method)
    // `/servers/actions` is not `/servers/{id}`.
    const [best] = found.sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length)
    const asked = `${request.method} ${request.path.replaceAll(/\d+/g, '*')}`
    if (best === undefined) return { operation: null, deviations: [`${asked}: the document has no such operation`] }
    const { route: operation, params } = best
    const deviations = [
      ...parametersOf(operation, params, request.query).map(text => `request: ${text}`),
      ...bodyOf(operation, request.body).map(text => `request: ${text}`),
      ...answerOf(operation, reply).map(text => `${reply.status}: ${text}`)
    ]
    return { operation: operation.name, deviations: [...new Set(deviations)].map(text => `${operation.name} ${text}`) }
  }
}

function parametersOf ({ parameters }: Operation, params: Readonly<Record<string, string>>, query: URLSearchParams): string[] {
  const declared = new Set(parameters.filter(parameter => parameter.in === 'query').map(({ name }) => name))
  const unknown = [...new Set(query.keys())].filter(name => !declared.has(name))
  const wrong = parameters.flatMap(({ name, in: place, required, schema, validate }) => {
    if (place !== 'query' && place !== 'path') return []
    const values = place === 'path' ? [params[name] ?? ''] : query.getAll(name)
    if (values.length === 0) return required ? [`query.${name} is required`] : []
    const value = schema['type'] === 'array' ? values.map(text => typed(text, schema['items'])) : typed(values[0] ?? '', schema)
    return validate(value) ? [] : textsOf(validate.errors).map(text => `${place}.${name}${text}`)
  })
  return [...unknown.map(name => `query.${name} is not declared`), ...wrong]
}

/** A text of a URL as the type that the schema wants. */
function typed (text: string, schema: unknown): unknown {
  const type = isRecord(schema) ? schema['type'] : undefined
  if ((type === 'integer' || type === 'number') && text !== '' && Number.isFinite(Number(text))) return Number(text)
  return type === 'boolean' && (text === 'true' || text === 'false') ? text === 'true' : text
}

function bodyOf ({ body, isBodyRequired }: Operation, text: string): string[] {
  if (text === '') return isBodyRequired ? ['body is required'] : []
  if (body === null) return ['body is not declared']
  return body(parseJson(text)) ? [] : textsOf(body.errors).map(error => `body${error}`)
}

function answerOf ({ responses }: Operation, { status, body }: SimulatedReply): string[] {
  const key = [String(status), `${Math.floor(status / 100)}xx`, 'default'].find(name => responses.has(name))
  if (key === undefined) return ['the status is not declared']
  const validate = responses.get(key)
  if (validate === null || validate === undefined) return body === undefined ? [] : ['body is not declared']
  const isRight = validate(parseJson(typeof body === 'string' ? body : JSON.stringify(body ?? null)))
  return isRight ? [] : textsOf(validate.errors).map(error => `body${error}`)
}

/** That a value is not null either, and that a branch was taken, says nothing. */
const isTelling = ({ keyword, schemaPath }: ErrorObject): boolean => keyword !== 'if' && !/\/anyOf\/0\/type$/.test(schemaPath)

function textOf ({ instancePath, message, params }: ErrorObject): string {
  const extra = 'unevaluatedProperty' in params ? ` (${String(params['unevaluatedProperty'])})` : ''
  return `${instancePath.replaceAll('/', '.').replaceAll(/\.\d+/g, '.*')} ${message ?? 'is wrong'}${extra}`
}

const textsOf = (errors: ValidateFunction['errors']): string[] => (errors ?? []).filter(isTelling).map(textOf)

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const

function operationsOf (document: Record<string, unknown>): Operation[] {
  const compile = createCompile(document['components'])
  const resolve = (value: unknown): Record<string, unknown> => {
    if (!isRecord(value)) return {}
    const { $ref: ref } = value
    if (typeof ref !== 'string') return value
    const step = (part: unknown, name: string): unknown => isRecord(part) ? part[name.replaceAll('~1', '/')] : undefined
    return resolve(ref.slice(2).split('/').reduce<unknown>(step, document))
  }
  const listOf = (value: unknown): Array<Record<string, unknown>> => Array.isArray(value) ? value.map(resolve) : []
  const jsonOf = (value: Record<string, unknown>): unknown => {
    const { content } = value
    const json = isRecord(content) ? content['application/json'] : undefined
    return isRecord(json) ? json['schema'] ?? {} : undefined
  }
  return Object.entries(resolve(document['paths'])).flatMap(([path, item]) => {
    const shared = resolve(item)
    return methods.flatMap(method => {
      if (!isRecord(shared[method])) return []
      const operation = shared[method]
      const body = resolve(operation['requestBody'])
      const schema = jsonOf(body)
      return [{
        method: method.toUpperCase(),
        path: path.replaceAll(/\{([^}]+)\}/g, ':$1'),
        name: `${method.toUpperCase()} ${path}`,
        parameters: [...listOf(shared['parameters']), ...listOf(operation['parameters'])].map(parameter => ({
          name: String(parameter['name']),
          in: String(parameter['in']),
          required: parameter['required'] === true,
          schema: resolve(parameter['schema']),
          validate: compile(parameter['schema'])
        })),
        isBodyRequired: body['required'] === true,
        body: schema === undefined ? null : compile({ allOf: [schema], unevaluatedProperties: false }),
        responses: new Map(Object.entries(resolve(operation['responses'])).map(([status, response]) => {
          const answer = jsonOf(resolve(response))
          return [status.toLowerCase(), answer === undefined ? null : compile(answer)] as const
        }))
      }]
    })
  })
}
