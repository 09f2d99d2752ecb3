import { isRecord } from '../kit/json.ts'
import { refusal } from '../kit/refusal.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { crash, inScope, invalid, madeReply, refuse, requireOpenstack, requirePermission, type Call } from './call.ts'
import { mayUseImage, mayUseNetwork } from './catalog-view.ts'
import { blame, boolean, check, given, password, readForm, related, sshKeys, text, uuid, type Form } from './fields.ts'
import { blankInstance, type Client, type Flavor, type Instance, type Network, type Region } from './records.ts'
import { addPorts, newUuid, timeNow, walk, type World } from './world.ts'

interface Wish {
  readonly client: Client
  readonly name: string
  readonly region: Region
  readonly flavor: Flavor
  readonly image: string
  readonly networks: readonly Network[]
  readonly rootPassword: string | null
  readonly sshKeys: readonly number[]
}

/** Not idempotent: every accepted request makes one more instance, and the answer names no id. */
export function createInstance (call: Call): SimulatedReply {
  const { world } = call
  requirePermission(call, 'instances.create')
  const form = readForm(call.request)
  const wish = readWish(call, form)
  if (wish.client.project === null) throw refuse(400, 'Unable to find a client with an OpenStack project associated')
  requireImage(call, wish, boolean(form, 'share_image'))
  if (wish.flavor.out_of_stock) throw refuse(403, 'Flavor is out of stock')
  const owned = [...world.instances.values()].filter(instance => instance.client === wish.client.id)
  if (owned.length >= world.behavior.instanceQuota) throw overQuota(call, wish.name, owned.length)
  requireOpenstack(world)
  world.created += 1
  build(world, newUuid(world, 'c8ea7ed0'), wish)
  return madeReply({ name: wish.name, flavor: wish.flavor.id, region: wish.region.id })
}

/** Staff see OpenStack's own text behind the panel's, end users do not. */
function overQuota ({ api }: Call, name: string, used: number): Error {
  const short = `Unable to create instance ${name}`
  const openstack = `Quota exceeded for instances: Requested 1, but already used ${used} of ${used} instances (HTTP 403)`
  return refuse(403, api === 'staff' ? `${short} ${openstack}` : short)
}

function readWish (call: Call, form: Form): Wish {
  const { world } = call
  // On /api the field is called optional, yet leaving it out crashes.
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
  // Whatever is missing was refused by now.
  if (client === undefined || region === undefined || flavor === undefined) throw refusal(crash)
  return { client, name: name ?? '', region, flavor, image: image ?? '', networks, rootPassword, sshKeys: keys }
}

const sourceTypes = ['image', 'owned_image', 'shared_image', 'community_image']

/** The image to boot from. Complaints about it are nested below `boot_source`. */
function readBootSource (form: Form): string | undefined {
  const sent = form.data['boot_source']
  if (!isRecord(sent)) return blame(form, 'boot_source', 'This field is required.')
  const inner: Form = { data: sent, errors: {} }
  const type = text(inner, 'source_type', 'required')
  if (type !== undefined && !sourceTypes.includes(type)) blame(inner, 'source_type', `"${type}" is not a valid choice.`)
  const id = uuid(inner, 'source_id')
  boolean(inner, 'delete_on_termination')
  if (Object.keys(inner.errors).length > 0) form.errors['boot_source'] = inner.errors
  return id
}

/** One that the client's project cannot see is refused; staff may have a private image shared into it. */
function requireImage (call: Call, { image: id, client, region }: Wish, isShared: boolean): void {
  const image = call.world.images.get(id)
  if (image?.region !== region.id || image.status !== 'active') throw invalid({ boot_source: 'Image not found' })
  if (isShared && call.api === 'staff' && image.visibility !== 'public') image.sharedWith.add(client.id)
  if (!mayUseImage(image, client.id)) throw invalid({ boot_source: 'Image not found' })
}

/** Network ids; without any it is the client's first network. */
function readNics ({ world }: Call, form: Form, client: number | null, region: Region | undefined): readonly Network[] {
  const usable = [...world.networks.values()].filter(network => network.region === region?.id && mayUseNetwork(network, client))
  const sent = given(form, 'nics', 'optional')
  if (sent === undefined) return usable.slice(0, 1)
  if (!Array.isArray(sent)) return blame(form, 'nics', 'Expected a list of items.') ?? []
  return sent.flatMap(id => {
    const network = usable.find(candidate => candidate.id === id)
    if (network === undefined && region !== undefined) blame(form, 'nics', `Invalid pk "${String(id)}" - object does not exist.`)
    return network ?? []
  })
}

function build (world: World, id: string, wish: Wish): void {
  const { rowDelayMs, createMs, createEndsIn } = world.behavior
  const instance: Instance = {
    ...{ ...blankInstance(id), name: wish.name, status: 'building', flavor: wish.flavor.id, image: wish.image, region: wish.region.id },
    ...{ client: wish.client.id, created: timeNow(world), visibleAt: world.now() + rowDelayMs },
    ...{ hostName: `${wish.region.id}-compute.fleio.example`, rootPassword: wish.rootPassword, sshKeys: wish.sshKeys }
  }
  world.instances.set(id, instance)
  walk(world, instance, {
    tasks: ['scheduling', 'networking', 'block_device_mapping', 'spawning'],
    ms: createMs,
    end: () => { instance.status = createEndsIn }
  })
  world.later(createMs / 2, () => { addPorts(world, instance, wish.networks) }, id)
}
