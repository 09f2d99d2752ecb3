import { badMember } from '../../domain/failure.ts'

/**
 * The vendor refuses one character. An empty name, one too long for the column, or an emoji (three bytes per character fit) is a
 * database error.
 */
export function checkName (name: string): void {
  const characters = [...name]
  if (characters.length < 2 || characters.length > 128) throw badMember('body.name', 'must have 2 to 128 characters')
  if (characters.some(character => (character.codePointAt(0) ?? 0) > 0xffff)) {
    throw badMember('body.name', 'must not contain emoji or other characters beyond U+FFFF: the provider cannot store them')
  }
}

const kinds = [/\d/, /[a-z]/, /[A-Z]/, /[!-/:-@[-`{-~]/]

export function checkPassword (password: string): void {
  if (password.length >= 12 && kinds.every(kind => kind.test(password))) return
  throw badMember(
    'body.password', 'must have at least 12 characters, with a digit, a lower-case letter, an upper-case letter and a punctuation mark'
  )
}

/** The single key of a server, by its id: the vendor does not accept key texts. */
export function keypairOf ([key = '', another]: readonly string[]): string {
  if (another !== undefined) throw badMember('body.ssh_keys', 'a server can have only one key')
  if (/\s/.test(key.trim())) throw badMember('body.ssh_keys', 'must be the id of a key at the provider, not its text')
  return key
}

/** The limits of the vendor's own virtual machines; other platforms have their own. */
export function checkSizes (hypervisor: string, cpus = 1, memoryMib = 8): void {
  if (hypervisor !== 'kvm') return
  if (cpus > 128) throw badMember('body.cpus', 'must be at most 128')
  if (memoryMib < 8 || memoryMib > 512 * 1024) throw badMember('body.memory_mib', 'must be 8 to 524288')
}
