import { isIP } from 'node:net'
import { z } from 'zod'
import type { Create, WithOptions } from '../verbs.ts'
import type { SshKey } from '../../domain/catalog.ts'
import { badMember } from '../../domain/failure.ts'
import type { CreateSpec } from '../../domain/spec.ts'
import type { GlesysClient } from './client.ts'
import type { Arguments } from './send.ts'

const addressOption = (version: 4 | 6) => z.string().default('any')
  .refine(text => text === 'any' || text === 'none' || (isIP(text) === version && !text.includes('%')), {
    error: `must be any, none or an IPv${version} address of the project`
  })
  .meta({ description: `IPv${version}: any, none, or a free address of the project` })

const user = z.strictObject({
  username: z.string().min(1).max(255),
  sshkeys: z.array(z.string().min(1).max(16_384)).max(100).optional(),
  password: z.string().min(1).max(255).optional().meta({ description: 'Secret' })
})

const backupSchedule = z.strictObject({ frequency: z.enum(['daily', 'weekly']), numberofimagestokeep: z.int().min(1) })

const options = z.strictObject({
  platform: z.enum(['KVM', 'VMware']).default('KVM'),
  users: z.array(user).min(1).max(100).optional()
    .meta({ description: 'Users of a KVM server; default: one user with ssh_keys and password' }),
  bandwidth: z.int().min(1).max(1_000_000).optional().meta({ description: 'Mbit/s' }),
  description: z.string().max(255).optional(),
  ip: addressOption(4),
  ipv6: addressOption(6),
  cloudconfigparams: z.record(z.string(), z.unknown()).optional()
    .meta({ description: 'KVM: values for user_data whose first line is "## template: glesys"' }),
  backupschedules: z.array(backupSchedule).min(1).optional()
    .meta({ description: 'KVM: how often backups are made, and how many are kept' })
})
type CreateOptions = z.output<typeof options>
type Order = WithOptions<CreateSpec, CreateOptions>

/** A server with freely chosen sizes: the vendor has no plans. It boots by itself. */
export const createCreate = (client: GlesysClient): Create<CreateOptions> => ({
  evidence: 'documented',
  cost: { calls: 1, perPage: 1 },
  accepts: ['region', 'cpus', 'memory_mib', 'disk_gib', 'ssh_keys', 'user_data', 'password', 'options'],
  requires: ['region', 'cpus', 'memory_mib', 'disk_gib'],
  options,
  example: {
    name: 'web-9',
    region: 'Falkenberg',
    cpus: 2,
    memory_mib: 2048,
    disk_gib: 50,
    image: 'debian-12',
    ssh_keys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLE deploy@example'],
    options: { platform: 'KVM' }
  },
  note: 'KVM needs a user: options.users, or ssh_keys and password for a user called deploy. ' +
      'VMware accepts a root password and one key text, or key ids. ' +
      'An address of each family is ordered unless options say otherwise.',
  run: async spec => {
    const order = toOrder(spec)
    const { note, ...credentials } = await toCredentials(spec, client.sshKeys)
    const accepted = await client.create({ ...order, ...credentials })
    return note === undefined ? accepted : { ...accepted, note }
  },
  // Host names are case-insensitive; a row of the list always has its region.
  isLike: ({ name, region }, server) => server.name.toLowerCase() === name.toLowerCase() &&
    (region === undefined || server.region === null || server.region.id === region)
})

function toOrder (spec: Order): Arguments {
  const { name, region, cpus, memory_mib: memory, disk_gib: disk, image, user_data: userData, options } = spec
  const { platform, bandwidth, description, ip, ipv6, cloudconfigparams, backupschedules } = options
  if (disk !== undefined && !Number.isInteger(disk)) throw badMember('body.disk_gib', 'must be a whole number')
  if (platform !== 'KVM') refuseKvmOnly(spec)
  if (cloudconfigparams !== undefined && userData === undefined) {
    throw badMember('body.options.cloudconfigparams', 'requires user_data, whose placeholders they fill in')
  }
  return {
    platform,
    datacenter: region,
    hostname: name,
    templatename: image,
    cpucores: cpus,
    memorysize: memory,
    disksize: disk,
    bandwidth,
    description,
    // The vendor's own clients send it; the effect of leaving it out is not documented.
    ip,
    ipv6,
    cloudconfig: userData,
    cloudconfigparams,
    backupschedules
  }
}

function refuseKvmOnly ({ user_data: userData, options: { cloudconfigparams, backupschedules } }: Order): void {
  const only = 'is known for KVM servers only'
  if (userData !== undefined) throw badMember('body.user_data', only)
  if (cloudconfigparams !== undefined) throw badMember('body.options.cloudconfigparams', only)
  if (backupschedules !== undefined) throw badMember('body.options.backupschedules', only)
}

/** The default user of a KVM server. Whether root is accepted is not documented. */
const defaultUser = 'deploy'

const isId = (key: string): boolean => /^\d{1,19}$/.test(key)
const isKeyText = (key: string): boolean => /^(?:ssh|ecdsa|sk)-\S+ +\S+[^\n\r]*$/.test(key.trim())

/** Arguments, and a note that says how to sign in to the server. */
type Credentials = Arguments & { readonly note?: string }

/**
 * KVM has users; VMware has a root password and a key. `readKeys` is called only for KVM, where key ids must be replaced
 * by key texts; all other checks run before it.
 */
async function toCredentials (spec: Order, readKeys: () => Promise<readonly SshKey[]>): Promise<Credentials> {
  const { ssh_keys: keys = [], password, options: { platform, users } } = spec
  if (!keys.every(key => isId(key) || isKeyText(key))) throw badMember('body.ssh_keys', 'must be public keys or key ids of the project')
  if (platform === 'VMware') return toVmwareCredentials(spec)
  if (users !== undefined) {
    if (password !== undefined) throw badMember('body.password', 'must be set for each user in options.users')
    if (keys.length > 0) throw badMember('body.ssh_keys', 'must be set for each user in options.users')
    return { users }
  }
  if (keys.length === 0 && password === undefined) {
    throw badMember('body.options.users', 'is required for a KVM server, unless ssh_keys or password is given')
  }
  const sshkeys = keys.some(isId) ? toTexts(keys, await readKeys()) : keys
  return {
    users: [{ username: defaultUser, sshkeys: sshkeys.length === 0 ? undefined : sshkeys, password }],
    note: `The user name on the new server is ${defaultUser}.`
  }
}

function toVmwareCredentials ({ password, ssh_keys: keys = [], options: { users } }: Order): Arguments {
  const [sshkey, ...furtherTexts] = keys.filter(key => !isId(key))
  const ids = keys.filter(isId)
  if (furtherTexts.length > 0) throw badMember('body.ssh_keys', 'a VMware server accepts one public key text; give further keys by id')
  if (password === undefined && keys.length === 0 && users === undefined) {
    throw badMember('body.password', 'is required for a VMware server, unless ssh_keys is given')
  }
  return { rootpassword: password, sshkey, sshkeyids: ids.length === 0 ? undefined : ids.join(','), users }
}

const toTexts = (keys: readonly string[], known: readonly SshKey[]): string[] => keys.map(key => {
  if (!isId(key)) return key
  const text = known.find(({ id }) => id === key)?.public_key ?? null
  if (text === null) throw badMember('body.ssh_keys', `the project has no key ${key}`)
  return text
})
