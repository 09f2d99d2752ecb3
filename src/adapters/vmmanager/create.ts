import { z } from 'zod'
import type { Create, WithOptions } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { ServerFacts } from '../../domain/server.ts'
import type { CreateSpec } from '../../domain/spec.ts'
import { numberIn } from '../kit/ids.ts'
import { agrees, toMib } from '../kit/spec.ts'
import type { VmmanagerClient } from './client.ts'
import { creationFailure } from './failures.ts'
import { imageChoice, networkChoice } from './ids.ts'

const id = z.union([z.int().positive(), z.string().regex(/^[1-9]\d{0,14}$/)])
const speed = z.int().min(0).max(1_000_000)

const createOptions = z.strictObject({
  cluster: id.optional().meta({ description: 'Must equal region if both are given' }),
  node: id.optional().meta({ description: 'Default: chosen by the platform' }),
  storage: id.optional(),
  ipv4_number: z.int().min(0).max(256).optional()
    .meta({ description: 'Number of IPv4 addresses. Default: one if a pool is given, else none' }),
  ipv4_pool: z.array(id).min(1).max(100).optional()
    .meta({ description: 'Pools to take addresses from. Default: the cluster\'s pool with the smallest id' }),
  ipv6_enabled: z.boolean().optional(),
  ipv6_prefix: z.int().min(1).max(128).optional(),
  domain: z.string().min(1).max(253).regex(/^\S+$/).optional().meta({ description: 'Host name; sent in lower case' }),
  comment: z.string().max(1000).optional(),
  recipe: id.optional().meta({ description: 'Script that runs on the new server' }),
  net_in_mbitps: speed.optional(),
  net_out_mbitps: speed.optional()
})
type CreateOptions = z.output<typeof createOptions>
type Order = WithOptions<CreateSpec, CreateOptions>

export const createCreate = (client: VmmanagerClient): Create<CreateOptions> => ({
  evidence: 'observed',
  note: 'A template requires password. image is the number of a template, or image:number for a saved image. ' +
      'The server gets addresses only if options or networks request them.',
  accepts: ['region', 'plan', 'cpus', 'memory_mib', 'disk_gib', 'password', 'networks', 'owner', 'options'],
  requires: [],
  options: createOptions,
  example: {
    name: 'web-1',
    region: '1',
    cpus: 2,
    memory_mib: 2048,
    disk_gib: 20,
    image: '25',
    password: 'Example-Pass1',
    owner: '3',
    options: { ipv4_number: 1, domain: 'web-1.example.com' }
  },
  isLike,
  run: async spec => {
    const pool = spec.networks === undefined ? 'body.options.ipv4_pool' : 'body.networks'
    const toFailure = creationFailure(new Map([...members, ['ipv4_pool', pool]]))
    const { id: serverId, task } = await client.createHost(toBody(spec), toFailure)
    return {
      ...(typeof serverId === 'string' ? { serverId } : {}),
      // Another task with the same number assigns the addresses; only the name distinguishes them.
      ...(typeof task === 'string' ? { jobs: [{ id: task, name: 'host_create' }] } : {})
    }
  }
})

/** The vendor's members to ours, so that a problem names the refused member. */
const members = [
  ['name', 'body.name'], ['password', 'body.password'], ['os', 'body.image'], ['image', 'body.image'], ['preset', 'body.plan'],
  ['cpu_number', 'body.cpus'], ['ram_mib', 'body.memory_mib'], ['hdd_mib', 'body.disk_gib'], ['cluster', 'body.region'],
  ['account', 'body.owner'], ['vxlan', 'body.networks'], ['node', 'body.options.node'], ['storage', 'body.options.storage'],
  ['domain', 'body.options.domain'], ['recipe', 'body.options.recipe'], ['ipv4_number', 'body.options.ipv4_number'],
  ['ipv6_prefix', 'body.options.ipv6_prefix']
] as const

/** JSON leaves out the undefined members. */
function toBody (spec: Order): object {
  const { name, password, owner, options } = spec
  if (name.trim() === '') throw badMember('body.name', 'must not be blank')
  const image = imageChoice(spec.image)
  if ('os' in image && password === undefined) throw badMember('body.password', 'is required with a template')
  return {
    name,
    password,
    ...image,
    ...sizesOf(spec),
    cluster: numberOf('body.region', regionOf(spec)),
    // The platform chooses a node only if `node` is absent.
    node: numberOf('body.options.node', options.node),
    storage: numberOf('body.options.storage', options.storage),
    account: numberOf('body.owner', owner),
    domain: options.domain?.toLowerCase(),
    comment: options.comment,
    ...addressesOf(spec),
    ipv6_enabled: options.ipv6_enabled,
    ipv6_prefix: options.ipv6_prefix,
    net_in_mbitps: options.net_in_mbitps,
    net_out_mbitps: options.net_out_mbitps,
    recipe: numberOf('body.options.recipe', options.recipe)
  }
}

const numberOf = (member: string, id: string | number | undefined): number | undefined =>
  id === undefined ? undefined : numberIn(member, id)

/** A preset has its sizes: only another disk size may be given with it, in the longer form. */
function sizesOf ({ plan, cpus, memory_mib: memoryMib, disk_gib: diskGib }: Order): object {
  const preset = numberOf('body.plan', plan)
  const sizeMib = diskGib === undefined ? undefined : toMib(diskGib)
  if (preset === undefined) return { cpu_number: cpus, ram_mib: memoryMib, hdd_mib: sizeMib }
  return { preset, disks: sizeMib === undefined ? undefined : [{ size_mib: sizeMib, boot_order: 1, tags: [] }] }
}

function regionOf ({ region, options: { cluster } }: Order): string | undefined {
  const named = cluster === undefined ? undefined : String(cluster)
  if (region !== undefined && named !== undefined && region !== named) throw badMember('body.options.cluster', 'differs from region')
  return region ?? named
}

/** A count of 0 is left out; a pool without a count requests one address. */
function addressesOf ({ networks = [], options: { ipv4_number: wanted, ipv4_pool: chosen } }: Order): object {
  const { pools: named, vxlans } = networkChoice(networks)
  if (chosen !== undefined && named.length > 0) throw badMember('body.options.ipv4_pool', 'cannot be combined with pools in networks')
  const pools = chosen?.map(pool => numberIn('body.options.ipv4_pool', pool)) ?? named
  const count = wanted ?? (chosen === undefined ? named.length : 1)
  return {
    ipv4_number: count === 0 ? undefined : count,
    ipv4_pool: count === 0 || pools.length === 0 ? undefined : pools,
    vxlan: vxlans.length === 0 ? undefined : vxlans
  }
}

/** Names are not unique, so all other members of a row must match too. */
function isLike (spec: CreateSpec, { name, region, owner }: ServerFacts): boolean {
  const cluster = spec.region ?? spec.options?.['cluster']
  return name === spec.name && agrees(cluster, region?.id) && agrees(spec.owner, owner?.id)
}
