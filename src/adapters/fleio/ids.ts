import { badMember } from '../../domain/failure.ts'
import { isNumericId } from '../kit/ids.ts'

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

/** Keys are sent as a JSON text of their ids, "[12,15]": a list is refused. */
export function sshKeysOf (ids: readonly string[] | undefined): string | undefined {
  if (ids === undefined) return undefined
  if (!ids.every(isNumericId)) throw badMember('body.ssh_keys', 'must be key ids as listed by ssh-keys, not key texts')
  return JSON.stringify(ids.map(Number))
}
