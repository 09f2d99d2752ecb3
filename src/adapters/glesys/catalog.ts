import type { AllVerbs } from '../verbs.ts'
import type { CatalogClient } from './catalog-client.ts'

/** There are no plans: sizes are chosen freely. */
export const createCatalogs = (client: CatalogClient): Pick<AllVerbs, 'images' | 'regions' | 'ssh_keys' | 'networks'> => ({
  images: {
    evidence: 'observed',
    note: 'Images whose name ends in (VMware) are for options.platform VMware. ' +
      'Create also accepts the names and tags (debian-12) of the others.',
    run: async () => await client.templates()
  },
  regions: {
    evidence: 'observed',
    note: 'Regions in which servers can be created; networks may be in others too.',
    run: async () => await client.allowedArguments()
  },
  ssh_keys: {
    evidence: 'observed',
    run: async () => await client.sshKeys()
  },
  networks: {
    evidence: 'observed',
    note: 'Read-only: create does not accept networks.',
    run: async () => await client.networks()
  }
})
