import type { Adapter } from '../contract.ts'
import { createAddresses } from './addresses.ts'
import { signIn } from './auth.ts'
import { createCatalogs } from './catalog.ts'
import { createChanges } from './change.ts'
import { createClient } from './client.ts'
import { createCreate } from './create.ts'
import { createList } from './list.ts'
import { createOwners } from './owners.ts'
import { createRawVerb } from './raw.ts'
import { createResize, createResizeSteps } from './resize.ts'
import { createFleioSend } from './send.ts'
import { example, fleioAccountSchema, modeOf, type FleioAccount } from './settings.ts'
import { createSnapshots } from './snapshots.ts'

export const fleio: Adapter<FleioAccount> = {
  id: 'fleio',
  title: 'Fleio',
  account: fleioAccountSchema,
  example,
  // The hypervisor is internal to the hosting company.
  secretMembers: ['host_name', 'hostId'],
  signIn,
  connect: (account, upstream) => {
    const client = createClient(createFleioSend(account, upstream))
    const mode = modeOf(account)
    return {
      list: createList(client, mode),
      get: {
        evidence: 'observed',
        run: async id => await client.getInstance(id)
      },
      create: createCreate(client, mode),
      ...createChanges(client, account.url),
      resize: createResize(client),
      ...createSnapshots(client),
      ...createAddresses(client),
      ...createCatalogs(client, mode),
      ...createOwners(client, mode),
      raw: createRawVerb(account, upstream),
      steps: createResizeSteps(client)
    }
  }
}
