import { isRecord } from '../kit/json.ts'
import { refusal } from '../kit/refusal.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { crash, inScope, invalid, madeReply, refuse, requireOpenstack, requirePermission, type Call } from './call.ts'
import { mayUseImage, mayUseNetwork } from './catalog.ts'
import { addError, boolean, check, valueOf, password, readForm, related, sshKeys, text, uuid, type Form } from './fields.ts'
import {
  addPorts, blankInstance, newUuid, timeNow, walk, type Client, type Flavor, type Instance, type Network, type Region, type World
} from './world.ts'

interface Order {
  readonly client: Client
  readonly name: string
  readonly region: Region
  readonly flavor: Flavor
  readonly image: string
  readonly networks: readonly Network[]
  readonly rootPassword: string | null
  readonly sshKeys: readonly number[]
}

/** Not idempotent: every accepted request creates another instance, and the answer has no id. */
export function createInstance (call: Call): SimulatedReply {
  const { world } = call
  requirePermission(call, 'instances.create')
  const form = readForm(call.request)
  const order = readOrder(call, form)
  if (order.client.project === null) throw refuse(400, 'Unable to find a client with an OpenStack project associated')
  requireImage(call, order, boolean(form, 'share_image'))
  if (order.flavor.out_of_stock) throw refuse(403, 'Flavor is out of stock')
  const existing = [...world.instances.values()].filter(instance => instance.client === order.client.id)
  if (existing.length >= world.behavior.instanceQuota) throw overQuota(call, order.name, existing.length)
  requireOpenstack(world)
  world.created += 1
  build(world, newUuid(world, 'c8ea7ed0'), order)
  return madeReply({ name: order.name, flavor: order.flavor.id, region: order.region.id })
}

/** Staff see OpenStack's own text behind the panel's, end users do not. */
function overQuota ({ api }: Call, name: string, used: number): Error {
  const short = `Unable to create instance ${name}`
  const openstack = `Quota exceeded for instances: Requested 1, but already used ${used} of ${used} instances (HTTP 403)`
  return refuse(403, api === 'staff' ? `${short} ${openstack}` : short)
}

function readOrder (call: Call, form: Form): Order {
  const { world } = call
  // On /api the field is documented as optional, but a request without it crashes.
  if (call.api === 'user' && (form.data['client'] ?? null) === null) throw refusal(crash)
  const client = related(form, 'client', key => {
    const found = world.clients.get(Number(key))
    return found !== undefined && inScope(call, found.id) ? found : undefined
  })
  const name = text(form, 'name', 'required', 128)
  const region = related(form, 'region', key => world.regions.get(key)?.enabled === true ? world.regions.get(key) : undefined)
  const flavor = related(form, 'flavor', key => {
    const found = world.flavors.get(key)
    return found?.disabled === false && found.region === (region?.id ?? found.region) ? found : undefined
  })
  const image = readBootSource(form)
  const networks = readNics(call, form, client?.id ?? null, region)
  const rootPassword = password(form, 'root_password', 'optional') ?? null
  const keys = sshKeys(call, form)
  text(form, 'user_data', 'optional', 21844)
  check(form)
  // `check` has refused a request that lacks one of these.
  if (client === undefined || region === undefined || flavor === undefined) throw refusal(crash)
  return { client, name: name ?? '', region, flavor, image: image ?? '', networks, rootPassword, sshKeys: keys }
}

const sourceTypes = ['image', 'owned_image', 'shared_image', 'community_image']

/** The image to boot from. Its errors are nested below `boot_source`. */
function readBootSource (form: Form): string | undefined {
  const sent = form.data['boot_source']
  if (!isRecord(sent)) return addError(form, 'boot_source', 'This field is required.')
  const inner: Form = { data: sent, errors: {} }
  const type = text(inner, 'source_type', 'required')
  if (type !== undefined && !sourceTypes.includes(type)) addError(inner, 'source_type', `"${type}" is not a valid choice.`)
  const id = uuid(inner, 'source_id')
  boolean(inner, 'delete_on_termination')
  if (Object.keys(inner.errors).length > 0) form.errors['boot_source'] = inner.errors
  return id
}

/** An image that the client's project cannot see is refused; staff may have a private image shared with it. */
function requireImage (call: Call, { image: id, client, region }: Order, isShared: boolean): void {
  const image = call.world.images.get(id)
  if (image?.region !== region.id || image.status !== 'active') throw invalid({ boot_source: 'Image not found' })
  if (isShared && call.api === 'staff' && image.visibility !== 'public') image.sharedWith.add(client.id)
  if (!mayUseImage(image, client.id)) throw invalid({ boot_source: 'Image not found' })
}

/** Network ids; the default is the client's first network. */
function readNics ({ world }: Call, form: Form, client: number | null, region: Region | undefined): readonly Network[] {
  const usable = [...world.networks.values()].filter(network => network.region === region?.id && mayUseNetwork(network, client))
  const sent = valueOf(form, 'nics', 'optional')
  if (sent === undefined) return usable.slice(0, 1)
  if (!Array.isArray(sent)) return addError(form, 'nics', 'Expected a list of items.') ?? []
  return sent.flatMap(id => {
    const network = usable.find(candidate => candidate.id === id)
    if (network === undefined && region !== undefined) addError(form, 'nics', `Invalid pk "${String(id)}" - object does not exist.`)
    return network ?? []
  })
}

function build (world: World, id: string, order: Order): void {
  const { rowDelayMs, createMs, createEndsIn } = world.behavior
  const instance: Instance = {
    ...{ ...blankInstance(id), name: order.name, status: 'building', flavor: order.flavor.id, image: order.image, region: order.region.id },
    ...{ client: order.client.id, created: timeNow(world), visibleAt: world.now() + rowDelayMs },
    ...{ hostName: `${order.region.id}-compute.fleio.example`, rootPassword: order.rootPassword, sshKeys: order.sshKeys }
  }
  world.instances.set(id, instance)
  walk(world, instance, {
    tasks: ['scheduling', 'networking', 'block_device_mapping', 'spawning'],
    ms: createMs,
    end: () => { instance.status = createEndsIn }
  })
  world.later(createMs / 2, () => { addPorts(world, instance, order.networks) }, id)
}
