import type { Adapter } from '../contract.js'
import type { Accepted } from '../verbs.js'
import { createAddresses } from './addresses.js'
import { signIn } from './auth.js'
import { createCatalogueClient } from './catalogue-client.js'
import { createCatalogues } from './catalogues.js'
import { createChanges } from './change.js'
import { createClient } from './client.js'
import { createConsole } from './console.js'
import { createCreate } from './create.js'
import { serverIdOf } from './inputs.js'
import { createList } from './list.js'
import { createOwnerClient } from './owner-client.js'
import { createOwners } from './owners.js'
import { createRaw } from './raw.js'
import { createConfirmation, createResize } from './resize.js'
import { example, fleioAccountSchema, modeOf, type FleioAccount } from './settings.js'
import { createSnapshots } from './snapshots.js'
import { createSend } from './wire.js'

export const fleio: Adapter<FleioAccount> = {
  id: 'fleio',
  title: 'Fleio',
  account: fleioAccountSchema,
  example,
  // Which hypervisor it is concerns the hosting company, not whoever may read servers here.
  secretMembers: ['host_name', 'hostId'],
  signIn,
  connect: (account, upstream) => {
    const send = createSend(account, upstream)
    const client = createClient(send)
    const catalogue = createCatalogueClient(send)
    const owners = createOwnerClient(send)
    const mode = modeOf(account.url) ?? 'enduser'
    return {
      list: createList(client, mode),
      get: {
        evidence: 'observed',
        run: async id => await client.getInstance(serverIdOf(id))
      },
      create: createCreate(client, owners, mode),
      start: {
        evidence: 'documented',
        run: async ({ id }) => await toAccepted(client.act(serverIdOf(id), 'start'))
      },
      stop: {
        evidence: 'documented',
        run: async ({ id }) => await toAccepted(client.act(serverIdOf(id), 'stop'))
      },
      reboot: {
        evidence: 'observed',
        note: 'The guest is asked to restart; there is no reset.',
        run: async ({ id }) => await toAccepted(client.act(serverIdOf(id), 'reboot'))
      },
      ...createChanges(client),
      resize: createResize(client),
      console: createConsole(client, account.url),
      ...createSnapshots(client, catalogue),
      ...createAddresses(client, catalogue),
      ...createCatalogues(catalogue, owners, mode),
      ...createOwners(owners, mode),
      raw: createRaw(send),
      steps: { confirm_resize: createConfirmation(client) }
    }
  }
}

/** The answer is a sentence: there is no job to follow, the server is looked at instead. */
async function toAccepted (answer: Promise<unknown>): Promise<Accepted> {
  await answer
  return {}
}
