import { badMember } from '../../domain/failure.ts'
import { isUuid, noServer } from '../kit/ids.ts'

export function serverIdOf (id: string): string {
  if (!isUuid(id)) throw noServer()
  return id
}

export function uuidOf (path: string, text: string): string {
  const id = text.toLowerCase()
  if (!isUuid(id)) throw badMember(path, 'must be a UUID')
  return id
}

const longestName = 128

/** The vendor trims spaces, so the server would not be found by the requested name. */
export function nameOf (name: string): string {
  if (name !== name.trim() || name === '') throw badMember('body.name', 'must not be blank, nor begin or end with a space')
  if ([...name].length > longestName) throw badMember('body.name', `must have at most ${longestName} characters`)
  return name
}

const shortestPassword = 8

export function passwordOf (password: string | undefined): string | undefined {
  if (password !== undefined && ([...password].length < shortestPassword || /^[a-z]*$/i.test(password))) {
    throw badMember('body.password', `must have at least ${shortestPassword} characters, a digit or a symbol among them`)
  }
  return password
}

const isNumber = (id: string): boolean => /^[1-9]\d{0,14}$/.test(id)

/** Keys are sent as a JSON text of their ids, "[12,15]": a list is refused. */
export function sshKeysOf (ids: readonly string[] | undefined): string | undefined {
  if (ids === undefined) return undefined
  if (!ids.every(isNumber)) throw badMember('body.ssh_keys', 'must be key ids as listed by ssh-keys, not key texts')
  return JSON.stringify(ids.map(Number))
}

/** Client ids are numbers; null for any other text. */
export const clientIdOf = (owner: string): number | null => isNumber(owner) ? Number(owner) : null
