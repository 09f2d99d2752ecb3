import { isIP } from 'node:net'
import { z } from 'zod'
import type { AddressRow, ConsoleLink, Image, Network, Region, SshKey } from '../../domain/catalog.ts'
import { addressOf, addressRow, prefixOfNetmask } from '../kit/addresses.ts'
import { maybe, text, withoutNulls } from '../kit/wire.ts'
import type { Accepted } from '../verbs.ts'

/** XML and old answers send numbers as text. */
const number = maybe(z.union([z.number(), z.string().regex(/^\s*\d{1,15}(?:\.\d+)?\s*$/).transform(Number)]))

/** Null may also be an empty text (always in XML) or the word None. */
const name = text.transform(value => value === undefined || value === '' || value === 'None' ? null : value)

/** A number or a text, always a text in XML. */
const id = z.union([z.string().min(1), z.int().transform(String)])

/** The vendor has three styles of booleans; the mapping decides what an empty one means. */
const flag = maybe(z.union([z.boolean(), z.number(), z.string()]))

/** In XML an empty list is an empty element. */
const listOf = <Wire>(entry: z.ZodType<Wire>) =>
  z.union([z.literal('').transform((): Wire[] => []), z.array(entry)])

/** An unreadable entry is null. */
const entriesOf = <Wire>(entry: z.ZodType<Wire>) => listOf(entry.nullable().catch(null))

/** The server in details, in a list (four fields or more) and in an action's answer. */
export const serverWire = z.object({
  serverid: z.string().min(1),
  hostname: text,
  datacenter: name,
  projectkey: name,
  managedhosting: flag,
  cpucores: number,
  memorysize: number,
  disksize: number,
  additionaldisks: maybe(entriesOf(z.object({ sizeingib: number }))),
  iplist: maybe(entriesOf(z.object({ ipaddress: text }))),
  templatename: name,
  initialtemplate: maybe(z.object({ id: name, name })),
  supportedfeatures: maybe(z.record(z.string(), flag)),
  isrunning: flag,
  islocked: flag,
  status: name,
  state: name
})
export type ServerWire = z.infer<typeof serverWire>

export const serversPayload = z.object({ servers: listOf(z.unknown()) })

/** The order is accepted even if its answer is unreadable; without an id the server is found by its name. */
export const createdPayload = z.object({ server: maybe(z.object({ serverid: name })) })
  .transform(({ server }): Accepted => {
    const serverId = server?.serverid ?? null
    return serverId === null ? {} : { serverId }
  })

export const editedPayload = z.object({ server: maybe(z.object({ hostname: name })) })
  .transform(({ server }) => ({ hostname: server?.hostname ?? null }))

/** Host, port and password are from the former VNC console; today they are empty, or the word None. */
export const consolePayload = z.object({ console: z.object({ url: z.string().min(1), protocol: name }) })
  .transform(({ console: { url, protocol } }): ConsoleLink => ({ type: protocol ?? 'url', url, expires_at: null }))

export const loginPayload = z.object({ login: z.object({ apikey: z.string().min(1) }) })

/** `status` of the envelope. Its code was a text once, and a transaction id for a while. */
const statusWire = z.object({ code: number, text })
export const envelopeWire = z.object({ response: z.looseObject({ status: maybe(statusWire) }) })

/** An address of the ip module; a server's own list has another shape, and the list of free addresses a third. */
const addressWire = z.object({ ipaddress: text, netmask: name, gateway: name, datacenter: name, serverid: name, ptr: name })

/** The vendor stores names with a trailing dot. */
const toPtr = (ptr: string | null): string | null => ptr === null ? null : ptr.replace(/\.$/, '') || null

const toAddressRow = (wire: z.infer<typeof addressWire>): AddressRow | null => addressRow(wire.ipaddress, {
  id: null,
  prefix_length: prefixOfNetmask(wire.netmask),
  gateway: isIP(wire.gateway ?? '') === 0 ? null : wire.gateway,
  server_id: wire.serverid,
  region: wire.datacenter,
  ptr: toPtr(wire.ptr)
})

export const addressesPayload = z.object({ iplist: entriesOf(addressWire) })
  .transform(({ iplist }): readonly AddressRow[] => withoutNulls(iplist).map(toAddressRow).filter(row => row !== null))

/** Answers of 2011 had no details; missing facts are null. */
export const addressPayload = z.object({ details: maybe(addressWire) })
  .transform(({ details }) => ({ address: addressOf(details?.ipaddress)?.address ?? null, ptr: toPtr(details?.ptr ?? null) }))

/** The platforms that a create accepts. Older answers also list OpenVZ and Xen. */
const platforms = ['KVM', 'VMware'] as const

/** An empty list is an empty element in XML. */
const nothing = z.union([z.literal(''), z.tuple([])]).transform(() => ({ KVM: null, VMware: null }))

const byPlatform = <Entry>(entry: z.ZodType<Entry>) =>
  z.union([nothing, z.object({ KVM: maybe(entry), VMware: maybe(entry) })])

const templateWire = z.object({
  id: name,
  name: z.string().min(1),
  minimumdisksize: number,
  minimummemorysize: number,
  operatingsystem: name
})

/** KVM accepts the id or the name, VMware is known to accept only the name. The platform must follow from one of them. */
const toImage = (wire: z.infer<typeof templateWire>, platform: typeof platforms[number]): Image => ({
  id: platform === 'KVM' ? wire.id ?? wire.name : wire.name,
  name: platform === 'KVM' ? wire.name : `${wire.name} (${platform})`,
  os: wire.operatingsystem,
  region: null,
  min_disk_gib: wire.minimumdisksize ?? null,
  min_memory_mib: wire.minimummemorysize ?? null
})

export const imagesPayload = z.object({ templates: byPlatform(entriesOf(templateWire)) })
  .transform(({ templates }): readonly Image[] => platforms.flatMap(platform =>
    withoutNulls(templates[platform]).map(template => toImage(template, platform))))

/** Without any region no server could be created, so an empty list means that the answer has changed. */
export const regionsPayload = z.object({ argumentslist: byPlatform(z.object({ datacenter: listOf(z.string().min(1)) })) })
  .transform(({ argumentslist }): readonly Region[] => {
    const regions = new Set(platforms.flatMap(platform => argumentslist[platform]?.datacenter ?? []))
    return [...regions].map(region => ({ id: region, name: region }))
  })
  .refine(regions => regions.length > 0, { path: ['argumentslist'] })

export const sshKeysPayload = z.object({ sshkeys: entriesOf(z.object({ id, description: name, data: name })) })
  .transform(({ sshkeys }): readonly SshKey[] =>
    withoutNulls(sshkeys).map(key => ({ id: key.id, name: key.description ?? key.id, public_key: key.data, fingerprint: null })))

const scopes: ReadonlyMap<string, Network['scope']> = new Map<string, Network['scope']>([['yes', 'public'], ['no', 'private']])
const networkWire = z.object({ networkid: id, description: name, datacenter: name, public: text })

export const networksPayload = z.object({ networks: entriesOf(networkWire) }).transform(({ networks }): readonly Network[] =>
  withoutNulls(networks).map(network => ({
    id: network.networkid,
    name: network.description ?? network.networkid,
    region: network.datacenter,
    scope: scopes.get(network.public ?? '') ?? 'unknown',
    cidrs: []
  })))
