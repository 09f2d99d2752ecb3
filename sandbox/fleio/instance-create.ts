import type { SimulatedReply } from '../simulator.ts'
import { readBootSource, bootImage, type BootSource } from './boot-source.ts'
import { inScope, type Call } from './call.ts'
import { mayUseNetwork } from './catalogue-view.ts'
import { blame, boolean, check, given, readForm, related, text, type Form } from './fields.ts'
import { requireOpenstack, stamp, walk } from './lifecycle.ts'
import { checkPassword, checkSshKeys } from './logins.ts'
import { requireCredit, requirePermission } from './permissions.ts'
import { crash, madeReply, refusal, refuse } from './replies.ts'
import type { Client, Flavor, Instance, Network, Region } from './records.ts'
import { newUuid, schedule, timeNow, uuidOf, type World } from './world.ts'

interface Wish {
  readonly client: Client
  readonly name: string
  readonly region: Region
  readonly flavor: Flavor
  readonly source: BootSource
  readonly networks: readonly Network[]
  readonly rootPassword: string | null
  readonly userData: string | null
  readonly sshKeys: readonly number[]
}

/** Not idempotent: every accepted request makes one more instance, and the answer names no id. */
export function createInstance (call: Call): SimulatedReply {
  const { world } = call
  requirePermission(call, 'instances.create')
  requireCredit(call)
  const form = readForm(call.request)
  const wish = readWish(call, form)
  const share = boolean(form, 'share_image')
  if (wish.client.project === null) throw refuse(400, 'Unable to find a client with an OpenStack project associated')
  const image = bootImage(call, wish.source, { client: wish.client, region: wish.region, share })
  if (wish.flavor.out_of_stock) throw refuse(403, 'Flavor is out of stock')
  const owned = [...world.instances.values()].filter(instance => instance.client === wish.client.id)
  if (owned.length >= world.knobs.instanceQuota) throw overQuota(call, wish.name, owned.length)
  requireOpenstack(world)
  world.created += 1
  const id = newUuid(world, 'c8ea7ed0')
  if (!(wish.source.queued && world.knobs.queuedCreate === 'vanishes')) build(world, id, wish, image)
  const extra = world.knobs.createReturnsId ? { id, uuid: id } : {}
  return madeReply({ ...extra, name: wish.name, flavor: wish.flavor.id, region: wish.region.id })
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
  const region = related(form, 'region', key => enabledRegion(world, key))
  const flavor = related(form, 'flavor', key => usableFlavor(world, key, region))
  const source = readBootSource(form)
  const networks = readNics(call, form, { client, region })
  const rootPassword = checkPassword(form, 'root_password', 'optional') ?? null
  const sshKeys = checkSshKeys(call, form)
  const userData = text(form, 'user_data', 'optional', 21844) ?? null
  check(form)
  if (client === undefined || name === undefined || region === undefined || flavor === undefined || source === undefined) throw refusal(crash)
  return { client, name, region, flavor, source, networks, rootPassword, sshKeys, userData }
}

function enabledRegion (world: World, id: string): Region | undefined {
  const region = world.regions.get(id)
  return region?.enabled === true ? region : undefined
}

function usableFlavor (world: World, id: string, region: Region | undefined): Flavor | undefined {
  const flavor = world.flavors.get(id)
  if (flavor === undefined || flavor.disabled) return undefined
  return region === undefined || flavor.region === region.id ? flavor : undefined
}

interface Place {
  readonly client: Client | undefined
  readonly region: Region | undefined
}

/** Network ids. Old installations crash when the list is left out. */
function readNics (call: Call, form: Form, { client, region }: Place): readonly Network[] {
  const usable = [...call.world.networks.values()].filter(network => network.region === region?.id && mayUseNetwork(network, client?.id ?? null))
  const sent = given(form, 'nics', 'optional')
  if (sent === undefined) {
    if (call.world.knobs.nicsMissing === 'crash') throw refusal(crash)
    return usable.slice(0, 1)
  }
  if (!Array.isArray(sent)) return blame(form, 'nics', 'Expected a list of items.') ?? []
  return sent.flatMap(id => {
    const network = usable.find(candidate => candidate.id === id)
    if (network === undefined && region !== undefined) blame(form, 'nics', `Invalid pk "${String(id)}" - object does not exist.`)
    return network === undefined ? [] : [network]
  })
}

function build (world: World, id: string, wish: Wish, image: string | null): void {
  const { rowDelayMs, createMs, createEndsIn } = world.knobs
  const instance: Instance = {
    id,
    name: wish.name,
    description: null,
    status: 'building',
    task: null,
    stale: null,
    flavor: wish.flavor.id,
    image,
    region: wish.region.id,
    client: wish.client.id,
    created: timeNow(world),
    visibleAt: world.clock() + rowDelayMs,
    hostName: `${wish.region.id}-compute.fleio.example`,
    hostId: '30e22192fc4ca6ee560afe0b1b42502c76f23dd25ae7722d320b3369',
    locked: false,
    traffic: 0,
    ports: [],
    history: [],
    resizedFrom: null,
    rootPassword: wish.rootPassword,
    userData: wish.userData,
    sshKeys: wish.sshKeys
  }
  world.instances.set(id, instance)
  stamp(world, instance, 'create')
  instance.stale = null
  const end = wish.source.queued && world.knobs.queuedCreate === 'fails' ? 'error' : createEndsIn
  walk(world, instance, {
    tasks: ['scheduling', 'networking', 'block_device_mapping', 'spawning'],
    ms: createMs,
    end: () => { instance.status = end }
  })
  schedule(world, id, createMs / 2, () => { addPorts(world, instance, wish.networks) })
}

export function addPorts (world: World, instance: Instance, networks: readonly Network[]): void {
  for (const network of networks) {
    world.serial += 1
    const serial = world.serial
    const [v4, v6] = [4, 6].map(version => network.subnets?.find(subnet => subnet.ip_version === version))
    instance.ports.push({
      id: uuidOf('5d6f0c3f', serial),
      network: network.id,
      ipv4s: v4 === undefined ? [] : [{ ip_address: v4.gateway_ip.replace(/\d+$/, String(2 + serial % 250)), subnet_id: v4.id }],
      ipv6s: v6 === undefined ? [] : [{ ip_address: v6.gateway_ip.replace(/1$/, serial.toString(16)), subnet_id: v6.id }]
    })
  }
}
