import { z } from 'zod'
import type { Image, SshKey } from '../../domain/catalog.ts'
import { regionParameter } from '../../domain/parameter.ts'
import { toSshKey } from '../kit/catalog.ts'
import type { AdapterVerbs, Catalog } from '../verbs.ts'
import type { HeficedClient } from './client.ts'
import type { HeficedAccount } from './settings.ts'

const parameters = z.strictObject({
  region: regionParameter,
  instance_type: z.string().min(1).max(255).meta({ description: 'linux or windows' })
})

/** SSH keys only for accounts with the scope `sshkeys`. */
export const createCatalogs = ({ scopes }: HeficedAccount, client: HeficedClient): Pick<AdapterVerbs, 'images' | 'ssh_keys'> => ({
  images: createImages(client),
  ...(scopes.includes('sshkeys') ? { ssh_keys: createSshKeys(client) } : {})
})

/** The vendor has separate images for each region and instance type, and lists them only by both, which the rows do not repeat. */
const createImages = (client: HeficedClient): Catalog<Image, z.output<typeof parameters>> => ({
  evidence: 'observed',
  parameters,
  run: async ({ region, instance_type: os }) => (await client.listTemplates(os, region))
    .map(({ id, name }) => ({ id, name: name ?? id, os, region, min_disk_gib: null, min_memory_mib: null }))
})

const createSshKeys = (client: HeficedClient): Catalog<SshKey> => ({
  evidence: 'observed',
  run: async () => (await client.listSshKeys())
    .map(({ id, label, publicKey, fingerPrint }) => toSshKey({ id, name: label, public_key: publicKey, fingerprint: fingerPrint }))
})
