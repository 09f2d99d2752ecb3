import { badMember } from '../../domain/failure.ts'
import type { SshKey } from '../../domain/catalogue.ts'
import type { CreateSpec } from '../../domain/spec.ts'
import type { Arguments } from './envelope.ts'
import type { CreateOptions } from './create-options.ts'

/** The name of a KVM server's user who was not named. Root is not known to be taken. */
const defaultUser = 'deploy'

export interface Credentials {
  readonly values: Arguments
  /** For whoever has to sign in to the server. */
  readonly note: string | null
}

const isId = (key: string): boolean => /^\d{1,19}$/.test(key)
const isKeyText = (key: string): boolean => /^(?:ssh|ecdsa|sk)-\S+ +\S+[^\n\r]*$/.test(key.trim())

/**
 * KVM has users; VMware a root password and a key. `readKeys` is asked only for KVM, where ids of keys must become texts.
 * Everything that can be checked is checked before it.
 */
export async function toCredentials (spec: CreateSpec, options: CreateOptions, readKeys: () => Promise<readonly SshKey[]>): Promise<Credentials> {
  const keys = spec.ssh_keys ?? []
  if (!keys.every(key => isId(key) || isKeyText(key))) throw badMember('body.ssh_keys', 'must be public keys or ids of the project\'s keys')
  if (options.platform === 'VMware') return { values: forVmware(spec, options), note: null }
  const { users } = options
  if (users !== undefined) {
    if (spec.password !== undefined) throw badMember('body.password', 'belongs to a user when options.users is given')
    if (keys.length > 0) throw badMember('body.ssh_keys', 'belong to a user when options.users is given')
    return { values: { users }, note: null }
  }
  if (keys.length === 0 && spec.password === undefined) throw badMember('body.options.users', 'is needed for a KVM server, or ssh_keys or a password')
  const sshkeys = keys.some(isId) ? toTexts(keys, await readKeys()) : keys
  const user = {
    username: defaultUser,
    ...(sshkeys.length === 0 ? {} : { sshkeys }),
    ...(spec.password === undefined ? {} : { password: spec.password })
  }
  return { values: { users: [user] }, note: `The user of the new server is called ${defaultUser}.` }
}

function forVmware ({ password, ssh_keys: keys = [] }: CreateSpec, { users }: CreateOptions): Arguments {
  const texts = keys.filter(key => !isId(key))
  const ids = keys.filter(isId)
  if (texts.length > 1) throw badMember('body.ssh_keys', 'a VMware server takes one public key; others by their ids')
  if (password === undefined && keys.length === 0 && users === undefined) throw badMember('body.password', 'is needed for a VMware server, or ssh_keys')
  return {
    ...(password === undefined ? {} : { rootpassword: password }),
    ...(texts[0] === undefined ? {} : { sshkey: texts[0] }),
    ...(ids.length === 0 ? {} : { sshkeyids: ids.join(',') }),
    ...(users === undefined ? {} : { users })
  }
}

const toTexts = (keys: readonly string[], known: readonly SshKey[]): string[] => keys.map(key => {
  if (!isId(key)) return key
  const text = known.find(({ id }) => id === key)?.public_key ?? null
  if (text === null) throw badMember('body.ssh_keys', `the project has no key ${key}`)
  return text
})
