import type { Adapter, Upstream } from '../contract.ts'
import type { AdapterVerbs } from '../verbs.ts'
import { createAddressClient } from './addresses-client.ts'
import { createAddresses, createAssignStep, createHolderOf } from './addresses.ts'
import { signIn } from './auth.ts'
import { createCatalogClient } from './catalog-client.ts'
import { createCatalogs } from './catalog.ts'
import { createChanges } from './change.ts'
import { createClient } from './client.ts'
import { createCreate } from './create.ts'
import { readAllowed } from './failures.ts'
import { numericServerId } from '../kit/ids.ts'
import { createJobs } from './jobs.ts'
import { createList } from './list.ts'
import { createPower } from './power.ts'
import { createRawVerb } from './raw.ts'
import { createResize, createResizeSteps } from './resize.ts'
import { createDigitaloceanSend } from './send.ts'
import { digitaloceanAccountSchema, example, type DigitaloceanAccount } from './settings.ts'
import { createSnapshots } from './snapshots.ts'

export const digitalocean: Adapter<DigitaloceanAccount> = {
  id: 'digitalocean',
  title: 'DigitalOcean',
  account: digitaloceanAccountSchema,
  example,
  secretMembers: ['user_data', 'email'],
  signIn,
  connect,
  readAllowed
}

function connect (account: DigitaloceanAccount, upstream: Upstream): AdapterVerbs {
  const send = createDigitaloceanSend(account, upstream)
  const client = createClient(send)
  const catalog = createCatalogClient(send)
  const addresses = createAddressClient(send)
  return {
    list: createList(client),
    get: { evidence: 'documented', run: async id => await client.getDroplet(numericServerId(id)) },
    create: createCreate(client, upstream.now),
    ...createPower(client),
    ...createChanges(client),
    resize: createResize(client, catalog),
    ...createSnapshots(client),
    ...createAddresses(client, addresses),
    ...createCatalogs(catalog),
    raw: createRawVerb(account, upstream),
    jobs: createJobs({ client, holderOf: createHolderOf(addresses), now: upstream.now }),
    steps: { ...createResizeSteps(client), assign: createAssignStep(addresses) }
  }
}
