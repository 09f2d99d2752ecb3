import { z } from 'zod'
import { flag, number, text } from '../kit/wire.ts'

export const identifier = z.union([z.string().min(1), z.number().int()]).transform(String)
export const list = <Item>(item: z.ZodType<Item>) => z.array(item.nullish().catch(null)).nullish().catch(null)

export const flavorWire = z.object({
  id: identifier.nullish().catch(null), name: text, vcpus: number, memory_mb: number, root_gb: number, ephemeral_gb: number
})
export type FlavorWire = z.infer<typeof flavorWire>

/** An id in lists, an object in a single instance. */
const imageWire = z.union([z.string().min(1), z.object({ id: identifier, name: text, display_name: text })])

const fixedWire = z.object({ ip_address: text })
const floatingWire = z.object({ id: identifier.nullish().catch(null), floating_ip_address: text })
const portWire = z.object({ ipv4s: list(fixedWire), ipv6s: list(fixedWire), floating_ips: list(floatingWire) })
const netWire = z.object({ ports: list(portWire) }).nullish().catch(null)

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
  net_details: netWire,
  allowed_actions: z.array(z.string()).nullish().catch(null),
  permissions: permissionsWire
})
export type InstanceWire = z.infer<typeof instanceWire>

export const instanceListWire = <Row>(row: z.ZodType<Row>) => z.object({
  objects: z.array(row),
  next: text,
  count: number,
  totalCount: number,
  permissions: permissionsWire
})

/** The addresses of an instance. */
export const attachedWire = z.object({ id: z.string().min(1), region: text, access_ip: text, net_details: netWire })
export type AttachedWire = z.infer<typeof attachedWire>

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

export const actionWire = z.object({ detail: text })
