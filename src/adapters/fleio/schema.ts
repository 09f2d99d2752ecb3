import { z } from 'zod'
import { flag, number, text } from '../kit/wire.ts'

const identifier = z.union([z.string().min(1), z.number().int()]).transform(String)
const list = <Item>(item: z.ZodType<Item>) => z.array(item.nullish().catch(null)).nullish().catch(null)

const flavorWire = z.object({
  id: identifier.nullish().catch(null), name: text, vcpus: number, memory_mb: number, root_gb: number, ephemeral_gb: number
})
export type FlavorWire = z.infer<typeof flavorWire>

/** An id in lists, an object in a single instance. */
const imageWire = z.union([z.string().min(1), z.object({ id: identifier, name: text, display_name: text })])

const fixedWire = z.object({ ip_address: text })
const floatingWire = z.object({ id: identifier.nullish().catch(null), floating_ip_address: text })
const portWire = z.object({ ipv4s: list(fixedWire), ipv6s: list(fixedWire), floating_ips: list(floatingWire) })

/** The permissions of the token's user: "instances.stop": true. */
const permissionsWire = z.record(z.string(), z.unknown()).nullish().catch(null)
export type PermissionsWire = z.infer<typeof permissionsWire>

export const instanceWire = z.object({
  id: z.string().min(1),
  status: z.string().nullish(),
  display_task: text,
  name: text,
  locked: flag,
  flavor: flavorWire.nullish().catch(null),
  image: imageWire.nullish().catch(null),
  region: text,
  region_obj: z.object({ description: text }).nullish().catch(null),
  client: z.object({ id: identifier, name: text }).nullish().catch(null),
  created: text,
  access_ip: text,
  net_details: z.object({ ports: list(portWire) }).nullish().catch(null),
  allowed_actions: z.array(z.string()).nullish().catch(null),
  permissions: permissionsWire
})
export type InstanceWire = z.infer<typeof instanceWire>

/** The addresses of an instance. */
export const attachedWire = instanceWire.pick({ id: true, region: true, access_ip: true, net_details: true })
export type AttachedWire = z.infer<typeof attachedWire>

/** The rows are in `objects`. An unreadable row fails the whole list, so that none is silently missing. */
export const pageWire = <Row>(row: z.ZodType<Row>) => z.object({ objects: z.array(row), next: text })

export const instanceListWire = <Row>(row: z.ZodType<Row>) =>
  pageWire(row).extend({ count: number, totalCount: number, permissions: permissionsWire })

/** The answer is a sentence, which is not read. */
export const acceptedWire = z.object({})

/** Most releases return only name, flavor and region. */
export const instanceMadeWire = z.object({ id: text, uuid: text })

export const snapshotMadeWire = z.object({ image_uuid: text })

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

/** The answer to a new client is incomplete, and echoes the order of a service as false. */
export const clientMadeWire = z.object({ id: identifier })

export const imageRowWire = z.object({
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

export const planWire = flavorWire.extend({
  id: identifier, region: text, disabled: flag, deleted: flag, out_of_stock: flag
})
export type PlanWire = z.infer<typeof planWire>

export const regionWire = z.object({ id: identifier, description: text, enabled: flag })

export const networkWire = z.object({
  id: identifier, name: text, region: text, shared: flag, router_external: flag, subnets: list(z.object({ cidr: text }))
})
export type NetworkWire = z.infer<typeof networkWire>

export const keyWire = z.object({ id: identifier, name: text, public_key: text, fingerprint: text })

export const floatingIpWire = z.object({
  id: identifier,
  floating_ip_address: text,
  floating_network: z.object({ region: text }).nullish().catch(null),
  associated_object: z.object({ device_type: text, id: identifier }).nullish().catch(null)
})
export type FloatingIpWire = z.infer<typeof floatingIpWire>

/** The data of the panel's "new server" form for one region. */
export const createFormWire = z.object({
  bootSources: z.object({
    image: list(imageRowWire), owned_image: list(imageRowWire), shared_image: list(imageRowWire), community_image: list(imageRowWire)
  }).nullish().catch(null),
  flavor: list(planWire),
  region: list(z.object({ id: identifier })),
  selected_region: text
})
export type CreateFormWire = z.infer<typeof createFormWire>
