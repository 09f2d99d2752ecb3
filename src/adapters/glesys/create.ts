import type { Create, WithOptions } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { CreateSpec } from '../../domain/spec.ts'
import type { CatalogClient } from './catalog-client.ts'
import type { GlesysClient } from './client.ts'
import type { Arguments } from './envelope.ts'
import { toCredentials } from './create-credentials.ts'
import { createOptions, type CreateOptions } from './create-options.ts'

const accepts = ['region', 'cpus', 'memory_mib', 'disk_gib', 'ssh_keys', 'user_data', 'password', 'options'] as const

const example: CreateSpec = {
  name: 'web-9',
  region: 'Falkenberg',
  cpus: 2,
  memory_mib: 2048,
  disk_gib: 50,
  image: 'debian-12',
  ssh_keys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLE deploy@example'],
  options: { platform: 'KVM' }
}

/** A server with freely chosen sizes: the vendor has no plans. It boots by itself. */
export const createCreate = (client: GlesysClient, catalog: CatalogClient): Create<CreateOptions> => ({
  evidence: 'documented',
  cost: { calls: 1, perPage: 1 },
  accepts,
  requires: ['region', 'cpus', 'memory_mib', 'disk_gib'],
  options: createOptions,
  example,
  note: 'KVM needs a user: options.users, or ssh_keys and password for a user called deploy. ' +
      'VMware accepts a root password and one key text, or key ids. ' +
      'An address of each family is ordered unless options say otherwise.',
  run: async spec => {
    const order = toOrder(spec)
    const { note, values } = await toCredentials(spec, catalog.sshKeys)
    const accepted = await client.create({ ...order, ...values })
    return note === null ? accepted : { ...accepted, note }
  },
  // Host names are case-insensitive; a row of the list always has its region.
  isLike: ({ name, region }, server) => server.name.toLowerCase() === name.toLowerCase() &&
    (region === undefined || server.region === null || server.region.id === region)
})

type Order = WithOptions<CreateSpec, CreateOptions>

function toOrder (spec: Order): Arguments {
  const { name, region, cpus, memory_mib: memory, disk_gib: disk, image, user_data: userData, options } = spec
  const { platform, bandwidth, description, ip, ipv6, cloudconfigparams, backupschedules } = options
  if (disk !== undefined && !Number.isInteger(disk)) throw badMember('body.disk_gib', 'must be a whole number')
  if (platform !== 'KVM') refuseKvmOnly(spec)
  if (cloudconfigparams !== undefined && userData === undefined) {
    throw badMember('body.options.cloudconfigparams', 'requires user_data, whose placeholders they fill in')
  }
  return payload({
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
  })
}

function refuseKvmOnly ({ user_data: userData, options: { cloudconfigparams, backupschedules } }: Order): void {
  const only = 'is known for KVM servers only'
  if (userData !== undefined) throw badMember('body.user_data', only)
  if (cloudconfigparams !== undefined) throw badMember('body.options.cloudconfigparams', only)
  if (backupschedules !== undefined) throw badMember('body.options.backupschedules', only)
}

const payload = (values: Arguments): Arguments => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
