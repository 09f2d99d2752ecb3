import type { Adapter } from '../contract.ts'
import { createAddresses } from './addresses.ts'
import { signIn } from './auth.ts'
import { createCatalogs } from './catalog.ts'
import { createChanges } from './change.ts'
import { createClient } from './client.ts'
import { createConsole } from './console.ts'
import { createCreate } from './create.ts'
import { createDelete } from './delete.ts'
import { createOnecloudSend } from './send.ts'
import { createList } from './list.ts'
import { getLive } from './get.ts'
import { createOwners } from './owners.ts'
import { createPassword } from './password.ts'
import { createPowerSteps, createPower } from './power.ts'
import { createRawVerb } from './raw.ts'
import { createRebuild, createRebuildSteps } from './rebuild.ts'
import { createRescue } from './rescue.ts'
import { createResize, createResizeSteps } from './resize.ts'
import { createCatalogClient } from './catalog-client.ts'
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
    const send = createOnecloudSend(upstream)
    const client = createClient(send)
    const rows = createCatalogClient(send, account)
    return {
      list: createList(client, account),
      get: {
        evidence: 'observed',
        run: async id => await getLive(client, id)
      },
      create: createCreate(client),
      delete: createDelete(client),
      ...createPower(client),
      resize: createResize(client, rows),
      ...createChanges(client),
      rebuild: createRebuild(client, rows),
      ...createRescue(client),
      password: createPassword(client),
      console: createConsole(client),
      ...createSnapshots(client, rows),
      ...createAddresses(client, rows),
      ...createCatalogs(rows),
      ...createOwners({ upstream, send, account }),
      raw: createRawVerb(upstream),
      steps: { ...createPowerSteps(client), ...createResizeSteps(client), ...createRebuildSteps(client) }
    }
  }
}
