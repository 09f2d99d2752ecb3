import type { Adapter } from '../contract.ts'
import { createAddresses } from './addresses.ts'
import { signIn } from './auth.ts'
import { createCatalogs } from './catalog.ts'
import { createChanges } from './change.ts'
import { createClient } from './client.ts'
import { createCreate } from './create.ts'
import { createJobs } from './jobs.ts'
import { createList, getServer } from './list.ts'
import { createPower } from './power.ts'
import { createRawVerb } from './raw.ts'
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
    const client = createClient(createOpenstackSend(upstream))
    return {
      list: createList(client),
      get: { evidence: 'observed', cost: { calls: 1, perPage: 1 }, run: async id => await getServer(client, id) },
      create: createCreate(client),
      ...createPower(client),
      ...createChanges(client),
      resize: createResize(client),
      ...createSnapshots(client),
      ...createAddresses(client),
      ...createCatalogs(client),
      raw: createRawVerb(upstream),
      actionLog: createJobs(client),
      steps: createResizeSteps(client)
    }
  }
}
