import { z } from 'zod'
import { flag, number, text, texts } from '../kit/wire.ts'
import { linksWire } from './schema.ts'

export const flavorWire = z.object({
  id: z.string().min(1),
  name: text,
  vcpus: number,
  ram: number,
  disk: number,
  'OS-FLV-EXT-DATA:ephemeral': number,
  'OS-FLV-DISABLED:disabled': flag
})
export type FlavorWire = z.infer<typeof flavorWire>
export const flavorListWire = z.object({ flavors: z.array(flavorWire), flavors_links: linksWire })
  .transform(({ flavors, flavors_links: links }) => ({ rows: flavors, hasMore: hasNext(links) }))

export const hasNext = (links: z.infer<typeof linksWire>): boolean => (links ?? []).some(({ rel }) => rel === 'next')

/** Properties of the image's owner are beside its own members, as texts. */
const imageWire = z.object({
  id: z.string().min(1),
  name: text,
  status: text,
  size: number,
  min_disk: number,
  min_ram: number,
  os_distro: text,
  os_version: text,
  os_hidden: flag,
  image_type: text,
  instance_uuid: text,
  created_at: text
})
export type ImageWire = z.infer<typeof imageWire>
export const imageListWire = z.object({ images: z.array(imageWire), next: text })
  .transform(({ images, next }) => ({ rows: images, hasMore: typeof next === 'string' && next !== '' }))

export const zoneListWire = z.object({
  availabilityZoneInfo: z.array(z.object({ zoneName: z.string().min(1), zoneState: z.object({ available: flag }).nullish().catch(null) }))
}).transform(wire => wire.availabilityZoneInfo)

const keypairWire = z.object({ keypair: z.object({ name: z.string().min(1), public_key: text, fingerprint: text }) })
  .transform(({ keypair }) => ({ ...keypair, id: keypair.name }))
export const keypairListWire = z.object({ keypairs: z.array(keypairWire), keypairs_links: linksWire })
  .transform(({ keypairs, keypairs_links: links }) => ({ rows: keypairs, hasMore: hasNext(links) }))

const row = z.object({ id: z.string().min(1) })

const networkWire = row.extend({ name: text, 'router:external': flag, subnets: texts })
export type NetworkWire = z.infer<typeof networkWire>
export const networkListWire = z.object({ networks: z.array(networkWire) }).transform(wire => wire.networks)

const subnetWire = row.extend({ cidr: text, gateway_ip: text })
export type SubnetWire = z.infer<typeof subnetWire>
export const subnetListWire = z.object({ subnets: z.array(subnetWire) }).transform(wire => wire.subnets)

const portWire = row.extend({
  network_id: text,
  device_id: text,
  device_owner: text,
  fixed_ips: z.array(z.object({ subnet_id: text, ip_address: text })).nullish().catch(null)
})
export type PortWire = z.infer<typeof portWire>
export const portListWire = z.object({ ports: z.array(portWire) }).transform(wire => wire.ports)

const floatingWire = row.extend({ floating_ip_address: z.string().min(1), port_id: text, port_details: z.object({ device_id: text }).nullish().catch(null) })
export type FloatingWire = z.infer<typeof floatingWire>
export const floatingListWire = z.object({ floatingips: z.array(floatingWire) }).transform(wire => wire.floatingips)
