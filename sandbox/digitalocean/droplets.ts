import { flagOf, textOf, type Json } from '../kit/json.ts'
import { imageView, keys, regionOf, sizeOf, vpcs, type Image, type Size } from './catalog.ts'
import { bodyOf, gone, lacks, notFound, page, refuse, requireIdle, unprocessable, withDroplet, type Call, type Handler } from './call.ts'
import { nextSerial, startAction, timeOf, type Droplet, type Network, type World } from './world.ts'

const isGpu = ({ size }: Droplet): boolean => size.startsWith('gpu-')

/** The droplet as it is sent. Members that need a scope of their own are left out without it. */
export function dropletView (call: Pick<Call, 'world'>, droplet: Droplet): Json {
  const { world } = call
  const { id, name, status, size, disk, image, region, locked, createdAt, tags, features, vpc, v4, v6 } = droplet
  const [plan, place, base] = [sizeOf(size), regionOf(region), world.images.get(image)]
  const ownImages = (type: Image['type']): number[] =>
    [...world.images.values()].filter(row => row.droplet === id && row.type === type).map(row => row.id)
  const images = {
    image: base === undefined ? null : imageView(base), backup_ids: ownImages('backup'), snapshot_ids: ownImages('snapshot')
  }
  return {
    id,
    name,
    memory: plan?.memory ?? 1024,
    vcpus: plan?.vcpus ?? 1,
    disk,
    disk_info: [{ type: 'local', size: { amount: disk, unit: 'gib' } }],
    locked,
    status,
    kernel: null,
    created_at: createdAt,
    features,
    next_backup_window: null,
    volume_ids: [],
    size: plan,
    size_slug: size,
    networks: { v4, v6 },
    region: place,
    ...(lacks(call, 'image:read') ? {} : images),
    ...(lacks(call, 'tag:read') ? {} : { tags }),
    ...(lacks(call, 'vpc:read') || vpc === null ? {} : { vpc_uuid: vpc })
  }
}

/** GPU droplets are in a list of their own. A name matches in any case; a tag cannot be joined with a name or a type. */
export const listDroplets: Handler = call => {
  const { world, request: { query } } = call
  const [name, tag, type] = ['name', 'tag_name', 'type'].map(key => query.get(key))
  if (typeof tag === 'string' && (typeof name === 'string' || typeof type === 'string')) {
    throw refuse(400, 'tag_name cannot be combined with name or type')
  }
  const rows = [...world.droplets.values()].filter(droplet =>
    droplet.visibleAt <= world.now() &&
    isGpu(droplet) === (type === 'gpus') &&
    droplet.name.toLowerCase() === (name ?? droplet.name).toLowerCase() &&
    (typeof tag !== 'string' || droplet.tags?.includes(tag) === true))
  rows.sort((a, b) => world.behavior.order === 'up' ? a.id - b.id : b.id - a.id)
  return page(call, 'droplets', rows.map(droplet => dropletView(call, droplet)))
}

export const getDroplet: Handler = withDroplet((call, droplet) => ({ status: 200, body: { droplet: dropletView(call, droplet) } }))

/** The row stays for a while as it is. Reserved addresses are left over. */
export const deleteDroplet: Handler = withDroplet(({ world }, { id }) => {
  requireIdle(world, id)
  world.later(world.behavior.actionMs, () => {
    world.droplets.delete(id)
    for (const reserved of world.reserved.values()) if (reserved.droplet === id) reserved.droplet = null
  })
  return gone
})

/** A text is a slug, a number an id. */
export const findImage = (world: World, wanted: unknown): Image | undefined =>
  [...world.images.values()].find(({ id, slug, status }) => status === 'available' && (id === wanted || (slug !== null && slug === wanted)))

interface Order {
  readonly name: string
  readonly size: Size
  readonly region: string
  readonly image: Image
}

export function requireHostName (text: string): void {
  if (/^[a-zA-Z0-9]?[a-zA-Z0-9.-]*[a-zA-Z0-9]$/.test(text)) return
  throw unprocessable('Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)')
}

export const invalidOrder = (member: string): Error => unprocessable(`You specified an invalid ${member} for Droplet creation.`)

