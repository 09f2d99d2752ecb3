import type { AdapterVerbs } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { CatalogueClient } from './catalog-client.ts'
import { toImage, toSshKey } from './catalog-mapping.ts'

/** The vendor has separate images for each region and instance type, and lists them only by both. */
export const createImages = (client: CatalogueClient): NonNullable<AdapterVerbs['images']> => ({
  evidence: 'observed',
  accepts: ['region', 'instance_type'],
  requires: ['region', 'instance_type'],
  run: async ({ region, instance_type: type }) => {
    if (region === undefined) throw badMember('query.region', 'is required')
    if (type === undefined) throw badMember('query.instance_type', 'is required')
    return (await client.listTemplates(type, region)).map(wire => toImage(wire, type, region))
  }
})

/** Only for accounts with the scope `sshkeys`. */
export const createSshKeys = (client: CatalogueClient): NonNullable<AdapterVerbs['ssh_keys']> => ({
  evidence: 'observed',
  run: async () => (await client.listSshKeys()).map(toSshKey)
})
