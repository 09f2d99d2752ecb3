import type { Adapter } from '../contract.ts'
import { createAddresses } from './addresses.ts'
import { signIn } from './auth.ts'
import { createCatalogClient } from './catalog-client.ts'
import { createCatalogs } from './catalog.ts'
import { createChanges } from './change.ts'
import { createClient } from './client.ts'
import { createConsole } from './console.ts'
import { createCreate } from './create.ts'
import { createJobs } from './jobs.ts'
import { createGet, createList } from './list.ts'
import { createPower } from './power.ts'
import { createRawVerb } from './raw.ts'
import { createRescue } from './rescue.ts'
import { createResize, createResizeSteps } from './resize.ts'
import { createOpenstackSend } from './send.ts'
import { example, openstackAccountSchema, type OpenstackAccount } from './settings.ts'
import { createSnapshots } from './snapshots.ts'

export const openstack: Adapter<OpenstackAccount> = {
  id: 'openstack',
  title: 'OpenStack',
  account: openstackAccountSchema,
  example,
  secretMembers: ['adminPass', 'user_data', 'OS-EXT-SRV-ATTR:user_data', 'personality'],
  signIn,
  signInCalls: 2,
  connect: (_account, upstream) => {
    const send = createOpenstackSend(upstream)
    const client = createClient(send)
    const catalog = createCatalogClient(send)
    return {
      list: createList(client, catalog),
      get: createGet(client, catalog),
      create: createCreate(client),
      ...createPower(client),
      ...createChanges(client),
      ...createRescue(client),
      resize: createResize(client, catalog),
      console: createConsole(client),
      ...createSnapshots(client, catalog),
      ...createAddresses(client, catalog),
      ...createCatalogs(catalog),
      raw: createRawVerb(upstream),
      actionLog: createJobs(client, catalog),
      steps: createResizeSteps(client, catalog)
    }
  }
}
