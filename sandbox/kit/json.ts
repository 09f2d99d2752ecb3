export type Json = Readonly<Record<string, unknown>>

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Undefined for text that is not JSON. */
export function parseJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A member of the given type, else undefined. */
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

export const recordOf = (body: Json, key: string): Json | undefined => {
  const value = body[key]
  return isRecord(value) ? value : undefined
}

/** The entries of a list that have the given type; none if there is no list. */
export const numbersOf = (body: Json, key: string): number[] => {
  const value = body[key]
  return Array.isArray(value) ? value.filter(item => typeof item === 'number') : []
}

export const recordsOf = (body: Json, key: string): Json[] => {
  const value = body[key]
  return Array.isArray(value) ? value.filter(isRecord) : []
}

/** Only the given members. */
export const pick = <Row extends object, Name extends keyof Row & string>(row: Row, ...names: readonly Name[]): Json =>
  Object.fromEntries(names.map(name => [name, row[name]]))

/** Members that carry no information, all with the same value. */
export const all = (value: unknown, ...names: readonly string[]): Json => Object.fromEntries(names.map(name => [name, value]))

/** Typed initial values: null, a value that may become null, and an empty list. */
export const none = <Value>(): Value | null => null
export const maybe = <Value>(value: Value): Value | null => value
export const empty = <Value>(): readonly Value[] => []

/** A setting of a behavior: its default, then the other values that it can have. */
export const choice = <const Value extends string | number>(...[initial]: readonly [Value, ...Value[]]): Value => initial
