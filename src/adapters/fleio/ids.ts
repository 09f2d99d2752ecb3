import { badMember } from '../../domain/failure.ts'
import { isNumericId } from '../kit/ids.ts'

const longestName = 128

/** The vendor trims spaces, so the server would not be found by the requested name. */
export function nameOf (path: string, name: string): string {
  if (name !== name.trim() || name === '') throw badMember(path, 'must not be blank, nor begin or end with a space')
  if ([...name].length > longestName) throw badMember(path, `must have at most ${longestName} characters`)
  return name
}

const shortestPassword = 8

export function passwordOf (path: string, password: string): string {
  if ([...password].length < shortestPassword || /^[a-z]*$/i.test(password)) {
    throw badMember(path, `must have at least ${shortestPassword} characters, a digit or a symbol among them`)
  }
  return password
}

/** Keys are sent as a JSON text of their ids, "[12,15]": a list is refused. */
export function sshKeysOf (path: string, ids: readonly string[]): string {
  for (const id of ids) if (!isNumericId(id)) throw badMember(path, 'must be key ids as listed by ssh-keys, not key texts')
  return JSON.stringify(ids.map(Number))
}
