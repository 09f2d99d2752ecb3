import { isRecord, parseJson, type Json } from '../kit/json.ts'
import type { SimulatedRequest } from '../kit/simulator.ts'
import { invalid, refuse, type Call } from './call.ts'

/** A request body with the errors found so far, by field, as Django REST Framework reports them. */
export interface Form {
  readonly data: Json
  readonly errors: Record<string, unknown>
}

type Need = 'required' | 'optional'

/** An empty body counts as no data, whatever its type. Unknown fields are ignored. */
export function readForm (request: SimulatedRequest): Form {
  if (request.body === '') return { data: {}, errors: {} }
  const type = request.headers['content-type'] ?? ''
  if (type.split(';')[0]?.trim().toLowerCase() !== 'application/json') throw refuse(415, `Unsupported media type "${type}" in request.`)
  const data = parseJson(request.body)
  if (data === undefined) throw refuse(400, 'JSON parse error - Expecting value: line 1 column 1 (char 0)')
  if (isRecord(data)) return { data, errors: {} }
  throw invalid({ non_field_errors: ['Invalid data. Expected a dictionary.'] })
}

export function check (form: Form): void {
  if (Object.keys(form.errors).length > 0) throw invalid(form.errors)
}

export const addError = (form: Form, name: string, message: string): undefined => {
  form.errors[name] ??= [message]
  return undefined
}

/** The value as it was sent; undefined, and an error if it is required, when it is absent or null. */
export function valueOf (form: Form, name: string, need: Need): unknown {
  const value = form.data[name] ?? undefined
  return value === undefined && need === 'required' ? addError(form, name, 'This field is required.') : value
}

export function text (form: Form, name: string, need: Need, longest = 255): string | undefined {
  const value = valueOf(form, name, need)
  if (value === undefined) return undefined
  if (typeof value !== 'string' && typeof value !== 'number') return addError(form, name, 'Not a valid string.')
  const trimmed = String(value).trim()
  if (trimmed === '' && need === 'required') return addError(form, name, 'This field may not be blank.')
  if (trimmed.length > longest) return addError(form, name, `Ensure this field has no more than ${longest} characters.`)
  return trimmed
}

export function boolean (form: Form, name: string): boolean {
  const value = valueOf(form, name, 'optional') ?? false
  return typeof value === 'boolean' ? value : addError(form, name, 'Must be a valid boolean.') ?? false
}

export function uuid (form: Form, name: string): string | undefined {
  const value = text(form, name, 'required')
  if (value === undefined || /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(value)) return value
  return addError(form, name, 'Must be a valid UUID.')
}

/** A key of another table; `find` returns its row, or undefined if the caller may not use it. */
export function related<Row> (form: Form, name: string, find: (key: string) => Row | undefined): Row | undefined {
  const value = valueOf(form, name, 'required')
  if (value === undefined) return undefined
  if (typeof value !== 'string' && typeof value !== 'number') return addError(form, name, 'Incorrect type. Expected pk value.')
  return find(String(value)) ?? addError(form, name, `Invalid pk "${value}" - object does not exist.`)
}

export function password (form: Form, name: string, need: Need): string | undefined {
  const value = text(form, name, need)
  if (value === undefined || value === '') return undefined
  if (value.length < 8) return addError(form, name, 'It should be at least 8 characters long.')
  return /[^A-Za-z]/.test(value) ? value : addError(form, name, 'It should contain at least one digit or symbol.')
}

/** Key ids as a JSON text (`"[12,15]"`); a real list is refused. */
export function sshKeys (call: Call, form: Form): readonly number[] {
  const sent = text(form, 'ssh_keys', 'optional') ?? ''
  const ids = sent === '' ? [] : parseJson(sent)
  if (!Array.isArray(ids)) return addError(form, 'ssh_keys', 'Value must be valid JSON.') ?? []
  const known = ids.map(Number).filter(id => call.world.keys.get(id)?.user === call.api)
  if (known.length < ids.length) addError(form, 'ssh_keys', 'SSH key not found.')
  return known
}
