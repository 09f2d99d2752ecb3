import type { Adapter } from '../contract.ts'
import { createActions } from './change.ts'
import { createAddresses, createAttachSteps } from './addresses.ts'
import { signIn } from './auth.ts'
import { createCatalogueClient } from './catalog-client.ts'
import { createCatalogues } from './catalog.ts'
import { createClient } from './client.ts'
import { createConsole } from './console.ts'
import { createCreate } from './create.ts'
import { createToken } from './auth-token.ts'
import { createList, findServer } from './list.ts'
import { createOwners } from './owners.ts'
import { createPointer } from './ptr.ts'
import { rawVerb } from './raw.ts'
import { createResize, createResizeSteps } from './resize.ts'
import { createVmmanagerSend } from './send.ts'
import { example, vmmanagerAccountSchema, type VmmanagerAccount } from './settings.ts'
import { createJobs } from './jobs.ts'

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
    const send = createVmmanagerSend(account, upstream)
    const client = createClient(send)
    const catalogue = createCatalogueClient(account, send)
    return {
      list: createList(client),
      get: { evidence: 'documented', run: async id => await findServer(client, id) },
      create: createCreate(client),
      ...createActions(client),
      resize: createResize(client),
      console: createConsole(client),
      ...createAddresses(client, catalogue),
      ptr: createPointer(catalogue),
      ...createCatalogues(catalogue),
      ...createOwners(account, catalogue),
      raw: rawVerb(account, upstream),
      jobs: createJobs(client),
      steps: { ...createResizeSteps(client), ...createAttachSteps(client) }
    }
  }
}
