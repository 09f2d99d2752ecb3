import { z } from 'zod'
import type { Image } from '../../domain/catalog.ts'
import { regionParameter } from '../../domain/parameter.ts'
import { toSshKey } from '../kit/catalog.ts'
import type { AdapterVerbs, Catalog } from '../verbs.ts'
import type { CatalogClient } from './catalog-client.ts'
import type { TemplateWire } from './schema.ts'
import type { HeficedAccount } from './settings.ts'

const parameters = z.strictObject({
  region: regionParameter,
  instance_type: z.string().min(1).max(255).meta({ description: 'linux or windows' })
})

/** SSH keys only for accounts with the scope `sshkeys`. */
export const createCatalogs = ({ scopes }: HeficedAccount, client: CatalogClient): Pick<AdapterVerbs, 'images' | 'ssh_keys'> => ({
  images: createImages(client),
  ...(scopes.includes('sshkeys') ? { ssh_keys: { evidence: 'observed', run: async () => (await client.listSshKeys()).map(({ id, label, publicKey, fingerPrint }) => toSshKey({ id, name: label, public_key: publicKey, fingerprint: fingerPrint })) } } : {})
})

/** The vendor has separate images for each region and instance type, and lists them only by both. */
const createImages = (client: CatalogClient): Catalog<Image, z.output<typeof parameters>> => ({
  evidence: 'observed',
  parameters,
  run: async ({ region, instance_type: type }) => (await client.listTemplates(type, region)).map(wire => toImage(wire, type, region))
})

/** The rows do not repeat the query's region and instance type. */
const toImage = ({ id, name }: TemplateWire, type: string, region: string): Image =>
  ({ id, name: name ?? id, os: type, region, min_disk_gib: null, min_memory_mib: null })
