import type { Adapter } from '../contract.ts'
import { createAddresses } from './addresses.ts'
import { signIn } from './auth.ts'
import { createCatalogs } from './catalog.ts'
import { createChanges } from './change.ts'
import { createClient } from './client.ts'
import { createCreate } from './create.ts'
import { createList } from './list.ts'
import { ownedBy } from './mapping.ts'
import { createRawVerb } from './raw.ts'
import { createResize } from './resize.ts'
import { createHeficedSend } from './send.ts'
import { example, heficedAccountSchema, type HeficedAccount } from './settings.ts'

export const heficed: Adapter<HeficedAccount> = {
  id: 'heficed',
  title: 'Heficed Kronos Cloud',
  account: heficedAccountSchema,
  example,
  // `ref` is the reference of a payment; a console's `url` opens it without a sign-in.
  secretMembers: ['password', 'ipmiProxy', 'billingDetails', 'ref', 'url'],
  signIn,
  connect: (account, upstream) => {
    const client = createClient(account, createHeficedSend(account, upstream))
    return {
      list: createList(account, client),
      get: { evidence: 'observed', run: async id => ownedBy(account.organization_id, await client.getInstance(id)) },
      create: createCreate(client),
      ...createChanges(client),
      resize: createResize(client),
      // A token has exactly the requested scopes: without them the vendor would refuse these calls.
      ...createCatalogs(account, client),
      ...(account.scopes.includes('ipswitch') ? createAddresses(client) : {}),
      raw: createRawVerb(account, upstream)
    }
  }
}
