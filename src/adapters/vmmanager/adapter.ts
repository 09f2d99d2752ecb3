import type { Adapter } from '../contract.ts'
import { createChanges } from './change.ts'
import { createAddressClient } from './addresses-client.ts'
import { createAddresses, createAttachSteps } from './addresses.ts'
import { signIn } from './auth.ts'
import { createCatalogClient } from './catalog-client.ts'
import { createCatalogs } from './catalog.ts'
import { createClient } from './client.ts'
import { createConsole } from './console.ts'
import { createCreate } from './create.ts'
import { createToken } from './auth-token.ts'
import { createList, findServer } from './list.ts'
import { createOwnerClient } from './owners-client.ts'
import { createOwners } from './owners.ts'
import { createPower } from './power.ts'
import { createPtr } from './ptr.ts'
import { createRawVerb } from './raw.ts'
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
    const ips = createAddressClient(send)
    return {
      list: createList(client),
      get: { evidence: 'documented', run: async id => await findServer(client, id) },
      create: createCreate(client),
      ...createPower(client),
      ...createChanges(client),
      resize: createResize(client),
      console: createConsole(client),
      ...createAddresses(client, ips),
      ptr: createPtr(ips),
      ...createCatalogs(createCatalogClient(send)),
      ...createOwners(account, createOwnerClient(account, send), upstream.now),
      raw: createRawVerb(account, upstream),
      jobs: createJobs(client),
      steps: { ...createResizeSteps(client), ...createAttachSteps(client) }
    }
  }
}
