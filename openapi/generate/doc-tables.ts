import { providerCapabilities } from '../../src/adapters/capabilities.ts'
import type { Adapter } from '../../src/adapters/contract.ts'
import { capabilityNames } from '../../src/domain/capability.ts'
import { configJsonSchema } from './config-schema.ts'

type Adapters = ReadonlyArray<Adapter<unknown>>
type Json = Readonly<Record<string, unknown>>

/** Replaces the text between `<!-- name -->` and `<!-- /name -->`. */
export function fillTable (page: string, name: string, table: string): string {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`]
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`a page has no place for the table ${name}`)
  return `${page.slice(0, from)}${begin}${table}${page.slice(to)}`
}

/** One row for each provider: how many verbs it offers, and its own page. `root` leads from the page to the repository. */
export function providerSummary (adapters: Adapters, root: string): string {
  const rows = adapters.map(adapter => {
    const capabilities = Object.values(providerCapabilities(adapter))
    const offered = capabilities.filter(({ support }) => support !== 'none').length
    const page = `[page](${root}src/adapters/${adapter.id}/README.md)`
    return `| ${adapter.title} | \`${adapter.id}\` | ${offered} of ${capabilities.length} | ${page} |`
  })
  return `| provider | \`provider\` | verbs | credentials and quirks |\n|---|---|---|---|\n${rows.join('\n')}\n`
}

/** Evidence of each verb at each provider, then for each provider the members and parameters that a verb accepts. */
export function capabilityTables (adapters: Adapters): string {
  const all = adapters.map(adapter => ({ adapter, capabilities: providerCapabilities(adapter) }))
  const rows = capabilityNames.map(name =>
    `| \`${name}\` | ${all.map(({ capabilities }) => capabilities[name]?.evidence ?? '–').join(' | ')} |`)
  const ids = all.map(({ adapter }) => `\`${adapter.id}\``).join(' | ')
  const overview = `| verb | ${ids} |\n|---|${all.map(() => '---|').join('')}\n${rows.join('\n')}\n`
  const sections = all.map(({ adapter, capabilities }) => {
    const accepting = capabilityNames.flatMap(name => {
      const accepts = capabilities[name]?.accepts ?? []
      return accepts.length === 0 ? [] : [`| \`${name}\` | ${accepts.join(', ')} |`]
    })
    return `\n### ${adapter.title}\n\n| verb | accepts |\n|---|---|\n${accepting.join('\n')}\n`
  })
  return `${overview}${sections.join('')}`
}

/** Every key of the configuration file, from the schema that editors use: the gateway's, those of every account, those of each provider. */
export function configurationTables (adapters: Adapters): string {
  const { properties, required, $defs } = configJsonSchema(adapters)
  const definitions = isJson($defs) ? $defs : {}
  const own = adapters.map(({ id, title }) => `\n### Accounts of ${title}\n\n${keyTable(definitions[id])}`)
  const common = `\n### Every account\n\n${keyTable(definitions.common)}`
  return `### Gateway\n\n${keyTable({ properties, required })}${common}${own.join('')}`
}

const keyTable = (schema: unknown): string => `| key | type | meaning |\n|---|---|---|\n${keyRows(schema, '').join('\n')}\n`

function keyRows (schema: unknown, path: string): string[] {
  if (!isJson(schema) || !isJson(schema.properties)) return []
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : []
  return Object.entries(schema.properties).flatMap(([name, child]) => {
    if (!isJson(child) || child.$ref !== undefined) return []
    const type = `${typeOf(child)}${required.includes(name) ? ', required' : ''}`
    const row = `| \`${path}${name}\` | ${type} | ${cell(child.description)} |`
    const below = child.type === 'array' ? keyRows(child.items, `${path}${name}[].`) : keyRows(child, `${path}${name}.`)
    return [row, ...below, ...formRows(child, `${path}${name}.`)]
  })
}

/** The keys of an object that has several forms, each once. */
const formRows = ({ anyOf }: Json, path: string): string[] =>
  Array.isArray(anyOf) ? [...new Set(anyOf.flatMap(form => isJson(form) ? keyRows({ ...form, required: [] }, path) : []))] : []

function typeOf (schema: Json): string {
  const choices = [schema.anyOf, schema.oneOf].find(Array.isArray)
  if (choices !== undefined) return [...new Set(choices.filter(isJson).filter(({ $ref }) => $ref === undefined).map(typeOf))].join(' or ')
  if (Array.isArray(schema.enum)) return schema.enum.map(value => `\`${value === '' ? '""' : String(value)}\``).join(' ')
  if (schema.const !== undefined) return `\`${String(schema.const)}\``
  if (schema.type === 'array') return `list of ${isJson(schema.items) ? typeOf(schema.items) : 'values'}`
  return typeof schema.type === 'string' ? schema.type : 'any'
}

const cell = (text: unknown): string => typeof text === 'string' ? text.replaceAll(/[|<]/g, '\\$&') : ''
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
