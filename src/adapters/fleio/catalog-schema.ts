import { z } from 'zod'
import { flag, number, text } from '../kit/wire.ts'
import { flavorWire, identifier, list } from './schema.ts'

/** The rows are in `objects`. An unreadable row fails the whole list, so that none is silently missing. */
export const pageWire = <Row>(row: z.ZodType<Row>) => z.object({ objects: z.array(row), next: text })

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
export type RegionWire = z.infer<typeof regionWire>

export const networkWire = z.object({
  id: identifier, name: text, region: text, shared: flag, router_external: flag, subnets: list(z.object({ cidr: text }))
})
export type NetworkWire = z.infer<typeof networkWire>

export const keyWire = z.object({ id: identifier, name: text, public_key: text, fingerprint: text })
export type KeyWire = z.infer<typeof keyWire>

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
