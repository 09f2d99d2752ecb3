import { z } from 'zod'
import { badMember } from '../../domain/failure.ts'
import type { CreateSpec } from '../../domain/spec.ts'
import { numberIn } from '../kit/ids.ts'
import type { AdapterVerbs, Create, WithOptions } from '../verbs.ts'
import { protect } from './change.ts'
import type { HetznerClient } from './client.ts'
import { checkKeys, checkName, checkUserData, labelsOf } from './ids.ts'
import { toJob } from './mapping.ts'

/** Ids are strings in our API and numbers in the vendor's; both are accepted. */
const id = z.union([z.int().min(1), z.string().regex(/^[1-9]\d{0,14}$/).transform(Number)], { error: 'must be an id: a whole number' })
const ids = z.array(id).min(1).max(100)
const ip = z.union([z.boolean(), id], { error: 'must be true, false or the id of a primary address' }).default(true)

const optionsSchema = z.strictObject({
  ipv4: ip.meta({ description: 'Default true, a new address. False: none; a number: the id of a primary address' }),
  ipv6: ip.meta({ description: 'Default true, a new network. False: none; a number: the id of a primary address' }),
  firewalls: ids.optional().meta({ description: 'Ids of firewalls' }),
  placement_group: id.optional().meta({ description: 'Id of a placement group' }),
  volumes: ids.optional().meta({ description: 'Ids of volumes to attach; they must be in the region' }),
  automount: z.boolean().optional().meta({ description: 'Mounts the volumes' }),
  start: z.boolean().default(true).meta({ description: 'False leaves the new server stopped' })
})
type Options = z.output<typeof optionsSchema>

export const createCreate = (client: HetznerClient): Create<Options> => ({
  evidence: 'documented',
  accepts: ['region', 'plan', 'ssh_keys', 'user_data', 'networks', 'tags', 'protected', 'options'],
  // The vendor would choose a region, but prices differ by region.
  requires: ['region', 'plan'],
  options: optionsSchema,
  example: { name: 'web-9', region: 'fsn1', plan: 'cx23', image: 'ubuntu-24.04', ssh_keys: ['deploy'], tags: ['env=test'] },
  note: 'ssh_keys are ids or names of keys at the provider; without them the provider generates a root password. networks are ids; ' +
    'tags are key or key=value. A server whose start fails remains and is billed.',
  isNameUnique: true,
  isLike: (spec, server) => server.name === spec.name && server.plan?.id === spec.plan && server.region?.id === spec.region,
  run: async spec => {
    const { options } = spec
    const { server, action, next_actions: others, root_password: password } = await client.createServer(fromSpec(spec))
    return {
      serverId: server.id,
      jobs: [action, ...others ?? []].map(toJob),
      // All actions of a create may have ended while the server still starts.
      goal: { statuses: [options.start ? 'running' : 'stopped'], shown: true, ...(spec.protected === true ? { protected: true } : {}) },
      ...(typeof password === 'string' && password !== '' ? { password } : {}),
      ...(spec.protected === true ? { next: { name: 'create.protect', input: {} } } : {})
    }
  }
})

/** A create cannot set the protection: a step does, once the server is unlocked. */
export const createCreateSteps = (client: HetznerClient) => ({
  'create.protect': {
    isDue: ({ status, locked }) => locked !== true && (status === 'running' || status === 'stopped'),
    run: async serverId => await protect(client, serverId, true)
  }
} satisfies AdapterVerbs['steps'])

/** Members with the vendor's default are not sent; unknown members would be refused. */
function fromSpec ({ options, ...spec }: WithOptions<CreateSpec, Options>): object {
  checkName(spec.name)
  if (spec.ssh_keys !== undefined) checkKeys(spec.ssh_keys)
  if (spec.user_data !== undefined) checkUserData(spec.user_data)
  if (options.automount !== undefined && options.volumes === undefined) throw badMember('body.options.automount', 'requires volumes')
  const { firewalls, placement_group: group, volumes, automount, start } = options
  return {
    name: spec.name,
    server_type: spec.plan,
    location: spec.region,
    image: spec.image,
    ssh_keys: spec.ssh_keys,
    user_data: spec.user_data,
    networks: spec.networks?.map(network => numberIn('body.networks', network)),
    labels: spec.tags === undefined ? undefined : labelsOf(spec.tags),
    public_net: publicNet(options),
    firewalls: firewalls?.map(firewall => ({ firewall })),
    placement_group: group,
    volumes,
    automount,
    start_after_create: start ? undefined : false
  }
}

function publicNet ({ ipv4, ipv6 }: Options): object | undefined {
  if (ipv4 === true && ipv6 === true) return undefined
  return {
    ...(ipv4 === true ? {} : ipv4 === false ? { enable_ipv4: false } : { enable_ipv4: true, ipv4 }),
    ...(ipv6 === true ? {} : ipv6 === false ? { enable_ipv6: false } : { enable_ipv6: true, ipv6 })
  }
}
