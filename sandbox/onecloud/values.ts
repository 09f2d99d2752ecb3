import { createHash } from 'node:crypto'
import { isRecord, parseJson } from '../kit/json.ts'
import type { SimulatedRequest } from '../kit/simulator.ts'

export type Json = Record<string, unknown>

export const objectOf = (value: unknown): Json => isRecord(value) ? value : {}

export const listOf = (value: unknown): readonly unknown[] => Array.isArray(value) ? value : []

export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''

export const isTrue = (value: unknown): boolean => value === true || value === 'true' || value === '1' || value === 1

/** First text among aliases of one key. */
export const firstText = (from: Json, ...keys: readonly string[]): string =>
  keys.map(key => textOf(from[key])).find(text => text !== '') ?? ''

export const decodePart = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Records carry six fraction digits, always zero. */
export const recordTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}.000000Z`

/** Tokens carry real microseconds; other releases write fewer digits or none. */
export const tokenTime = (ms: number, digits: number): string => {
  const base = new Date(ms).toISOString()
  const fraction = `${base.slice(20, 23)}719`.slice(0, digits)
  return fraction === '' ? `${base.slice(0, 19)}Z` : `${base.slice(0, 19)}.${fraction}Z`
}

const digest = (label: string): string => createHash('sha256').update(label).digest('hex')

export const hexId = (label: string): string => digest(label).slice(0, 32)

export const uuid = (label: string): string => {
  const hex = digest(label)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export const macOf = (label: string): string => `00:22:${[0, 2, 4, 6].map(at => digest(label).slice(at, at + 2)).join(':')}`

/** The vendor writes keys in alphabetical order and leaves out empty texts and lists. */
export const tidy = (record: Json): Json => Object.fromEntries(Object.entries(record)
  .filter(([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0))
  .sort(([a], [b]) => a < b ? -1 : 1))

const transliterations = new Map([['服', 'fu'], ['务', 'wu'], ['器', 'qi']])

export const hostnameOf = (name: string): string => [...name]
  .map(character => transliterations.get(character) ?? (/\p{Script=Han}/u.test(character) ? 'zi' : character))
  .join('').replaceAll(/[^A-Za-z0-9.-]/g, '')

/** The body is read only with a JSON content type and a known length; otherwise it is ignored. */
export const readBody = (request: SimulatedRequest): unknown => {
  const type = request.headers['content-type'] ?? ''
  return request.lengthKnown && type.startsWith('application/json') ? parseJson(request.body) : undefined
}

/** For updates and actions the wrapper is optional and so is the body. */
export const readInput = (request: SimulatedRequest, keyword: string): Json => {
  const body = readBody(request)
  const inner = isRecord(body) ? body[keyword] : undefined
  return isRecord(inner) ? inner : isRecord(body) ? body : {}
}
