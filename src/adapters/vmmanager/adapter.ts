import type { Adapter } from '../contract.js'
import { createActions } from './actions.js'
import { createAddresses, createAttachSteps } from './addresses.js'
import { signIn } from './auth.js'
import { createCatalogueClient } from './catalogue-client.js'
import { createCatalogues } from './catalogues.js'
import { createClient } from './client.js'
import { createConsole } from './console.js'
import { createCreate } from './create.js'
import { createToken } from './long-token.js'
import { createList, findServer } from './list.js'
import { createOwners } from './owners.js'
import { createPointer } from './pointer.js'
import { createRaw } from './raw.js'
import { createResize, createResizeSteps } from './resize.js'
import { createSenders } from './senders.js'
import { example, vmmanagerAccountSchema, type VmmanagerAccount } from './settings.js'
import { createJobs } from './tasks.js'

export const vmmanager: Adapter<VmmanagerAccount> = {
  id: 'vmmanager',
  title: 'VMmanager 6',
  account: vmmanagerAccountSchema,
  example,
  secretMembers: ['product_key', 'socket'],
  signIn,
  createToken,
  connect: (account, upstream) => {
    const senders = createSenders(account, upstream)
    const client = createClient(senders)
    const catalogue = createCatalogueClient(account, senders)
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
      raw: createRaw(account, upstream),
      jobs: createJobs(client),
      steps: { ...createResizeSteps(client), ...createAttachSteps(client) }
    }
  }
}
