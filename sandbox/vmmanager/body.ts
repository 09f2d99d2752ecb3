import type { SimulatedReply } from '../simulator.ts'
import { invalidValue, refuse, unexpectedProperty } from './errors.ts'

export type Json = Record<string, unknown>
export type Check = (value: unknown) => boolean
export type Shape = Readonly<Record<string, Check>>

export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const text: Check = value => typeof value === 'string'
export const whole: Check = value => Number.isInteger(value)
export const natural: Check = value => Number.isInteger(value) && Number(value) > 0
export const flag: Check = value => typeof value === 'boolean'
export const anything: Check = () => true
export const orNull = (check: Check): Check => value => value === null || check(value)
export const listOf = (check: Check): Check => value => Array.isArray(value) && value.every(check)
export const oneOf = (...words: readonly string[]): Check => value => typeof value === 'string' && words.includes(value)
export const object = (shape: Shape): Check => value =>
  isRecord(value) && Object.entries(value).every(([key, item]) => shape[key]?.(item) ?? false)

/** The first key that this call does not know, then the first wrong type, then the first missing one. */
export function checkBody (body: Json, shape: Shape, required: readonly string[] = []): SimulatedReply | null {
  const unknown = Object.keys(body).find(key => !Object.hasOwn(shape, key))
  if (unknown !== undefined) return unexpectedProperty(unknown)
  const wrong = Object.entries(body).find(([key, value]) => !(shape[key]?.(value) ?? false))
  if (wrong !== undefined) return invalidValue(wrong[0])
  const missing = required.find(key => body[key] === undefined)
  return missing === undefined ? null : refuse(400, 1007, 'Missing property', { name: missing })
}

/** An empty body counts as `{}`; null when the text is no JSON object. */
export function parseBody (sent: string): Json | null {
  if (sent.trim() === '') return {}
  try {
    const parsed: unknown = JSON.parse(sent)
    return isRecord(parsed) ? parsed : null
  } catch {
    return null
  }
}

export const textOf = (body: Json, key: string): string | undefined => {
  const value = body[key]
  return typeof value === 'string' ? value : undefined
}

export const numberOf = (body: Json, key: string): number | undefined => {
  const value = body[key]
  return typeof value === 'number' ? value : undefined
}

export const flagOf = (body: Json, key: string): boolean | undefined => {
  const value = body[key]
  return typeof value === 'boolean' ? value : undefined
}

export const numbersOf = (body: Json, key: string): number[] => {
  const value = body[key]
  return Array.isArray(value) ? value.filter(item => typeof item === 'number') : []
}

export const recordsOf = (body: Json, key: string): Json[] => {
  const value = body[key]
  return Array.isArray(value) ? value.filter(isRecord) : []
}

export const recordOf = (body: Json, key: string): Json | undefined => {
  const value = body[key]
  return isRecord(value) ? value : undefined
}
