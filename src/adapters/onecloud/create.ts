import { z } from 'zod'
import { badMember } from '../../domain/failure.ts'
import type { Goal } from '../../domain/operation.ts'
import type { CreateSpec } from '../../domain/spec.ts'
import type { Create, WithOptions } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { createFailure } from './failures.ts'
import { failedWords, goalOf } from './mapping-statuses.ts'
import { toMib } from '../kit/spec.ts'
import { checkName, checkPassword, checkSizes, keypairOf } from './ids.ts'

const word = z.string().min(1).max(128)

const optionsSchema = z.strictObject({
  hypervisor: word.optional().meta({ description: 'Default: kvm, chosen by the vendor' }),
  auto_start: z.boolean().default(true).meta({ description: 'False leaves the new server stopped' }),
  disk_backend: word.optional().meta({ description: 'Storage type of the disk, such as local or rbd' }),
  eip_bandwidth: z.int().min(1).max(100_000).optional().meta({ description: 'Mbit/s of a new elastic address, which stays allocated and billed after the server is deleted; by default none is created' })
})
type Options = z.output<typeof optionsSchema>
type Order = WithOptions<CreateSpec, Options>

export const createCreate = (client: OnecloudClient): Create<Options> => ({
  evidence: 'observed',
  accepts: ['region', 'plan', 'cpus', 'memory_mib', 'disk_gib', 'ssh_keys', 'user_data', 'password', 'networks', 'owner', 'tags', 'protected', 'options'],
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
    const id = await client.createServer(fromServerSpec(spec), createFailure)
    return {
      ...(id === null ? {} : { serverId: id }),
      goal: goalOfCreate(spec.options)
    }
  }
})

function goalOfCreate ({ auto_start: isStarted, eip_bandwidth: bandwidth }: Options): Goal {
  const goal = goalOf('create', { statuses: [isStarted ? 'running' : 'stopped'] })
  return bandwidth === undefined ? goal : { ...goal, failed: [...failedWords.create, ...failedWords['addresses.attach']] }
}

/** The types must be exact: the vendor answers 500 to a wrong type. */
function fromServerSpec (spec: Order): object {
  const { options } = spec
  checkName(spec.name)
  if (spec.password !== undefined) checkPassword(spec.password)
  checkSizes(options.hypervisor ?? 'kvm', spec.cpus, spec.memory_mib)
  return {
    name: spec.name,
    ...(spec.plan === undefined ? { vcpu_count: spec.cpus, vmem_size: spec.memory_mib } : { instance_type: spec.plan }),
    disks: [diskOf(spec)],
    ...(spec.networks === undefined ? {} : { nets: spec.networks.map(network => ({ network })) }),
    ...(spec.region === undefined ? {} : { prefer_region_id: spec.region }),
    ...(options.hypervisor === undefined ? {} : { hypervisor: options.hypervisor }),
    ...(spec.ssh_keys === undefined ? {} : { keypair_id: keypairOf(spec.ssh_keys) }),
    ...(spec.password === undefined ? {} : { password: spec.password }),
    ...(spec.user_data === undefined ? {} : { user_data: spec.user_data }),
    ...(spec.owner === undefined ? {} : { project_id: spec.owner }),
    ...(spec.tags === undefined ? {} : { __meta__: metaOf(spec.tags) }),
    ...(options.eip_bandwidth === undefined ? {} : { eip_bw: options.eip_bandwidth, eip_charge_type: 'bandwidth' }),
    // Both are sent because the vendor's defaults are the opposite: a stopped server that cannot be deleted.
    auto_start: options.auto_start,
    disable_delete: spec.protected === true
  }
}

/** The first disk is the system disk. */
const diskOf = ({ image, disk_gib: gib, options: { disk_backend: backend } }: Order): object => ({
  image_id: image,
  disk_type: 'sys',
  ...(gib === undefined ? {} : { size: toMib(gib) }),
  ...(backend === undefined ? {} : { backend })
})

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
