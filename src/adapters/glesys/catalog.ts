import type { AdapterVerbs } from '../verbs.ts'
import type { CatalogueClient } from './catalog-client.ts'

type Catalogues = Required<Pick<AdapterVerbs, 'images' | 'regions' | 'ssh_keys' | 'networks'>>

/** There are no plans: sizes are free. */
export const createCatalogues = (client: CatalogueClient): Catalogues => ({
  images: {
    evidence: 'observed',
    note: 'Images whose name ends in (VMware) are for options.platform VMware. Create also takes names and tags (debian-12) of the others.',
    run: async () => await client.templates()
  },
  regions: {
    evidence: 'observed',
    note: 'Where servers can be created; networks may lie elsewhere too.',
    run: async () => await client.allowedArguments()
  },
  ssh_keys: {
    evidence: 'observed',
    run: async () => await client.sshKeys()
  },
  networks: {
    evidence: 'observed',
    note: 'For looking only: a create takes no networks here.',
    run: async () => await client.networks()
  }
})
