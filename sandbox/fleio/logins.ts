import type { Call } from './call.ts'
import { blame, text, type Form } from './fields.ts'

export function checkPassword (form: Form, name: string, need: 'required' | 'optional'): string | undefined {
  const password = text(form, name, need)
  if (password === undefined || (password === '' && need === 'optional')) return undefined
  if (password.length < 8) return blame(form, name, 'It should be at least 8 characters long.')
  if (!/[^A-Za-z]/.test(password)) return blame(form, name, 'It should contain at least one digit or symbol.')
  return password
}

/** Key ids as a JSON text (`"[12,15]"`); a real list is refused. */
export function checkSshKeys (call: Call, form: Form): readonly number[] {
  const sent = text(form, 'ssh_keys', 'optional') ?? ''
  if (sent === '') return []
  const ids = parseList(sent)
  if (ids === undefined) return blame(form, 'ssh_keys', 'Value must be valid JSON.') ?? []
  const known = ids.filter(id => call.world.keys.get(id)?.user === call.api)
  if (known.length < ids.length) blame(form, 'ssh_keys', 'SSH key not found.')
  return known
}

function parseList (sent: string): number[] | undefined {
  try {
    const value: unknown = JSON.parse(sent)
    return Array.isArray(value) ? value.map(Number) : undefined
  } catch {
    return undefined
  }
}
