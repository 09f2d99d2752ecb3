import { z } from 'zod'
import type { Create, WithOptions } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { CreateSpec } from '../../domain/spec.ts'
import { isUuid, numberIn, uuidIn } from '../kit/ids.ts'
import { agrees } from '../kit/spec.ts'
import type { FleioClient } from './client.ts'
import { nameOf, passwordOf, sshKeysOf } from './ids.ts'
import type { FleioMode } from './settings.ts'

const id = z.string().min(1).max(255)

const enduserOptions = z.strictObject({
  nics: z.array(id).min(1).max(100).optional().meta({ description: 'Network ids; the same as `networks`. One of the two is required' }),
  boot_source: z.strictObject({
    source_type: z.enum([
      'image', 'owned_image', 'shared_image', 'community_image', 'volume', 'volume_snapshot', 'requested_image', 'requested_volume'
    ]).optional().meta({ description: 'Kind of source that `image` refers to. Default image' }),
    source_id: id.optional().meta({ description: 'Must equal `image`' }),
    delete_on_termination: z.boolean().optional(),
    create_new_volume: z.boolean().optional(),
    volume_size: z.int().min(1).optional().meta({ description: 'GiB' }),
    volume_type: z.string().max(255).nullable().optional().meta({ description: 'If set, the panel queues the order' })
  }).optional()
})
const staffOptions = enduserOptions.extend({
  share_image: z.boolean().optional().meta({ description: 'Allows sharing a private image into the client\'s project' })
})
type CreateOptions = z.infer<typeof staffOptions>
type Order = WithOptions<CreateSpec, CreateOptions>

const queuedNote = 'With a volume type the panel only queues the order, so its acceptance does not mean that it succeeds.'

export const createCreate = (client: FleioClient, mode: FleioMode): Create<CreateOptions> => ({
  evidence: 'documented',
  cost: { calls: 1, perPage: 1 },
  accepts: ['region', 'plan', 'ssh_keys', 'user_data', 'password', 'networks', 'owner', 'options'],
  requires: mode === 'staff' ? ['region', 'plan', 'owner'] : ['region', 'plan'],
  options: mode === 'staff' ? staffOptions : enduserOptions,
  example: {
    name: 'web-1',
    region: 'Region1',
    plan: 'fd6ebb42-f305-4eb7-b086-fcce39bc761f',
    image: 'b8e54aa5-eca9-454a-adaf-00fbc659755e',
    networks: ['d9f9ca07-3ce5-435e-8aa2-a7302697025d'],
    owner: '722694'
  },
  note: 'owner is the client, who needs an OpenStack project. networks (or options.nics) is required. ssh_keys are key ids. ' +
      'The provider returns no server id, so the server is found in the list.',
  run: async spec => {
    const order = toOrder(spec, mode)
    const owner = spec.owner === undefined ? await onlyClient(client) : numberIn('body.owner', spec.owner)
    const made = await client.createInstance({ client: owner, ...order }, membersOf(spec))
    const serverId = [made?.id, made?.uuid].find(text => typeof text === 'string' && isUuid(text))
    const isQueued = (spec.options.boot_source?.volume_type ?? '') !== ''
    return { ...(typeof serverId === 'string' ? { serverId } : {}), ...(isQueued ? { note: queuedNote } : {}) }
  },
  // Names are not unique, so all other members of a row must match too. A row of a new server has few members.
  isLike: ({ name, region, plan, image, owner }, server) => server.name === name && agrees(region, server.region?.id) &&
    agrees(plan, server.plan?.id) && agrees(image, server.image?.id) && agrees(owner, server.owner?.id)
})

/** The only client of an end user, for orders without an owner. */
async function onlyClient (client: FleioClient): Promise<number> {
  const [first, ...others] = await client.listClients()
  if (first === undefined || others.length > 0) throw badMember('body.owner', 'is required: the user does not have exactly one client')
  return Number(first.id)
}

const longestUserData = 21_844

/** The documented body without its client. `nics` is always sent, because old installations crash without it. */
function toOrder (spec: Order, mode: FleioMode): Readonly<Record<string, unknown>> {
  const { name, region, plan, ssh_keys: keys, user_data: userData, password, options } = spec
  if (userData !== undefined && [...userData].length > longestUserData) {
    throw badMember('body.user_data', `must have at most ${longestUserData} characters`)
  }
  return {
    name: nameOf(name),
    region,
    flavor: plan,
    boot_source: toBootSource(spec),
    nics: toNics(spec),
    ...(mode === 'staff' ? { share_image: options.share_image ?? false } : {}),
    root_password: passwordOf(password),
    ssh_keys: sshKeysOf(keys),
    user_data: userData
  }
}

function toBootSource ({ image, options: { boot_source: source = {} } }: Order): Readonly<Record<string, unknown>> {
  const imageId = uuidIn('body.image', image)
  if (source.source_id !== undefined && source.source_id.toLowerCase() !== imageId) {
    throw badMember('body.options.boot_source.source_id', 'must be the same as image')
  }
  return {
    source_type: source.source_type ?? 'image',
    source_id: imageId,
    delete_on_termination: source.delete_on_termination ?? false,
    create_new_volume: source.create_new_volume ?? false,
    volume_size: source.volume_size,
    volume_type: source.volume_type ?? ''
  }
}

function toNics ({ networks, options: { nics } }: Order): readonly string[] {
  if (networks !== undefined && nics !== undefined) throw badMember('body.options.nics', 'cannot be combined with networks')
  if (networks !== undefined) return networks.map(network => uuidIn('body.networks', network))
  if (nics !== undefined) return nics.map(nic => uuidIn('body.options.nics', nic))
  throw badMember('body.networks', 'is required: network ids')
}

const membersOf = ({ networks }: Order): ReadonlyMap<string, string> => new Map([
  ['client', 'body.owner'],
  ['name', 'body.name'],
  ['region', 'body.region'],
  ['flavor', 'body.plan'],
  ['boot_source', 'body.image'],
  ...['source_type', 'delete_on_termination', 'create_new_volume', 'volume_size', 'volume_type']
    .map(name => [`boot_source.${name}`, `body.options.boot_source.${name}`] as const),
  ['nics', networks === undefined ? 'body.options.nics' : 'body.networks'],
  ['share_image', 'body.options.share_image'],
  ['root_password', 'body.password'],
  ['ssh_keys', 'body.ssh_keys'],
  ['user_data', 'body.user_data']
])
