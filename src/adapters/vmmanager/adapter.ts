import type { Adapter } from '../contract.ts'
import { createAddresses, createAttachSteps } from './addresses.ts'
import { createToken, signIn } from './auth.ts'
import { createCatalogs } from './catalog.ts'
import { createChanges } from './change.ts'
import { createClient } from './client.ts'
import { createCreate } from './create.ts'
import { createJobs } from './jobs.ts'
import { createList, findServer } from './list.ts'
import { createOwners } from './owners.ts'
import { createRawVerb } from './raw.ts'
import { createResize, createResizeSteps } from './resize.ts'
import { createVmmanagerSend } from './send.ts'
import { example, vmmanagerAccountSchema, type VmmanagerAccount } from './settings.ts'

export const vmmanager: Adapter<VmmanagerAccount> = {
  id: 'vmmanager',
  title: 'VMmanager 6',
  account: vmmanagerAccountSchema,
  example,
  secretMembers: ['product_key', 'socket'],
  signInCalls: 3,
  signIn,
  createToken,
  connect: (account, upstream) => {
    const client = createClient(account, createVmmanagerSend(account, upstream))
    return {
      list: createList(client),
      get: { evidence: 'documented', run: async id => await findServer(client, id) },
      create: createCreate(client),
      ...createChanges(client),
      resize: createResize(client),
      ...createAddresses(client),
      ...createCatalogs(client),
      ...createOwners(account, client, upstream.now),
      raw: createRawVerb(account, upstream),
      jobs: createJobs(client),
      steps: { ...createResizeSteps(client), ...createAttachSteps(client) }
    }
  }
}
