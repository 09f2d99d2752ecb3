import { badMember } from '../../domain/failure.ts'
import { noServer } from '../kit/ids.ts'

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i
/** Ids of projects, and of servers in old clouds: no dashes. */
const plain = /^[\da-f]{32}$/i

const isUuid = (id: string): boolean => uuid.test(id) || plain.test(id)

/** A server's id for a path. Nova answers 404 to anything but a UUID. */
export function serverIdOf (id: string): string {
  if (!isUuid(id)) throw noServer()
  return encodeURIComponent(id)
}

export function uuidOf (member: string, id: string): string {
  if (!isUuid(id)) throw badMember(member, 'must be an id (a UUID)')
  return id
}

export function nameOf (name: string, member = 'body.name'): string {
  if (name !== name.trim() || /\p{Cc}/u.test(name)) throw badMember(member, 'must have only printable characters, and no space at its ends')
  return name
}

/** The single key of a server, by its name: Nova does not accept key texts. */
export function keyNameOf (keys: readonly string[]): string {
  const [key = '', another] = keys
  if (another !== undefined) throw badMember('body.ssh_keys', 'a server can have only one key')
  if (/^(?:ssh-|ecdsa-|sk-)\S+ /.test(key)) throw badMember('body.ssh_keys', 'must be the id of a key at the provider, not its text')
  return key
}

/** Nova allows 50; one is the gateway's. */
const mostTags = 49

export function tagsOf (tags: readonly string[]): readonly string[] {
  if (tags.length > mostTags) throw badMember('body.tags', `must be at most ${mostTags}`)
  for (const tag of tags) {
    if (tag.length > 60 || /[,/]/.test(tag)) throw badMember('body.tags', 'must have at most 60 characters each, without comma and slash')
    if (isOwnTag(tag)) throw badMember('body.tags', `must not begin with ${ownTag}`)
  }
  return tags
}

/** The prefix of the tag that identifies the server of a create whose answer was lost. */
const ownTag = 'hawser-'
export const isOwnTag = (tag: string): boolean => tag.startsWith(ownTag)
export const tagOf = (mark: string): string => `${ownTag}${mark}`

/** At most 65535 characters of base64. */
const longestUserData = 49_149

export function userDataOf (userData: string): string {
  const bytes = Buffer.from(userData)
  if (bytes.length > longestUserData) throw badMember('body.user_data', `must be at most ${longestUserData} bytes`)
  return bytes.toString('base64')
}
