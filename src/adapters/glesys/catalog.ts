import type { AllVerbs } from '../verbs.ts'
import type { GlesysClient } from './client.ts'

const evidence = 'observed'

/** There are no plans: sizes are chosen freely. */
export const createCatalogs = (client: GlesysClient): Pick<AllVerbs, 'images' | 'regions' | 'ssh_keys' | 'networks'> => ({
  images: {
    evidence,
    note: 'Images whose name ends in (VMware) are for options.platform VMware. ' +
      'Create also accepts the names and tags (debian-12) of the others.',
    run: client.templates
  },
  regions: {
    evidence,
    note: 'Regions in which servers can be created; networks may be in others too.',
    run: client.allowedArguments
  },
  ssh_keys: { evidence, run: client.sshKeys },
  networks: { evidence, note: 'Read-only: create does not accept networks.', run: client.networks }
})
