import { z } from 'zod'
import type { Image, Network, Region, SshKey } from '../../domain/catalog.ts'
import { text } from '../kit/wire.ts'
import { id, listOf, name, number } from './schema.ts'

/** The platforms that a create accepts. Older answers also list OpenVZ and Xen. */
const platforms = ['KVM', 'VMware'] as const
type Platform = typeof platforms[number]

/** An empty list is an empty element in XML. */
const nothing = z.union([z.literal(''), z.tuple([])]).transform(() => ({ KVM: null, VMware: null }))

const byPlatform = <Entry>(entry: z.ZodType<Entry>) =>
  z.union([nothing, z.object({ KVM: entry.nullish().catch(null), VMware: entry.nullish().catch(null) })])

const templateWire = z.object({
  id: name,
  name: z.string().min(1),
  minimumdisksize: number,
  minimummemorysize: number,
  operatingsystem: name
}).nullable().catch(null)
type TemplateWire = NonNullable<z.infer<typeof templateWire>>

export const imagesPayload = z.object({ templates: byPlatform(listOf(templateWire)) })
  .transform(({ templates }): readonly Image[] => platforms.flatMap(platform =>
    (templates[platform] ?? []).filter(isThere).map(template => toImage(template, platform))))

const isThere = <Value>(value: Value | null): value is Value => value !== null

/** KVM accepts the id or the name, VMware is known to accept only the name. The platform must follow from one of them. */
const toImage = (wire: TemplateWire, platform: Platform): Image => ({
  id: platform === 'KVM' ? wire.id ?? wire.name : wire.name,
  name: platform === 'KVM' ? wire.name : `${wire.name} (${platform})`,
  os: wire.operatingsystem,
  region: null,
  min_disk_gib: wire.minimumdisksize ?? null,
  min_memory_mib: wire.minimummemorysize ?? null
})

const argumentsWire = z.object({ datacenter: listOf(z.string().min(1)) })

/** Without any region no server could be created, so an empty list means that the answer has changed. */
export const regionsPayload = z.object({ argumentslist: byPlatform(argumentsWire) })
  .transform(({ argumentslist }): readonly Region[] => [...new Set(platforms.flatMap(platform => argumentslist[platform]?.datacenter ?? []))]
    .map(region => ({ id: region, name: region })))
  .refine(regions => regions.length > 0, { path: ['argumentslist'] })

const sshKeyWire = z.object({ id, description: name, data: name }).nullable().catch(null)

export const sshKeysPayload = z.object({ sshkeys: listOf(sshKeyWire) }).transform(({ sshkeys }): readonly SshKey[] =>
  sshkeys.filter(isThere).map(key => ({ id: key.id, name: key.description ?? key.id, public_key: key.data, fingerprint: null })))

const scopes: ReadonlyMap<string, Network['scope']> = new Map<string, Network['scope']>([['yes', 'public'], ['no', 'private']])
const networkWire = z.object({ networkid: id, description: name, datacenter: name, public: text }).nullable().catch(null)

export const networksPayload = z.object({ networks: listOf(networkWire) }).transform(({ networks }): readonly Network[] =>
  networks.filter(isThere).map(network => ({
    id: network.networkid,
    name: network.description ?? network.networkid,
    region: network.datacenter,
    scope: scopes.get(network.public ?? '') ?? 'unknown',
    cidrs: []
  })))
