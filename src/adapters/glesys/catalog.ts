import type { AdapterVerbs } from '../verbs.ts'
import type { CatalogueClient } from './catalog-client.ts'

type Catalogues = Required<Pick<AdapterVerbs, 'images' | 'regions' | 'ssh_keys' | 'networks'>>

const cost = { calls: 0, perPage: 1 }

/** There are no plans: sizes are chosen freely. */
export const createCatalogues = (client: CatalogueClient): Catalogues => ({
  images: {
    evidence: 'observed',
    cost,
    note: 'Images whose name ends in (VMware) are for options.platform VMware. ' +
      'Create also accepts the names and tags (debian-12) of the others.',
    run: async () => await client.templates()
  },
  regions: {
    evidence: 'observed',
    cost,
    note: 'Regions in which servers can be created; networks may be in others too.',
    run: async () => await client.allowedArguments()
  },
  ssh_keys: {
    evidence: 'observed',
    cost,
    run: async () => await client.sshKeys()
  },
  networks: {
    evidence: 'observed',
    cost,
    note: 'Read-only: create does not accept networks.',
    run: async () => await client.networks()
  }
})
