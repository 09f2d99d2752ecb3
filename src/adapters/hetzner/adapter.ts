import type { Adapter, Upstream } from '../contract.ts'
import type { AdapterVerbs } from '../verbs.ts'
import { createAddresses, createAddressSteps } from './addresses.ts'
import { signIn } from './auth.ts'
import { createCatalogs } from './catalog.ts'
import { createChanges } from './change.ts'
import { createClient } from './client.ts'
import { createCreate, createCreateSteps } from './create.ts'
import { readAllowed } from './failures.ts'
import { numericServerId } from '../kit/ids.ts'
import { createJobs } from './jobs.ts'
import { createFloating, createList } from './list.ts'
import { createPower } from './power.ts'
import { createRawVerb } from './raw.ts'
import { createRescue, createRescueSteps } from './rescue.ts'
import { createResize, createResizeSteps } from './resize.ts'
import { createHetznerSend } from './send.ts'
import { example, hetznerAccountSchema, type HetznerAccount } from './settings.ts'
import { createSnapshots } from './snapshots.ts'

export const hetzner: Adapter<HetznerAccount> = {
  id: 'hetzner',
  title: 'Hetzner Cloud',
  account: hetznerAccountSchema,
  example,
  // The URL of a console has a token in its query.
  secretMembers: ['wss_url'],
  signIn,
  connect,
  readAllowed
}

function connect (account: HetznerAccount, upstream: Upstream): AdapterVerbs {
  const client = createClient(createHetznerSend(account, upstream))
  const complete = createFloating(client)
  return {
    list: createList(client),
    get: {
      evidence: 'documented',
      cost: { calls: 1, perPage: 1 },
      run: async id => {
        const seen = await client.getServer(numericServerId(id))
        return (await complete([seen]))[0] ?? seen
      }
    },
    create: createCreate(client),
    ...createPower(client),
    ...createChanges(client, upstream.now),
    resize: createResize(client),
    ...createRescue(client),
    ...createSnapshots(client),
    ...createAddresses(client),
    ...createCatalogs(client, upstream.now),
    raw: createRawVerb(account, upstream),
    jobs: createJobs(client),
    steps: { ...createCreateSteps(client), ...createResizeSteps(client), ...createRescueSteps(client), ...createAddressSteps(client) }
  }
}
