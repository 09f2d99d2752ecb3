import { badMember } from '../../domain/failure.ts'
import type { CreateSpec } from '../../domain/spec.ts'
import type { Create, WithOptions } from '../verbs.ts'
import type { OpenstackClient } from './client.ts'
import { createOptions, type CreateOptions } from './create-options.ts'
import { keyNameOf, nameOf, tagOf, tagsOf, userDataOf, uuidOf } from './ids.ts'
import { isTagged } from './mapping.ts'

type Order = WithOptions<CreateSpec, CreateOptions>

export const createCreate = (client: OpenstackClient): Create<CreateOptions> => ({
  evidence: 'observed',
  accepts: ['region', 'plan', 'ssh_keys', 'user_data', 'password', 'networks', 'tags', 'options'],
  requires: ['plan'],
  options: createOptions,
  example: {
    name: 'web-9',
    plan: '2',
    image: '00001a6e-0000-4000-8000-000000000001',
    networks: ['auto'],
    tags: ['team-web']
  },
  note: 'region is an availability zone. networks: ids, or auto (the default), or none. ssh_keys is the name of one key. Many images ignore password. ' +
    'The server carries a tag of the gateway, which lists do not show. One that fits on no host is accepted and fails later, and must be deleted.',
  run: async (spec, mark) => {
    const { id, password } = await client.createServer(toBody(spec, mark))
    return { serverId: id, ...(spec.password === undefined && password !== null ? { password } : {}) }
  },
  isMarked: ({ raw }, mark) => isTagged(raw, tagOf(mark))
})

function toBody (spec: Order, mark: string): object {
  const { name, plan, ssh_keys: keys, user_data: userData, password, tags = [], options } = spec
  if (plan === undefined) throw badMember('body.plan', 'is required')
  const zone = zoneOf(spec)
  return {
    name: nameOf(name),
    flavorRef: plan,
    ...diskOf(spec),
    networks: networksOf(spec),
    tags: [...tagsOf(tags), tagOf(mark)],
    ...(keys === undefined ? {} : { key_name: keyNameOf(keys) }),
    ...(userData === undefined ? {} : { user_data: userDataOf(userData) }),
    ...(password === undefined ? {} : { adminPass: password }),
    ...(zone === undefined ? {} : { availability_zone: zone }),
    ...(options.security_groups === undefined ? {} : { security_groups: options.security_groups.map(group => ({ name: group })) }),
    ...(options.config_drive === undefined ? {} : { config_drive: options.config_drive }),
    ...(options.metadata === undefined ? {} : { metadata: options.metadata })
  }
}

function zoneOf ({ region, options: { availability_zone: zone } }: Order): string | undefined {
  if (region !== undefined && zone !== undefined && region !== zone) throw badMember('body.options.availability_zone', 'must be the same as region')
  return region ?? zone
}

/** An image beside a volume is refused: the volume is made of it. */
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
      ...(volume.type === undefined ? {} : { volume_type: volume.type })
    }]
  }
}

function networksOf ({ networks: [first = 'auto', ...others] = [] }: Order): string | object[] {
  const isWord = (network: string): boolean => network === 'auto' || network === 'none'
  if (isWord(first) && others.length === 0) return first
  return [first, ...others].map(network => {
    if (isWord(network)) throw badMember('body.networks', `${network} cannot be combined with networks`)
    return { uuid: uuidOf('body.networks', network) }
  })
}
