import { z } from 'zod'
import { badMember } from '../../domain/failure.ts'
import type { CreateSpec } from '../../domain/spec.ts'
import type { Create, WithOptions } from '../verbs.ts'
import type { OpenstackClient } from './client.ts'
import { keyNameOf, nameOf, tagOf, tagsOf, userDataOf, uuidOf } from './ids.ts'
import { isTagged } from './mapping.ts'

const text = z.string().min(1).max(255)

const volume = z.strictObject({
  size_gib: z.int().min(1).max(1024 * 1024),
  type: text.optional().meta({ description: 'Volume type of the cloud; needs compute microversion 2.67' }),
  delete_on_termination: z.boolean().default(true)
    .meta({ description: 'False: the volume is kept and billed after the server is deleted. Default true' })
})

const mostMetadata = 128

const optionsSchema = z.strictObject({
  boot_from_volume: volume.optional().meta({ description: 'Boots from a new volume made from the image, instead of the plan\'s disk' }),
  availability_zone: text.optional().meta({ description: 'The same as region' }),
  security_groups: z.array(text).min(1).max(50).optional()
    .meta({ description: 'Names or ids. Default: the group default, which usually admits no traffic' }),
  config_drive: z.boolean().optional(),
  metadata: z.record(text, z.string().max(255)).optional()
    .refine(entries => Object.keys(entries ?? {}).length <= mostMetadata, { error: `must have at most ${mostMetadata} entries` })
})
type Options = z.output<typeof optionsSchema>
type Order = WithOptions<CreateSpec, Options>

export const createCreate = (client: OpenstackClient): Create<Options> => ({
  evidence: 'observed',
  accepts: ['region', 'plan', 'ssh_keys', 'user_data', 'password', 'networks', 'tags', 'options'],
  requires: ['plan'],
  options: optionsSchema,
  example: {
    name: 'web-9',
    plan: '2',
    image: '00001a6e-0000-4000-8000-000000000001',
    networks: ['auto'],
    tags: ['team-web']
  },
  note: 'region is an availability zone. networks: ids, or auto (the default), or none. ssh_keys is the name of one key. Many images ' +
    'ignore password. The gateway adds a tag of its own, which lists do not show. A server that fits on no host is accepted and fails ' +
    'later; it must be deleted.',
  run: async (order, mark) => {
    const { id, password } = await client.createServer(toInput(order, mark))
    return { serverId: id, ...(order.password === undefined && password !== null ? { password } : {}) }
  },
  isMarked: ({ raw }, mark) => isTagged(raw, tagOf(mark))
})

/** Members that are undefined are not sent. */
function toInput (order: Order, mark: string): object {
  const { plan, ssh_keys: keys, user_data: userData, tags = [], options } = order
  return {
    name: nameOf(order.name),
    flavorRef: plan,
    ...diskOf(order),
    networks: networksOf(order),
    tags: [...tagsOf(tags), tagOf(mark)],
    key_name: keys === undefined ? undefined : keyNameOf(keys),
    user_data: userData === undefined ? undefined : userDataOf(userData),
    adminPass: order.password,
    availability_zone: zoneOf(order),
    security_groups: options.security_groups?.map(name => ({ name })),
    config_drive: options.config_drive,
    metadata: options.metadata
  }
}

function zoneOf ({ region, options: { availability_zone: zone } }: Order): string | undefined {
  if (region === undefined || zone === undefined || region === zone) return region ?? zone
  throw badMember('body.options.availability_zone', 'must be the same as region')
}

/** Nova refuses an image beside a volume: the volume is made from it. */
function diskOf ({ image, options: { boot_from_volume: volume } }: Order): object {
  const id = uuidOf('body.image', image)
  if (volume === undefined) return { imageRef: id }
  return {
    block_device_mapping_v2: [{
      boot_index: 0,
      uuid: id,
      source_type: 'image',
      destination_type: 'volume',
      volume_size: volume.size_gib,
      delete_on_termination: volume.delete_on_termination,
      volume_type: volume.type
    }]
  }
}

function networksOf ({ networks: [first = 'auto', ...others] = [] }: Order): string | object[] {
  const isKeyword = (network: string): boolean => network === 'auto' || network === 'none'
  if (isKeyword(first) && others.length === 0) return first
  return [first, ...others].map(network => {
    if (isKeyword(network)) throw badMember('body.networks', `${network} cannot be combined with networks`)
    return { uuid: uuidOf('body.networks', network) }
  })
}
