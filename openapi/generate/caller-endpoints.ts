import { z } from 'zod'
import { argumentField, argumentName, lowered, pathParameters, singularOf } from '../../src/caller/endpoint.ts'
import type { Endpoint, Field, Trait } from '../../src/caller/endpoint.ts'

const banner = `// Generated from openapi/openapi.json by \`npm run generate\`. Do not edit.
import type { Endpoint } from './endpoint.ts'
`

const schemaSchema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.string()).optional(),
  description: z.string().optional(),
  anyOf: z.array(z.looseObject({ type: z.string().optional() })).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional()
})
type Schema = z.infer<typeof schemaSchema>

const contentSchema = z.record(z.string(), z.object({ schema: schemaSchema.optional() }))
const parameterSchema = z.object({
  $ref: z.string().optional(),
  in: z.string().optional(),
  name: z.string().optional(),
  schema: schemaSchema.optional()
})
const operationSchema = z.object({
  operationId: z.string(),
  summary: z.string(),
  parameters: z.array(parameterSchema).default([]),
  requestBody: z.object({ content: contentSchema }).optional(),
  responses: z.record(z.string(), z.object({ content: contentSchema.optional() }))
})
type Operation = z.infer<typeof operationSchema>

const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({ schemas: z.record(z.string(), schemaSchema) })
})
type Document = z.infer<typeof documentSchema>

const methodSchema = z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])

/** Members that are never given in a command line. */
const secrets = new Set(['password'])
/** Flags that the commands have in a form of their own. */
const ownFlags = new Set(['dry_run', 'limit', 'cursor'])

/** The commands of a caller: one for each path and method below /v1, without raw calls (`hawser api`) and event streams. */
export function callerEndpoints (openapi: string): readonly Endpoint[] {
  const document = documentSchema.parse(JSON.parse(openapi))
  return Object.entries(document.paths)
    .filter(([path]) => path.startsWith('/v1/') && !path.includes('/raw/'))
    .flatMap(([path, methods]) => Object.entries(methods).map(([word, operation]) => ({ path, word, operation })))
    .filter(({ operation }) => isJson(operation))
    .map(({ path, word, operation }) => ({ path, method: methodSchema.parse(word.toUpperCase()), operation }))
    .map(({ path, method, operation }) => ({
      words: wordsOf(path, method, operation),
      method,
      path,
      summary: operation.summary,
      traits: traitsOf(document, operation),
      query: operation.parameters.flatMap(({ in: place, name = '', schema }) =>
        place === 'query' && schema !== undefined && !ownFlags.has(name) ? [toField(name, schema, [])] : []),
      body: bodyOf(document, operation)
    }))
}

/** The table as a module. Each member of a request is one line, so that its changes can be read in a diff. */
export function endpointsModule (openapi: string): string {
  const rows = callerEndpoints(openapi).map(({ words, method, path, summary, traits, query, body }) => [
    `  words: ${JSON.stringify(words)}, method: ${JSON.stringify(method)}, path: ${JSON.stringify(path)},`,
    `  summary: ${JSON.stringify(summary)}, traits: ${JSON.stringify(traits)},`,
    `  query: ${fieldsText(query)},${query.length === 0 ? ' ' : '\n  '}body: ${body === null ? 'null' : fieldsText(body)}`
  ].join('\n'))
  return `${banner}\nexport const endpoints: readonly Endpoint[] = [{\n${rows.join('\n}, {\n')}\n}]\n`
}

const fieldsText = (fields: readonly Field[]): string =>
  fields.length === 0 ? '[]' : `[\n${fields.map(field => `    ${JSON.stringify(field)}`).join(',\n')}\n  ]`

const successOf = ({ responses }: Operation) =>
  Object.entries(responses).flatMap(([status, { content }]) => status.startsWith('2') && content !== undefined ? [content] : [])
const isJson = (operation: Operation): boolean => successOf(operation).some(content => 'application/json' in content)

/**
 * `servers` for a list, otherwise its singular and a word: the last word of the path (`server stop`), or the verb of the operationId
 * (`address attach`).
 */
function wordsOf (path: string, method: string, operation: Operation): string[] {
  const parts = (path === '/v1/{account}' ? '/v1/accounts/{account}' : path).split('/').slice(2)
  const names = parts.filter(part => !part.startsWith('{'))
  const last = names.at(-1) ?? ''
  const isItem = parts.at(-1) !== last
  if (method === 'GET') return isItem ? [singularOf(last), 'get'] : [last]
  if (!isItem && names.length > 1 && singularOf(last) === last) return [singularOf(names.at(-2) ?? ''), last]
  return [singularOf(last), /^[a-z]+/.exec(operation.operationId)?.[0] ?? '']
}

function traitsOf (document: Document, operation: Operation): Trait[] {
  const names = operation.parameters.map(({ name, $ref }) => name ?? $ref?.split('/').at(-1))
  const has = (name: string): boolean => names.includes(name)
  const isPage = successOf(operation).some(content => {
    const { properties = {} } = resolved(document, content['application/json']?.schema ?? {})
    return 'data' in properties && 'page' in properties
  })
  const traits: ReadonlyArray<readonly [boolean, Trait]> = [
    [isPage, 'page'],
    [has('limit'), 'limits'],
    [has('dry_run'), 'plans'],
    [has('Prefer') && has('Idempotency-Key'), 'waits'],
    [has('Idempotency-Key'), 'keyed'],
    [has('confirm'), 'destroys']
  ]
  return traits.flatMap(([holds, trait]) => holds ? [trait] : [])
}

function bodyOf (document: Document, { requestBody }: Operation): Field[] | null {
  if (requestBody === undefined) return null
  const { properties = {}, required = [] } = resolved(document, requestBody.content['application/json']?.schema ?? {})
  return Object.entries(properties).map(([name, schema]) => toField(name, schemaSchema.parse(schema), required))
}

const resolved = ({ components }: Document, schema: Schema): Schema =>
  schema.$ref === undefined ? schema : components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? schema

function toField (name: string, schema: Schema, required: readonly string[]): Field {
  const types = [schema.type ?? [], ...(schema.anyOf ?? []).map(({ type }) => type ?? [])].flat()
  return {
    name,
    kind: kindOf(types),
    about: schema.description ?? '',
    ...(schema.enum === undefined ? {} : { choices: schema.enum }),
    ...(required.includes(name) ? { isRequired: true } : {}),
    ...(types.includes('null') ? { isNullable: true } : {}),
    ...(secrets.has(name) ? { isSecret: true } : {})
  }
}

function kindOf (types: readonly string[]): Field['kind'] {
  if (types.includes('array')) return 'list'
  if (types.includes('object')) return 'json'
  if (types.includes('boolean')) return 'flag'
  return types.includes('integer') || types.includes('number') ? 'number' : 'text'
}

/** One row for each command, for the documentation. */
export function commandTable (endpoints: readonly Endpoint[]): string {
  const rows = endpoints.map(endpoint => {
    const member = argumentField(endpoint)
    const last = member === null ? [] : [member.kind === 'list' ? `${member.name}…` : member.name]
    const names = [...pathParameters(endpoint.path).map(name => argumentName(endpoint.path, name)), ...last]
    const line = ['hawser', ...endpoint.words, ...names.map(name => name.toUpperCase())].join(' ')
    return `| \`${line}\` | ${lowered(endpoint.summary)} |`
  })
  return `| command | does |\n|---|---|\n${rows.join('\n')}\n`
}
