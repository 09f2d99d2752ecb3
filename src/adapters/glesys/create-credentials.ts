import { badMember } from '../../domain/failure.ts'
import type { SshKey } from '../../domain/catalog.ts'
import type { CreateSpec } from '../../domain/spec.ts'
import type { Arguments } from './envelope.ts'
import type { WithOptions } from '../verbs.ts'
import type { CreateOptions } from './create-options.ts'

type Order = WithOptions<CreateSpec, CreateOptions>

/** The default user of a KVM server. Whether root is accepted is not documented. */
const defaultUser = 'deploy'

export interface Credentials {
  readonly values: Arguments
  /** Says how to sign in to the server. */
  readonly note: string | null
}

const isId = (key: string): boolean => /^\d{1,19}$/.test(key)
const isKeyText = (key: string): boolean => /^(?:ssh|ecdsa|sk)-\S+ +\S+[^\n\r]*$/.test(key.trim())

/**
 * KVM has users; VMware has a root password and a key. `readKeys` is called only for KVM, where key ids must be replaced
 * by key texts; all other checks run before it.
 */
export async function toCredentials (spec: Order, readKeys: () => Promise<readonly SshKey[]>): Promise<Credentials> {
  const { ssh_keys: keys = [], options } = spec
  if (!keys.every(key => isId(key) || isKeyText(key))) throw badMember('body.ssh_keys', 'must be public keys or key ids of the project')
  if (options.platform === 'VMware') return { values: forVmware(spec), note: null }
  const { users } = options
  if (users !== undefined) {
    if (spec.password !== undefined) throw badMember('body.password', 'must be set for each user in options.users')
    if (keys.length > 0) throw badMember('body.ssh_keys', 'must be set for each user in options.users')
    return { values: { users }, note: null }
  }
  if (keys.length === 0 && spec.password === undefined) {
    throw badMember('body.options.users', 'is required for a KVM server, unless ssh_keys or password is given')
  }
  const sshkeys = keys.some(isId) ? toTexts(keys, await readKeys()) : keys
  const user = {
    username: defaultUser,
    ...(sshkeys.length === 0 ? {} : { sshkeys }),
    ...(spec.password === undefined ? {} : { password: spec.password })
  }
  return { values: { users: [user] }, note: `The user name on the new server is ${defaultUser}.` }
}

function forVmware ({ password, ssh_keys: keys = [], options: { users } }: Order): Arguments {
  const texts = keys.filter(key => !isId(key))
  const ids = keys.filter(isId)
  if (texts.length > 1) throw badMember('body.ssh_keys', 'a VMware server accepts one public key text; give further keys by id')
  if (password === undefined && keys.length === 0 && users === undefined) {
    throw badMember('body.password', 'is required for a VMware server, unless ssh_keys is given')
  }
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
