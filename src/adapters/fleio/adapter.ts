import type { Adapter } from '../contract.ts'
import type { Accepted } from '../verbs.ts'
import { createAddresses } from './addresses.ts'
import { signIn } from './auth.ts'
import { createCatalogClient } from './catalog-client.ts'
import { createCatalogs } from './catalog.ts'
import { createChanges } from './change.ts'
import { createClient } from './client.ts'
import { createConsole } from './console.ts'
import { createCreate } from './create.ts'
import { uuidServerId } from '../kit/ids.ts'
import { createList } from './list.ts'
import { createOwnerClient } from './owners-client.ts'
import { createOwners } from './owners.ts'
import { createRawVerb } from './raw.ts'
import { createRebuild } from './rebuild.ts'
import { createRescue } from './rescue.ts'
import { createResize, createResizeSteps } from './resize.ts'
import { example, fleioAccountSchema, modeOf, type FleioAccount } from './settings.ts'
import { createSnapshots } from './snapshots.ts'
import { createFleioSend } from './send.ts'

export const fleio: Adapter<FleioAccount> = {
  id: 'fleio',
  title: 'Fleio',
  account: fleioAccountSchema,
  example,
  // The hypervisor is internal to the hosting company.
  secretMembers: ['host_name', 'hostId'],
  signIn,
  connect: (account, upstream) => {
    const send = createFleioSend(account, upstream)
    const client = createClient(send)
    const catalog = createCatalogClient(send)
    const owners = createOwnerClient(send)
    const mode = modeOf(account.url) ?? 'enduser'
    return {
      list: createList(client, mode),
      get: {
        evidence: 'observed',
        run: async id => await client.getInstance(uuidServerId(id))
      },
      create: createCreate(client, owners, mode),
      start: {
        evidence: 'documented',
        run: async ({ id }) => await toAccepted(client.act(uuidServerId(id), 'start'))
      },
      stop: {
        evidence: 'documented',
        run: async ({ id }) => await toAccepted(client.act(uuidServerId(id), 'stop'))
      },
      reboot: {
        evidence: 'observed',
        note: 'A soft reboot through the guest; there is no reset.',
        run: async ({ id }) => await toAccepted(client.act(uuidServerId(id), 'reboot'))
      },
      ...createChanges(client),
      rebuild: createRebuild(client),
      ...createRescue(client),
      resize: createResize(client),
      console: createConsole(client, account.url),
      ...createSnapshots(client, catalog),
      ...createAddresses(client, catalog),
      ...createCatalogs(catalog, owners, mode),
      ...createOwners(owners, mode),
      raw: createRawVerb(account, upstream),
      steps: createResizeSteps(client)
    }
  }
}

/** The answer is a sentence without a job, so the server is polled. */
async function toAccepted (answer: Promise<unknown>): Promise<Accepted> {
  await answer
  return {}
}
