import { isIP } from 'node:net'
import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js'
import { isRecord } from '../../sandbox/kit/json.ts'

/** A schema of OpenAPI 3.0 as JSON Schema: `nullable`, and a discriminator that names one of several schemas. 3.1 needs neither. */
export function toJsonSchema (schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toJsonSchema)
  if (!isRecord(schema)) return schema
  const { nullable, discriminator, $ref: ref, ...rest } = schema
  if (typeof ref === 'string') return { $ref: ref.replace(/^#/, `${documentId}#`) }
  const plain = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, verbatim.has(key) ? value : toJsonSchema(value)]))
  const chosen = isRecord(discriminator) ? byDiscriminator(plain, discriminator) : plain
  return nullable === true ? { anyOf: [{ type: 'null' }, chosen] } : chosen
}

const verbatim: ReadonlySet<string> = new Set(['enum', 'const', 'example', 'examples', 'default', 'required'])

type Schema = Record<string, unknown>

/** Of schemas that fit the same object, the one counts that the discriminator names. */
function byDiscriminator (schema: Schema, { propertyName: name, mapping }: Schema): Schema {
  const { oneOf, anyOf, ...plain } = schema
  if (typeof name !== 'string' || !isRecord(mapping) || (oneOf ?? anyOf) === undefined) return schema
  const branch = ([value, ref]: [string, unknown]): object =>
    ({ if: { properties: { [name]: { const: value } } }, then: toJsonSchema({ $ref: ref }) })
  return {
    ...plain,
    required: [name],
    properties: { [name]: { enum: Object.keys(mapping) } },
    allOf: Object.entries(mapping).map(branch)
  }
}

export const documentId = 'https://specification.example/document'

const isTime = (text: string): boolean => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)

export type Compile = (schema: unknown) => ValidateFunction

/** Compiles schemas of one document, with its components for the references. */
export function createCompile (components: unknown): Compile {
  const ajv = new Ajv2019({
    strict: false,
    validateSchema: false,
    allErrors: true,
    formats: {
      'date-time': isTime,
      ipv4: text => isIP(text) === 4,
      ipv6: text => isIP(text) === 6,
      uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i,
      uri: text => URL.canParse(text),
      decimal: /^-?\d+(\.\d+)?$/,
      ...Object.fromEntries(['int32', 'int64', 'float', 'double', 'xfs', 'password', 'byte', 'binary'].map(name => [name, true as const]))
    }
  })
  ajv.addSchema({ $id: documentId, components: toJsonSchema(components) })
  return schema => {
    const json = toJsonSchema(schema)
    return ajv.compile(isRecord(json) ? json : {})
  }
}
