import type { Accepted, Create, WithOptions } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { ServerFacts } from '../../domain/server.ts'
import type { CreateSpec } from '../../domain/spec.ts'
import { isUuid, numberIn, uuidIn } from '../kit/ids.ts'
import { agrees } from '../kit/spec.ts'
import type { FleioClient } from './client.ts'
import { createOptions, type CreateOptions } from './create-options.ts'
import { nameOf, passwordOf, sshKeysOf } from './ids.ts'
import type { OwnerClient } from './owners-client.ts'
import { onlyClient } from './owners.ts'
import type { FleioMode } from './settings.ts'

const accepts = ['region', 'plan', 'ssh_keys', 'user_data', 'password', 'networks', 'owner', 'options'] as const

const example: CreateSpec = {
  name: 'web-1',
  region: 'Region1',
  plan: 'fd6ebb42-f305-4eb7-b086-fcce39bc761f',
  image: 'b8e54aa5-eca9-454a-adaf-00fbc659755e',
  networks: ['d9f9ca07-3ce5-435e-8aa2-a7302697025d'],
  owner: '722694'
}

export const createCreate = (client: FleioClient, owners: OwnerClient, mode: FleioMode): Create<CreateOptions> => ({
  evidence: 'documented',
  cost: { calls: 1, perPage: 1 },
  accepts,
  requires: mode === 'staff' ? ['region', 'plan', 'owner'] : ['region', 'plan'],
  options: createOptions[mode],
  example,
  note: 'owner is the client, who needs an OpenStack project. networks (or options.nics) is required. ssh_keys are key ids. ' +
      'The provider returns no server id, so the server is found in the list.',
  run: async spec => {
    const order = toOrder(spec, mode)
    const owner = spec.owner === undefined ? await onlyClient(owners) : numberIn('body.owner', spec.owner)
    const made = await client.createInstance({ client: owner, ...order }, { members: membersOf(spec), missing: { failure: 'rejected' } })
    return toAccepted(made, spec)
  },
  isLike
})

const longestUserData = 21_844

type Order = WithOptions<CreateSpec, CreateOptions>

/** The documented body without its client. `nics` is always sent, because old installations crash without it. */
function toOrder (spec: Order, mode: FleioMode): Readonly<Record<string, unknown>> {
  const { region, plan, ssh_keys: keys, user_data: userData, password, owner, options } = spec
  if (region === undefined) throw badMember('body.region', 'is required')
  if (plan === undefined) throw badMember('body.plan', 'is required')
  if (owner === undefined && mode === 'staff') throw badMember('body.owner', 'is required: the id of the client')
  if (userData !== undefined && [...userData].length > longestUserData) {
    throw badMember('body.user_data', `must have at most ${longestUserData} characters`)
  }
  return {
    name: nameOf('body.name', spec.name),
    region,
    flavor: plan,
    boot_source: toBootSource(spec),
    nics: toNics(spec),
    ...(mode === 'staff' ? { share_image: options.share_image ?? false } : {}),
    ...(password === undefined ? {} : { root_password: passwordOf('body.password', password) }),
    ...(keys === undefined ? {} : { ssh_keys: sshKeysOf('body.ssh_keys', keys) }),
    ...(userData === undefined ? {} : { user_data: userData })
  }
}

function toBootSource (spec: Order): Readonly<Record<string, unknown>> {
  const image = uuidIn('body.image', spec.image)
  const { boot_source: wanted = {} } = spec.options
  const { source_id: source, volume_size: size } = wanted
  if (source !== undefined && source.toLowerCase() !== image) {
    throw badMember('body.options.boot_source.source_id', 'must be the same as image')
  }
  return {
    source_type: wanted.source_type ?? 'image',
    source_id: image,
    delete_on_termination: wanted.delete_on_termination ?? false,
    create_new_volume: wanted.create_new_volume ?? false,
    ...(size === undefined ? {} : { volume_size: size }),
    volume_type: wanted.volume_type ?? ''
  }
}

function toNics ({ networks, options: { nics } }: Order): readonly string[] {
  if (networks !== undefined && nics !== undefined) throw badMember('body.options.nics', 'cannot be combined with networks')
  const [path, ids] = networks !== undefined ? ['body.networks', networks] as const : ['body.options.nics', nics] as const
  if (ids === undefined) throw badMember('body.networks', 'is required: network ids')
  return ids.map(id => uuidIn(path, id))
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

function toAccepted (made: { id?: string | null | undefined, uuid?: string | null | undefined } | null, { options }: Order): Accepted {
  const id = [made?.id, made?.uuid].find(text => typeof text === 'string' && isUuid(text))
  const type = options.boot_source?.volume_type ?? ''
  return {
    ...(typeof id === 'string' ? { serverId: id } : {}),
    ...(type === '' ? {} : { note: 'With a volume type the panel only queues the order, so its acceptance does not mean that it succeeds.' })
  }
}

/** Names are not unique, so all other members of a row must match too. A row of a new server has few members. */
function isLike ({ name, region, plan, image, owner }: CreateSpec, server: ServerFacts): boolean {
  return server.name === name && agrees(region, server.region?.id) && agrees(plan, server.plan?.id) && agrees(image, server.image?.id) && agrees(owner, server.owner?.id)
}
