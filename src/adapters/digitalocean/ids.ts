import { badMember } from '../../domain/failure.ts'
import { isNumericId } from '../kit/ids.ts'

const longest = 255

export function nameOf (name: string): string {
  if (name.length > longest || !/^[a-zA-Z0-9]?[a-zA-Z0-9.-]*[a-zA-Z0-9]$/.test(name)) {
    throw badMember('body.name', 'may have letters, digits, dots and hyphens, and must end with a letter or digit')
  }
  return name
}

export function slugOf (path: string, text: string): string {
  if (!/^[a-z0-9][a-z0-9._-]*$/i.test(text)) throw badMember(path, 'must be an id as the catalog lists it')
  return text
}

/** An id is sent as a number, a slug as a text; names are refused. */
export const imageOf = (image: string): string | number => isNumericId(image) ? Number(image) : slugOf('body.image', image)

const fingerprint = /^[\da-f]{2}(:[\da-f]{2}){15}$/i

export function sshKeyOf (key: string): string | number {
  if (isNumericId(key)) return Number(key)
  if (!fingerprint.test(key)) throw badMember('body.ssh_keys', 'must be ids or MD5 fingerprints as listed by ssh-keys, not key texts')
  return key.toLowerCase()
}

export function tagOf (tag: string): string {
  if (!/^[\w:-]+$/.test(tag)) throw badMember('body.tags', 'may have letters, digits, colons, hyphens and underscores')
  return tag
}

const longestUserData = 64 * 1024

/** The vendor accepts a create with characters of four bytes, and then drops the server. */
export function userDataOf (text: string): string {
  if (Buffer.byteLength(text) > longestUserData) throw badMember('body.user_data', `must have at most ${longestUserData} bytes`)
  if (/[\u{10000}-\u{10ffff}]/u.test(text)) {
    throw badMember('body.user_data', 'must not have characters beyond U+FFFF, such as emoji: the provider would drop the server')
  }
  return text
}
