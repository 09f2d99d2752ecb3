import { badMember } from '../../domain/failure.ts'

/** The vendor refuses one character; none, more than fit the column, or an emoji (its column holds three bytes a character) end in a database error. */
export function checkName (name: string, member = 'body.name'): void {
  const characters = [...name]
  if (characters.length < 2 || characters.length > 128) throw badMember(member, 'must have 2 to 128 characters')
  if (characters.some(character => (character.codePointAt(0) ?? 0) > 0xffff)) {
    throw badMember(member, 'must not contain emoji or other characters beyond U+FFFF: the provider cannot store them')
  }
}

const kinds = [/\d/, /[a-z]/, /[A-Z]/, /[!-/:-@[-`{-~]/] as const

export function checkPassword (password: string): void {
  if (password.length >= 12 && kinds.every(kind => kind.test(password))) return
  throw badMember('body.password', 'must have 12 characters or more, with a digit, a small and a capital letter and a punctuation mark')
}

/** The one key that a server may have, by its id: the vendor keeps public keys apart, and takes no text of one. */
export function keypairOf (keys: readonly string[]): string {
  const [key = '', another] = keys
  if (another !== undefined) throw badMember('body.ssh_keys', 'a server has at most one key')
  if (/\s/.test(key.trim())) throw badMember('body.ssh_keys', 'takes the id of a key that the provider keeps, not its text')
  return key
}

/** GiB as the whole MiB that the vendor counts in. */
export function toMib (gib: number, member: string): number {
  const mib = gib * 1024
  if (!Number.isInteger(mib)) throw badMember(member, 'must be a whole number of MiB')
  return mib
}

/** What the vendor's own virtual machines can have; other platforms have limits of their own. */
export function checkSizes (hypervisor: string, cpus: number | null | undefined, memoryMib: number | null | undefined): void {
  if (hypervisor !== 'kvm') return
  if (cpus !== null && cpus !== undefined && cpus > 128) throw badMember('body.cpus', 'must be at most 128')
  if (memoryMib === null || memoryMib === undefined) return
  if (memoryMib < 8 || memoryMib > 512 * 1024) throw badMember('body.memory_mib', 'must be 8 to 524288')
}
