import type { SimulatedRequest } from '../simulator.ts'

export type Args = Readonly<Record<string, unknown>>

export interface Received {
  readonly module: string
  readonly name: string
  readonly args: Args
  /** The sentence with which an unreadable body is refused. */
  readonly complaint: string | null
}

/** Arguments may come as path pairs, query and body at once; the body wins over the query, the query over the path. */
export function receive (request: SimulatedRequest): Received {
  const [module = '', name = '', ...pairs] = request.path.split('/').slice(1).map(decode)
  const body = readBody(request)
  return {
    module,
    name,
    args: { ...fromPairs(pairs), ...Object.fromEntries(request.query), ...body.args },
    complaint: body.complaint
  }
}

function fromPairs (pairs: readonly string[]): Args {
  const args: Record<string, unknown> = {}
  for (let index = 0; index < pairs.length; index += 2) {
    const name = pairs[index]
    if (name !== undefined && name !== '') args[name] = pairs[index + 1] ?? ''
  }
  return args
}

interface Body { readonly args: Args, readonly complaint: string | null }

function readBody (request: SimulatedRequest): Body {
  const type = (request.headers['content-type'] ?? '').toLowerCase()
  if (request.body.trim() === '') return { args: {}, complaint: null }
  if (type.startsWith('application/json')) return readJson(request.body)
  if (type.startsWith('application/x-www-form-urlencoded')) return { args: Object.fromEntries(new URLSearchParams(request.body)), complaint: null }
  if (type.startsWith('multipart/form-data')) return { args: readMultipart(request), complaint: null }
  // A body of any other type carries no arguments: XML was never seen going in.
  return { args: {}, complaint: null }
}

function readJson (text: string): Body {
  const parsed = parse(text)
  if (isRecord(parsed) && isWithin(parsed, 64)) return { args: parsed, complaint: null }
  if (Array.isArray(parsed) && parsed.length === 0) return { args: {}, complaint: null }
  return { args: {}, complaint: 'The request body is not a valid JSON object.' }
}

/** Whether a value nests at most so deep; the echo walks through all of it. */
function isWithin (value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every(entry => isWithin(entry, levels - 1))
}

function parse (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readMultipart (request: SimulatedRequest): Args {
  const boundary = /boundary="?([^";]+)"?/i.exec(request.headers['content-type'] ?? '')?.[1]
  if (boundary === undefined) return {}
  const args: Record<string, unknown> = {}
  for (const part of request.body.split(`--${boundary}`)) {
    const end = part.indexOf('\r\n\r\n')
    const name = /;\s*name="([^"]*)"/i.exec(part.slice(0, Math.max(end, 0)))?.[1]
    if (name !== undefined) args[name] = part.slice(end + 4).replace(/\r\n$/, '')
  }
  return args
}

function decode (segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function textOf (args: Args, name: string): string | undefined {
  const value = args[name]
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** A whole number, NaN when something else was sent, undefined when nothing was. */
export function wholeOf (args: Args, name: string): number | undefined {
  if (args[name] === undefined) return undefined
  const text = textOf(args, name) ?? ''
  return /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN
}

const truths = new Map([['yes', true], ['true', true], ['1', true], ['no', false], ['false', false], ['0', false]])

export const truthOf = (args: Args, name: string): boolean | undefined => truths.get((textOf(args, name) ?? '').toLowerCase())

export const isMissing = (args: Args, name: string): boolean => args[name] === undefined || args[name] === null || args[name] === ''
