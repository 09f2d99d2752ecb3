import { CommandError, type Terminal } from '../terminal.ts'
import { isRow } from './cells.ts'
import { hasTrait, pathParameters, type Endpoint, type Field } from './endpoint.ts'
import { flagOf, valueOf } from './fields.ts'
import { readJson } from './input.ts'
import { plain } from './plain.ts'

export type Flags = Readonly<Record<string, unknown>>
export type Query = Readonly<Record<string, string | number | boolean>>
type Body = Record<string, unknown>

/** The member of the body that is an argument of the command: the only required one. Null if there are none or several. */
export function argumentField ({ body }: Endpoint): Field | null {
  const [first, ...more] = (body ?? []).filter(({ isRequired }) => isRequired === true)
  return first === undefined || more.length > 0 || first.isNullable === true || first.isSecret === true ? null : first
}

/** The members of the body that flags set. */
export const flagFields = (endpoint: Endpoint): readonly Field[] => (endpoint.body ?? []).filter(field => field !== argumentField(endpoint))

/** A body of several members may also be given as a whole, with `--body`. */
export const takesBody = (endpoint: Endpoint): boolean => flagFields(endpoint).length > 1

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
  const given: Record<string, string | number | boolean> = traits.includes('plans') && flags.dryRun === true ? { dry_run: true } : {}
  for (const field of query) {
    const value = await valueOf(terminal, field, flags)
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') given[field.name] = value
  }
  return given
}

/** The body of arguments, flags and `--body`, of which the more particular wins; undefined if the endpoint has none. */
export async function bodyOf (terminal: Terminal, endpoint: Endpoint, words: readonly string[], flags: Flags): Promise<Body | undefined> {
  if (endpoint.body === null) return undefined
  const argument = argumentField(endpoint)
  const values = words.slice(pathParameters(endpoint.path).length)
  const ofArgument = argument === null
    ? []
    : [[argument.name, argument.kind === 'list' ? values : values[0]] as const]
  const ofFlags = await Promise.all(flagFields(endpoint).map(async field => [field.name, await valueOf(terminal, field, flags)] as const))
  const body = {
    ...typeof flags.body === 'string' ? await wholeBody(terminal, flags.body) : {},
    ...Object.fromEntries([...ofArgument, ...ofFlags].filter(([, value]) => value !== undefined))
  }
  const missing = endpoint.body.filter(({ name, isRequired }) => isRequired === true && !Object.hasOwn(body, name))
  if (missing.length > 0) throw new CommandError(`missing: ${missing.map(flagOf).join(', ')}`, 2)
  return body
}

async function wholeBody (terminal: Terminal, text: string): Promise<Body> {
  const body = await readJson(terminal, text, '--body')
  if (isRow(body)) return { ...body }
  throw new CommandError('--body takes a JSON object, or @FILE', 2)
}

/** A create can be sent again under the same key: it never buys two servers. `false` sends none. */
export function keyHeader (endpoint: Endpoint, { idempotencyKey }: Flags, fresh: () => string): Record<string, string> {
  if (!hasTrait(endpoint, 'keyed') || idempotencyKey === false) return {}
  if (typeof idempotencyKey === 'string') {
    if (/^[\x20-\x7e]{1,255}$/.test(idempotencyKey)) return { 'idempotency-key': idempotencyKey }
    throw new CommandError(`--idempotency-key takes 1 to 255 printable characters; not ${plain(idempotencyKey)}`, 2)
  }
  return endpoint.words.at(-1) === 'create' ? { 'idempotency-key': fresh() } : {}
}
