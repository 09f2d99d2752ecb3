import { z } from 'zod'
import { badMember } from '../../domain/failure.ts'
import type { Goal } from '../../domain/operation.ts'
import type { CreateSpec } from '../../domain/spec.ts'
import type { Create, WithOptions } from '../verbs.ts'
import { toMib } from '../kit/spec.ts'
import type { OnecloudClient } from './client.ts'
import { checkName, checkPassword, checkSizes, keypairOf } from './ids.ts'
import { failedStatuses, goalOf } from './mapping.ts'

const text = z.string().min(1).max(128)

const optionsSchema = z.strictObject({
  hypervisor: text.optional().meta({ description: 'Default: kvm, chosen by the vendor' }),
  auto_start: z.boolean().default(true).meta({ description: 'False leaves the new server stopped' }),
  disk_backend: text.optional().meta({ description: 'Storage type of the disk, such as local or rbd' }),
  eip_bandwidth: z.int().min(1).max(100_000).optional().meta({
    description: 'Mbit/s of a new elastic address, which stays allocated and billed after the server is deleted; by default none is created'
  })
})
type Options = z.output<typeof optionsSchema>
type Order = WithOptions<CreateSpec, Options>

export const createCreate = (client: OnecloudClient): Create<Options> => ({
  evidence: 'observed',
  accepts: [
    'region', 'plan', 'cpus', 'memory_mib', 'disk_gib', 'ssh_keys', 'user_data', 'password', 'networks', 'owner', 'tags', 'protected',
    'options'
  ],
  requires: [],
  options: optionsSchema,
  example: {
    name: 'web-9',
    plan: 'ecs.g1.c2m4',
    disk_gib: 30,
    image: '4288627b-c4db-4ab5-8c1c-e3ebd9496aa0',
    networks: ['vnet0'],
    tags: ['env=test']
  },
  note: 'A plan has no disk: without disk_gib the provider creates its smallest. ssh_keys is the id of one key; tags are key=value. ' +
    'A server that fits on no host is accepted and fails later.',
  run: async spec => {
    const id = await client.createServer(toInput(spec))
    return { ...(id === null ? {} : { serverId: id }), goal: goalOfCreate(spec.options) }
  }
})

function goalOfCreate ({ auto_start: isStarted, eip_bandwidth: bandwidth }: Options): Goal {
  const goal = goalOf('create', { statuses: [isStarted ? 'running' : 'stopped'] })
  return bandwidth === undefined ? goal : { ...goal, failed: [...failedStatuses.create, ...failedStatuses['addresses.attach']] }
}

/** The types must be exact: the vendor answers 500 to a wrong type. Members that are undefined are not sent. */
function toInput (order: Order): object {
  const { name, plan, cpus, memory_mib: memory, networks, region, ssh_keys: keys, password, tags, options } = order
  checkName(name)
  if (password !== undefined) checkPassword(password)
  checkSizes(options.hypervisor ?? 'kvm', cpus, memory)
  return {
    name,
    ...(plan === undefined ? { vcpu_count: cpus, vmem_size: memory } : { instance_type: plan }),
    disks: [systemDiskOf(order)],
    nets: networks?.map(network => ({ network })),
    prefer_region_id: region,
    hypervisor: options.hypervisor,
    keypair_id: keys === undefined ? undefined : keypairOf(keys),
    password,
    user_data: order.user_data,
    project_id: order.owner,
    __meta__: tags === undefined ? undefined : metaOf(tags),
    ...(options.eip_bandwidth === undefined ? {} : { eip_bw: options.eip_bandwidth, eip_charge_type: 'bandwidth' }),
    // Both are sent because the vendor's defaults are the opposite: a stopped server that cannot be deleted.
    auto_start: options.auto_start,
    disable_delete: order.protected === true
  }
}

/** The first disk is the system disk. */
const systemDiskOf = ({ image, disk_gib: gib, options: { disk_backend: backend } }: Order): object =>
  ({ image_id: image, disk_type: 'sys', size: gib === undefined ? undefined : toMib(gib), backend })

/** User tags have a prefix; keys without it are the system's. */
function metaOf (tags: readonly string[]): Record<string, string> {
  const pairs = tags.map(tag => {
    const [, key, value] = /^([^=]*[^=\s][^=]*)=(.*)$/s.exec(tag) ?? []
    if (key === undefined || value === undefined) throw badMember('body.tags', 'each must be key=value')
    return [`user:${key}`, value] as const
  })
  const meta = Object.fromEntries(pairs)
  if (Object.keys(meta).length < pairs.length) throw badMember('body.tags', 'has a duplicate key')
  return meta
}