function orderOf ({ world }: Call, body: Json): Order {
  const [name = '', slug = '', region = ''] = ['name', 'size', 'region'].map(key => textOf(body, key))
  requireHostName(name)
  const size = sizeOf(slug)
  if (size?.available !== true) throw invalidOrder('size')
  const place = regionOf(region)
  if (place === undefined) throw invalidOrder('region')
  if (!place.available) throw unprocessable('Region is not available')
  if (!size.regions.includes(region)) throw unprocessable('Size is not available in this region.')
  const image = findImage(world, body['image'])
  if (image === undefined || !image.regions.includes(region) || (image.min_disk_size ?? 0) > size.disk) throw invalidOrder('image')
  const wrong = listOf(body, 'ssh_keys').filter(key => !keys.some(({ id, fingerprint }) => id === key || fingerprint === key))
  if (wrong.length > 0) throw unprocessable(`${wrong.join(', ')} are invalid key identifiers for Droplet creation.`)
  if (world.droplets.size >= world.behavior.dropletLimit) {
    throw unprocessable('creating this/these droplet(s) will exceed your droplet limit')
  }
  return { name, size, region, image }
}

const listOf = (body: Json, key: string): unknown[] => {
  const value = body[key]
  return Array.isArray(value) ? value : []
}

/** Accepted with 202, which is no promise: with characters of four bytes in `user_data` the droplet vanishes. */
export const createDroplet: Handler = call => {
  const { world } = call
  const body = bodyOf(call)
  const vpc = body['vpc_uuid']
  if (vpc !== undefined && !vpcs.some(row => row.id === vpc && row.region === body['region'])) throw notFound()
  const order = orderOf(call, body)
  const droplet = toDroplet(world, order, body)
  world.droplets.set(droplet.id, droplet)
  world.created += 1
  const vanishes = world.behavior.create !== 'builds' || /[\u{10000}-\u{10ffff}]/u.test(textOf(body, 'user_data') ?? '')
  const [ms, half] = [world.behavior.createMs, world.behavior.createMs / 2]
  if (vanishes) world.later(half, () => { world.droplets.delete(droplet.id) })
  const action = startAction(world, {
    type: 'create',
    region: order.region,
    resource: { id: droplet.id, type: 'droplet' },
    busy: [droplet.id],
    ms,
    fails: vanishes,
    isHidden: world.behavior.create === 'vanishes-silently',
    effect: () => { Object.assign(droplet, { status: 'active', ...networksOf(droplet) }) }
  })
  const { vpc_uuid: _, ...shown } = dropletView(call, droplet)
  const href = `https://api.digitalocean.com/v2/actions/${action.id}`
  return { status: 202, body: { droplet: shown, links: { actions: [{ id: action.id, rel: 'create', href }] } } }
}

function toDroplet (world: World, { name, size, region, image }: Order, body: Json): Droplet {
  const vpc = textOf(body, 'vpc_uuid')
  return {
    id: 3_200_000 + nextSerial(world),
    name,
    status: 'new',
    size: size.slug,
    disk: size.disk,
    image: image.id,
    region,
    locked: false,
    createdAt: timeOf(world.now()),
    tags: listOf(body, 'tags').map(String),
    features: ['ipv6', 'monitoring', 'backups'].filter(name => flagOf(body, name)),
    vpc: vpc ?? vpcs.find(row => row.region === region && row.default)?.id ?? null,
    v4: [],
    v6: [],
    visibleAt: world.now() + world.behavior.listLagMs
  }
}

const v6Network = '2604:A880:0800:0010:0000:0000'

/** Private first, without a gateway in a word; IPv6 in capitals and in full. */
export function networksOf ({ id, features }: Pick<Droplet, 'id' | 'features'>): { v4: Network[], v6: Network[] } {
  const [third, last] = [Math.floor(id / 250) % 250, 2 + id % 250]
  const host = id.toString(16).toUpperCase().padStart(8, '0').replace(/(.{4})/, '$1:')
  return {
    v4: [
      { ip_address: `10.128.${third}.${last}`, netmask: '255.255.0.0', gateway: '<nil>', type: 'private' },
      { ip_address: `198.51.${third}.${last}`, netmask: '255.255.240.0', gateway: '198.51.0.1', type: 'public' }
    ],
    v6: features.includes('ipv6')
      ? [{ ip_address: `${v6Network}:${host}`, netmask: 64, gateway: `${v6Network}:0000:0001`, type: 'public' }]
      : []
  }
}
