import { z } from 'zod'
import { flag, number, text, texts } from '../kit/wire.ts'

const id = z.string().min(1)

export interface Complaint {
  /** Nova's key, Neutron's type, Keystone's title. */
  readonly code: string | null
  readonly message: string
  /** The form of an unknown route; Glance uses it for all errors. */
  readonly isOfWebob: boolean
}

const inner = z.object({ message: z.string(), type: text, title: text })
const flat = z.object({ message: z.string(), code: z.string() })
  .transform(({ message, code }): Complaint => ({ code, message: message.replace(/(?:<br\s*\/>|\s)+/g, ' ').trim(), isOfWebob: true }))

/** The four forms of an error, see README.md. */
export const complaintWire = z.union([
  flat,
  z.record(z.string(), z.unknown()).transform((members, context): Complaint => {
    for (const [key, value] of Object.entries(members)) {
      const { data } = inner.safeParse(value)
      if (data === undefined) continue
      return { code: data.type ?? (key === 'error' ? data.title ?? key : key), message: data.message, isOfWebob: false }
    }
    context.addIssue({ code: 'custom', message: 'is not an error' })
    return z.NEVER
  })
])

/** The sizes at the time of the create or resize. There is no id. */
const flavorOfServerWire = z.object({ vcpus: number, ram: number, disk: number, ephemeral: number, original_name: text })

const addressWire = z.object({ addr: text, 'OS-EXT-IPS:type': text })

/** While a part of the cloud is down, its rows have little more than the id. */
export const serverWire = z.object({
  id,
  name: text,
  status: text,
  'OS-EXT-STS:task_state': text,
  'OS-EXT-STS:power_state': number,
  'OS-EXT-AZ:availability_zone': text,
  tenant_id: text,
  created: text,
  flavor: flavorOfServerWire.nullish().catch(null),
  // An empty text if the server boots from a volume.
  image: z.object({ id: text }).nullish().catch(null),
  addresses: z.record(z.string(), z.array(addressWire).catch([])).nullish().catch(null),
  tags: texts,
  locked: flag
})
export type ServerWire = z.infer<typeof serverWire>

/** Only in records of servers in error. */
export const faultWire = z.object({ fault: z.object({ message: z.string() }) })

export const tagsWire = z.object({ tags: z.array(z.string()) })

/** Whether there is a next page, by the links beside the rows. */
const hasNext = z.array(z.object({ rel: text })).nullish().catch(null).transform(links => (links ?? []).some(({ rel }) => rel === 'next'))

export const serverListWire = <Row>(row: z.ZodType<Row>) => z.object({ servers: z.array(row), servers_links: hasNext })
  .transform(({ servers, servers_links: hasMore }) => ({ rows: servers, hasMore }))
export const serverAnswerWire = <Row>(row: z.ZodType<Row>) => z.object({ server: row }).transform(({ server }) => server)

/** The server already exists, so a password that cannot be read is null. */
export const createdWire = z.object({ server: z.object({ id, adminPass: text }) })
  .transform(({ server }) => ({ id: server.id, password: server.adminPass ?? null }))

/** A rebuild answers with the server, a rescue only with the password. */
export const passwordWire = z.object({ adminPass: text, server: z.object({ adminPass: text }).nullish().catch(null) })
  .transform(({ adminPass, server }): string | null => adminPass ?? server?.adminPass ?? null)

/** Older releases answer without the id. */
export const snapshotMadeWire = z.object({ image_id: id }).transform(({ image_id: image }): string | null => image)

export const consoleWire = z.object({ remote_console: z.object({ type: text, url: id }) }).transform(wire => wire.remote_console)

const eventWire = z.object({ event: text, finish_time: text, result: text })
export const actionWire = z.object({ instanceAction: z.object({ message: text, events: z.array(eventWire).nullish().catch(null) }) })
  .transform(wire => wire.instanceAction)
export type ActionWire = z.infer<typeof actionWire>

const flavorWire = z.object({
  id,
  name: text,
  vcpus: number,
  ram: number,
  disk: number,
  'OS-FLV-EXT-DATA:ephemeral': number,
  'OS-FLV-DISABLED:disabled': flag
})
export type FlavorWire = z.infer<typeof flavorWire>
export const flavorListWire = z.object({ flavors: z.array(flavorWire), flavors_links: hasNext })
  .transform(({ flavors, flavors_links: hasMore }) => ({ rows: flavors, hasMore }))

/** Custom properties are texts beside the image's own members. */
const imageWire = z.object({
  id,
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
  availabilityZoneInfo: z.array(z.object({ zoneName: id, zoneState: z.object({ available: flag }).nullish().catch(null) }))
}).transform(wire => wire.availabilityZoneInfo)

const keypairWire = z.object({ keypair: z.object({ name: id, public_key: text, fingerprint: text }) })
  .transform(({ keypair }) => ({ ...keypair, id: keypair.name }))
export const keypairListWire = z.object({ keypairs: z.array(keypairWire), keypairs_links: hasNext })
  .transform(({ keypairs, keypairs_links: hasMore }) => ({ rows: keypairs, hasMore }))

const networkWire = z.object({ id, name: text, 'router:external': flag, subnets: texts })
export type NetworkWire = z.infer<typeof networkWire>
export const networkListWire = z.object({ networks: z.array(networkWire) }).transform(wire => wire.networks)

const subnetWire = z.object({ id, cidr: text, gateway_ip: text })
export type SubnetWire = z.infer<typeof subnetWire>
export const subnetListWire = z.object({ subnets: z.array(subnetWire) }).transform(wire => wire.subnets)

const portWire = z.object({
  id,
  network_id: text,
  device_id: text,
  device_owner: text,
  fixed_ips: z.array(z.object({ subnet_id: text, ip_address: text })).nullish().catch(null)
})
export type PortWire = z.infer<typeof portWire>
export const portListWire = z.object({ ports: z.array(portWire) }).transform(wire => wire.ports)

const floatingWire = z.object({
  id,
  floating_ip_address: z.string().min(1),
  port_id: text,
  port_details: z.object({ device_id: text }).nullish().catch(null)
})
export type FloatingWire = z.infer<typeof floatingWire>
export const floatingListWire = z.object({ floatingips: z.array(floatingWire) }).transform(wire => wire.floatingips)
