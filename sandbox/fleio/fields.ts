import type { SimulatedRequest } from '../simulator.ts'
import { invalid, refuse } from './replies.ts'

/** A request body with the complaints gathered so far, by field, as Django REST Framework reports them. */
export interface Form {
  readonly data: Readonly<Record<string, unknown>>
  readonly errors: Record<string, unknown>
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An empty body counts as no data, whatever its type. Unknown fields are ignored. */
export function readJson (request: SimulatedRequest): unknown {
  if (request.body === '') return {}
  const type = request.headers['content-type'] ?? ''
  if (type.split(';')[0]?.trim().toLowerCase() !== 'application/json') throw refuse(415, `Unsupported media type "${type}" in request.`)
  try {
    return JSON.parse(request.body)
  } catch {
    throw refuse(400, 'JSON parse error - Expecting value: line 1 column 1 (char 0)')
  }
}

export function readForm (request: SimulatedRequest): Form {
  const data = readJson(request)
  if (isObject(data)) return { data, errors: {} }
  throw invalid({ non_field_errors: [`Invalid data. Expected a dictionary, but got ${pythonType(data)}.`] })
}

export function check (form: Form): void {
  if (Object.keys(form.errors).length > 0) throw invalid(form.errors)
}

export const blame = (form: Form, name: string, message: string): undefined => {
  form.errors[name] ??= [message]
  return undefined
}

/** The raw value when it was sent and is not null; complains when a required one is missing. */
export function given (form: Form, name: string, need: 'required' | 'optional'): unknown {
  const value = form.data[name]
  if (value === undefined) return need === 'required' ? blame(form, name, 'This field is required.') : undefined
  if (value === null) return need === 'required' ? blame(form, name, 'This field may not be null.') : undefined
  return value
}

export function text (form: Form, name: string, need: 'required' | 'optional', longest = 255): string | undefined {
  const value = given(form, name, need)
  if (value === undefined) return undefined
  if (typeof value !== 'string' && typeof value !== 'number') return blame(form, name, 'Not a valid string.')
  const trimmed = String(value).trim()
  if (trimmed === '' && need === 'required') return blame(form, name, 'This field may not be blank.')
  if (trimmed.length > longest) return blame(form, name, `Ensure this field has no more than ${longest} characters.`)
  return trimmed
}

const truths = new Map<unknown, boolean>([
  [true, true], ['true', true], ['True', true], [1, true], ['1', true],
  [false, false], ['false', false], ['False', false], [0, false], ['0', false]
])

export function boolean (form: Form, name: string): boolean {
  const value = given(form, name, 'optional')
  if (value === undefined) return false
  return truths.get(value) ?? blame(form, name, 'Must be a valid boolean.') ?? false
}

export function integer (form: Form, name: string, need: 'required' | 'optional'): number | undefined {
  const value = given(form, name, need)
  if (value === undefined) return undefined
  if (/^-?\d+$/.test(String(value)) && typeof value !== 'object') return Number(value)
  return blame(form, name, 'A valid integer is required.')
}

const uuidShape = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

export function uuid (form: Form, name: string): string | undefined {
  const value = text(form, name, 'required')
  if (value === undefined || uuidShape.test(value)) return value
  return blame(form, name, 'Must be a valid UUID.')
}

/** A key of another table; `find` says what that key names, undefined when the caller may not use it. */
export function related<Row> (form: Form, name: string, find: (key: string) => Row | undefined): Row | undefined {
  const value = given(form, name, 'required')
  if (value === undefined) return undefined
  if (typeof value !== 'string' && typeof value !== 'number') {
    return blame(form, name, `Incorrect type. Expected pk value, received ${pythonType(value)}.`)
  }
  return find(String(value)) ?? blame(form, name, `Invalid pk "${value}" - object does not exist.`)
}

const pythonNames = new Map([['string', 'str'], ['number', 'int'], ['boolean', 'bool']])

export const pythonType = (value: unknown): string => {
  if (value === null) return 'NoneType'
  if (Array.isArray(value)) return 'list'
  return pythonNames.get(typeof value) ?? 'dict'
}
