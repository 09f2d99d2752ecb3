import type { Adapter } from '../contract.ts'
import { createAddresses } from './addresses.ts'
import { signIn } from './auth.ts'
import { createCatalogs } from './catalog.ts'
import { createChanges } from './change.ts'
import { createClient } from './client.ts'
import { createCreate } from './create.ts'
import { createList } from './list.ts'
import { createOwners } from './owners.ts'
import { createPower, createPowerSteps } from './power.ts'
import { createRawVerb } from './raw.ts'
import { createRebuild, createRebuildSteps } from './rebuild.ts'
import { createResize, createResizeSteps } from './resize.ts'
import { createOnecloudSend } from './send.ts'
import { example, onecloudAccountSchema, type OnecloudAccount } from './settings.ts'
import { createSnapshots } from './snapshots.ts'

export const onecloud: Adapter<OnecloudAccount> = {
  id: 'onecloud',
  title: 'OneCloud (Cloudpods)',
  account: onecloudAccountSchema,
  example,
  // `create_params` is the text of a server's order, including its password.
  secretMembers: ['login_key', 'create_params', 'access_url', 'connect_params'],
  signIn,
  connect: (account, upstream) => {
    const client = createClient(createOnecloudSend(upstream), account)
    return {
      list: createList(client),
      get: { evidence: 'observed', run: client.getServer },
      create: createCreate(client),
      ...createPower(client),
      ...createChanges(client),
      resize: createResize(client),
      rebuild: createRebuild(client),
      ...createSnapshots(client),
      ...createAddresses(client),
      ...createCatalogs(client),
      ...createOwners(client, upstream, account),
      raw: createRawVerb(upstream),
      steps: { ...createPowerSteps(client), ...createResizeSteps(client), ...createRebuildSteps(client) }
    }
  }
}
