import { z } from 'zod'
import { flag, maybe, number, text } from '../kit/wire.ts'

const identifier = z.union([z.string().min(1), z.number().int()]).transform(String)
const list = <Item>(item: z.ZodType<Item>) => maybe(z.array(maybe(item)))

const flavorWire = z.object({
  id: maybe(identifier), name: text, vcpus: number, memory_mb: number, root_gb: number, ephemeral_gb: number
})
export type FlavorWire = z.infer<typeof flavorWire>

/** An id in lists, an object in a single instance. */
const imageWire = z.union([z.string().min(1), z.object({ id: identifier, name: text, display_name: text })])

const fixedWire = z.object({ ip_address: text })
const floatingWire = z.object({ id: maybe(identifier), floating_ip_address: text })
const portWire = z.object({ ipv4s: list(fixedWire), ipv6s: list(fixedWire), floating_ips: list(floatingWire) })

/** The permissions of the token's user: "instances.stop": true. */
const permissionsWire = maybe(z.record(z.string(), z.unknown()))
export type PermissionsWire = z.infer<typeof permissionsWire>

export const instanceWire = z.object({
  id: z.string().min(1),
  status: z.string().nullish(),
  display_task: text,
  name: text,
  locked: flag,
  flavor: maybe(flavorWire),
  image: maybe(imageWire),
  region: text,
  region_obj: maybe(z.object({ description: text })),
  client: maybe(z.object({ id: identifier, name: text })),
  created: text,
  access_ip: text,
  net_details: maybe(z.object({ ports: list(portWire) })),
  allowed_actions: maybe(z.array(z.string())),
  permissions: permissionsWire
})
export type InstanceWire = z.infer<typeof instanceWire>

/** The addresses of an instance. */
export const attachedWire = instanceWire.pick({ id: true, region: true, access_ip: true, net_details: true })
export type AttachedWire = z.infer<typeof attachedWire>

/** The rows are in `objects`. An unreadable row fails the whole list, so that none is silently missing. */
const pageWire = <Row>(row: z.ZodType<Row>) => z.object({ objects: z.array(row), next: text })
export type PageWire<Row> = ReturnType<typeof pageWire<Row>>

export const instanceListWire = <Row>(row: z.ZodType<Row>) =>
  pageWire(row).extend({ count: number, totalCount: number, permissions: permissionsWire })

/** The answer is a sentence, which is not read. */
export const acceptedWire = z.object({})

// An accepted call stays accepted, even if its answer is unreadable.
export const deletedWire = acceptedWire.catch({})
/** Most releases return only name, flavor and region. */
export const instanceMadeWire = maybe(z.object({ id: text, uuid: text }))
export const snapshotMadeWire = maybe(z.object({ image_uuid: text }))

export const resizeFormWire = z.object({ flavors: list(flavorWire) })

const linkWire = z.object({ type: text, protocol: text, url: z.string().min(1) })

/** Three shapes: the current one, that of an old Nova, and that of LXD. */
export const consoleWire = z.union([
  z.object({ remote_console: linkWire }).transform(wire => wire.remote_console),
  z.object({ console: linkWire }).transform(wire => wire.console),
  z.object({ url: z.string().min(1), lxc: z.literal(true) }).transform(({ url }) => ({ type: 'lxd', protocol: null, url }))
])

export const clientWire = z.object({ id: identifier, name: text, first_name: text, last_name: text, email: text, status: text })
export type ClientWire = z.infer<typeof clientWire>
export const clientsWire = pageWire(clientWire)

/** The answer to a new client is incomplete, and echoes the order of a service as false. */
export const clientMadeWire = z.object({ id: identifier })

const imageRowWire = z.object({
  id: identifier,
  name: text,
  display_name: text,
  type: text,
  status: text,
  size: number,
  min_disk: number,
  min_ram: number,
  os_distro: text,
  os_version: text,
  is_iso: flag,
  region: text,
  instance_uuid: text,
  created_at: text
})
export type ImageRowWire = z.infer<typeof imageRowWire>
export const imagesWire = pageWire(imageRowWire)

const planWire = flavorWire.extend({
  id: identifier, region: text, disabled: flag, deleted: flag, out_of_stock: flag
})
export type PlanWire = z.infer<typeof planWire>
export const plansWire = pageWire(planWire)

export const regionsWire = pageWire(z.object({ id: identifier, description: text, enabled: flag }))

const networkWire = z.object({
  id: identifier, name: text, region: text, shared: flag, router_external: flag, subnets: list(z.object({ cidr: text }))
})
export type NetworkWire = z.infer<typeof networkWire>
export const networksWire = pageWire(networkWire)

export const keysWire = pageWire(z.object({ id: identifier, name: text, public_key: text, fingerprint: text }))

const floatingIpWire = z.object({
  id: identifier,
  floating_ip_address: text,
  floating_network: maybe(z.object({ region: text })),
  associated_object: maybe(z.object({ device_type: text, id: identifier }))
})
export type FloatingIpWire = z.infer<typeof floatingIpWire>
export const floatingIpsWire = pageWire(floatingIpWire)

/** The data of the panel's "new server" form for one region. */
export const createFormWire = z.object({
  bootSources: maybe(z.object({
    image: list(imageRowWire), owned_image: list(imageRowWire), shared_image: list(imageRowWire), community_image: list(imageRowWire)
  })),
  flavor: list(planWire),
  region: list(z.object({ id: identifier })),
  selected_region: text
})
export type CreateFormWire = z.infer<typeof createFormWire>
