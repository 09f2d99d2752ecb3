import { z } from 'zod'
import type { Image, SshKey } from '../../domain/catalogue.ts'
import { regionParameter } from '../../domain/parameter.ts'
import type { Catalog } from '../verbs.ts'
import type { CatalogueClient } from './catalog-client.ts'
import { toImage, toSshKey } from './catalog-mapping.ts'

const cost = { calls: 0, perPage: 1 }

const parameters = z.strictObject({
  region: regionParameter,
  instance_type: z.string().min(1).max(255).meta({ description: 'linux or windows' })
})

/** The vendor has separate images for each region and instance type, and lists them only by both. */
export const createImages = (client: CatalogueClient): Catalog<Image, z.output<typeof parameters>> => ({
  evidence: 'observed',
  parameters,
  cost,
  run: async ({ region, instance_type: type }) => (await client.listTemplates(type, region)).map(wire => toImage(wire, type, region))
})

/** Only for accounts with the scope `sshkeys`. */
export const createSshKeys = (client: CatalogueClient): Catalog<SshKey> => ({
  evidence: 'observed',
  cost,
  run: async () => (await client.listSshKeys()).map(toSshKey)
})
