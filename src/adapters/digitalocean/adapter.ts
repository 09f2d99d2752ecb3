import type { Adapter } from '../contract.ts'
import { createAddresses, createAssignStep } from './addresses.ts'
import { createCatalogs } from './catalog.ts'
import { createChanges } from './change.ts'
import { createClient } from './client.ts'
import { createCreate } from './create.ts'
import { readAllowed } from './failures.ts'
import { createJobs } from './jobs.ts'
import { createList } from './list.ts'
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
  // Tokens are made in the control panel: a refusal is final.
  signIn: () => null,
  readAllowed,
  connect: (account, upstream) => {
    const client = createClient(createDigitaloceanSend(account, upstream))
    return {
      list: createList(client),
      get: { evidence: 'documented', run: async id => await client.getDroplet(id) },
      create: createCreate(client, upstream.now),
      ...createChanges(client),
      resize: createResize(client),
      ...createSnapshots(client),
      ...createAddresses(client),
      ...createCatalogs(client),
      raw: createRawVerb(account, upstream),
      jobs: createJobs(client, upstream.now),
      steps: { ...createResizeSteps(client), assign: createAssignStep(client) }
    }
  }
}
