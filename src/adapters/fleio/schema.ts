import { z } from 'zod'

/** A member that may be absent, null or of an unexpected type: then it is null. */
const text = z.string().nullish().catch(null)
const number = z.number().nullish().catch(null)
const boolean = z.boolean().nullish().catch(null)
const identifier = z.union([z.string().min(1), z.number().int()]).transform(String)
const list = <Item>(item: z.ZodType<Item>) => z.array(item.nullish().catch(null)).nullish().catch(null)

const flavorWire = z.object({
  id: identifier.nullish().catch(null), name: text, vcpus: number, memory_mb: number, root_gb: number, ephemeral_gb: number
})

/** An id in lists, an object in the detail. */
const imageWire = z.union([z.string().min(1), z.object({ id: identifier, name: text, display_name: text })])

const fixedWire = z.object({ ip_address: text })
const portWire = z.object({
  ipv4s: list(fixedWire), ipv6s: list(fixedWire), floating_ips: list(z.object({ floating_ip_address: text }))
})

/** What the user of this key may do at all: "instances.stop": true. */
const permissionsWire = z.record(z.string(), z.unknown()).nullish().catch(null)
export type PermissionsWire = z.infer<typeof permissionsWire>

export const instanceWire = z.object({
  id: z.string().min(1),
  status: z.string().nullish(),
  display_task: text,
  name: text,
  locked: boolean,
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

export const instanceListWire = <Row>(row: z.ZodType<Row>) => z.object({
  objects: z.array(row),
  next: text,
  count: number,
  totalCount: number,
  permissions: permissionsWire
})

export const actionWire = z.object({ detail: text })
