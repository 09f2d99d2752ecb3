import { randomUUID } from 'node:crypto'
import { Option } from 'commander'
import { CommandError, type Terminal } from '../terminal.ts'
import { argumentField, flagFields, flagOf, pathParameters, type Endpoint, type Field } from './endpoint.ts'
import { readJson, readOneLine, readSource } from './input.ts'
import { isRow, plain } from './text.ts'

export type Flags = Readonly<Record<string, unknown>>
export type Query = Readonly<Record<string, string | number | boolean>>
type Body = Record<string, unknown>

/** The path with its parameters, each as one segment. */
export function pathOf ({ path }: Endpoint, values: readonly string[]): string {
  let at = 0
  return path.replaceAll(/\{\w+\}/g, () => segmentOf(values[at++] ?? ''))
}

export function segmentOf (value: string): string {
  // A URL resolves these as steps up the path.
  if (value === '' || value === '.' || value === '..') throw new CommandError(`"${value}" is not an id`, 2)
  return encodeURIComponent(value)
}

/** The query parameters that flags set. */
export async function queryOf (terminal: Terminal, { query, traits }: Endpoint, flags: Flags): Promise<Query> {
  const parameters: Record<string, string | number | boolean> = traits.includes('plans') && flags.dryRun === true ? { dry_run: true } : {}
  for (const field of query) {
    const value = await valueOf(terminal, field, flags)
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') parameters[field.name] = value
  }
  return parameters
}

/** The body of arguments, flags and `--body`, of which the more specific wins; undefined if the endpoint has none. */
export async function bodyOf (terminal: Terminal, endpoint: Endpoint, words: readonly string[], flags: Flags): Promise<Body | undefined> {
  if (endpoint.body === null) return undefined
  const argument = argumentField(endpoint)
  const values = words.slice(pathParameters(endpoint.path).length)
  const ofArgument = argument === null ? [] : [[argument.name, argument.kind === 'list' ? values : values[0]] as const]
  const ofFlags = await Promise.all(flagFields(endpoint).map(async field => [field.name, await valueOf(terminal, field, flags)] as const))
  const whole = typeof flags.body === 'string' ? await readJson(terminal, flags.body, '--body') : {}
  if (!isRow(whole)) throw new CommandError('--body takes a JSON object, or @FILE', 2)
  const body = { ...whole, ...Object.fromEntries([...ofArgument, ...ofFlags].filter(([, value]) => value !== undefined)) }
  const missing = endpoint.body.filter(({ name, isRequired }) => isRequired === true && !Object.hasOwn(body, name))
  if (missing.length > 0) throw new CommandError(`missing: ${missing.map(flagOf).join(', ')}`, 2)
  return body
}

/** The Idempotency-Key. A create always has one, unless it is denied: sent again under the same key, it never buys two servers. */
export function idempotencyKeyOf ({ traits, words }: Endpoint, { idempotencyKey: key }: Flags): string | undefined {
  if (!traits.includes('keyed') || key === false) return undefined
  if (typeof key !== 'string') return words.at(-1) === 'create' ? `hawser-${randomUUID()}` : undefined
  if (/^[\x20-\x7e]{1,255}$/.test(key)) return key
  throw new CommandError(`--idempotency-key takes 1 to 255 printable characters; not ${plain(key)}`, 2)
}

/** The value of a field's flag among those that commander has read; undefined if it was not given. */
export async function valueOf (terminal: Terminal, field: Field, flags: Flags): Promise<unknown> {
  const value = flags[new Option(flagOf(field)).attributeName()]
  if (value === false && field.isNullable === true) return null
  if (Array.isArray(value)) return await Promise.all(value.map(async one => await readText(terminal, field, String(one))))
  if (typeof value !== 'string') return value
  switch (field.kind) {
    case 'number': return toNumber(field, value)
    case 'json': return await readJson(terminal, value, flagOf(field))
    default: return await readText(terminal, field, value)
  }
}

/** `@FILE` is the content of a file, `@-` standard input, `@@` a literal @. */
async function readText (terminal: Terminal, field: Field, text: string): Promise<string> {
  if (field.isSecret === true) return await readOneLine(terminal, text, flagOf(field))
  if (text.startsWith('@@')) return text.slice(1)
  if (!text.startsWith('@')) return text
  const content = await readSource(terminal, text.slice(1), flagOf(field))
  return field.kind === 'list' ? content.trim() : content
}

function toNumber (field: Field, text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  throw new CommandError(`${flagOf(field)} takes a number; not ${plain(text)}`, 2)
}
