import { z } from 'zod'
import type { Adapter } from '../../src/adapters/contract.ts'
import { accountId, commonAccountSchema, configSchema } from '../../src/config/schema.ts'

type Json = Readonly<Record<string, unknown>>

/** The JSON Schema (draft 2020-12) of the configuration file as editors see it, with `${NAME}` and `${file:PATH}` unreplaced. */
export function configJsonSchema (adapters: Iterable<Adapter<unknown>>): Json {
  const all = [...adapters]
  const config = toJson(configSchema)
  const common = toJson(commonAccountSchema)
  const { properties } = config
  const accounts = isJson(properties) && isJson(properties.accounts) ? properties.accounts : {}
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of Hawser',
    ...config,
    properties: {
      ...(isJson(properties) ? properties : {}),
      accounts: {
        ...accounts,
        // Names of keys are not searched for references.
        propertyNames: plain(accountId),
        additionalProperties: { oneOf: all.map(({ id }) => ({ $ref: `#/$defs/${id}` })) }
      }
    },
    $defs: {
      reference: {
        type: 'string',
        pattern: '\\$\\{(file:[^}]*|[A-Za-z_][A-Za-z0-9_]*)\\}',
        description: 'An environment variable or the content of a file'
      },
      common,
      ...Object.fromEntries(all.map(adapter => [adapter.id, accountOf(adapter, common)]))
    }
  }
}

/** One object for each provider: objects that allow no additional keys cannot be composed. */
function accountOf ({ id, title, account }: Adapter<unknown>, common: Json): Json {
  const own = toJson(account)
  const shared = isJson(common.properties) ? Object.keys(common.properties) : []
  return {
    title,
    ...own,
    properties: {
      provider: { const: id, description: 'Whose API it is' },
      ...(isJson(own.properties) ? own.properties : {}),
      ...Object.fromEntries(shared.map(key => [key, { $ref: `#/$defs/common/properties/${key}` }]))
    },
    required: ['provider', ...(Array.isArray(own.required) ? own.required : [])]
  }
}

const toJson = (schema: z.ZodType): Json => {
  const json = withReferences(plain(schema))
  return isJson(json) ? json : {}
}

function plain (schema: z.ZodType): Json {
  const { $schema, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return json
}

const annotations = new Set(['description', 'default', 'title', 'examples'])
const restrictions = new Set(['pattern', 'enum', 'maxLength', 'not'])
/** A dollar, two braces, one letter. */
const shortestReference = 4
const reference = { $ref: '#/$defs/reference' }

/** A constraint that a reference may not satisfy. */
const restricts = ([key, value]: readonly [string, unknown]): boolean =>
  restrictions.has(key) || (key === 'minLength' && typeof value === 'number' && value > shortestReference)

/** A constrained string may also be a reference. */
function withReferences (node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withReferences)
  if (!isJson(node)) return node
  const entries = Object.entries(node).filter(isPublished).map(([key, value]) => [key, withReferences(value)] as const)
  if (node.type !== 'string' || !entries.some(restricts)) return Object.fromEntries(entries)
  const isAnnotation = ([key]: readonly [string, unknown]): boolean => annotations.has(key)
  return {
    ...Object.fromEntries(entries.filter(isAnnotation)),
    anyOf: [Object.fromEntries(entries.filter(entry => !isAnnotation(entry))), reference]
  }
}

/** Omits zod's bounds of integers, the type of property names, and formats, which not every editor knows. */
function isPublished ([key, value]: [string, unknown]): boolean {
  if (key === 'maximum' || key === 'minimum') return typeof value !== 'number' || Math.abs(value) < Number.MAX_SAFE_INTEGER
  if (key === 'propertyNames') return !isJson(value) || value.type !== 'string' || Object.keys(value).length > 1
  return key !== 'format' || typeof value !== 'string'
}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
