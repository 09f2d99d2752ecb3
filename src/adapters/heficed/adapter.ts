import type { Adapter, Upstream } from '../contract.ts'
import type { AdapterVerbs } from '../verbs.ts'
import { createAddresses } from './addresses.ts'
import { signIn } from './auth.ts'
import { createHeficedSend } from './send.ts'
import { createCatalogClient } from './catalog-client.ts'
import { createCatalogs } from './catalog.ts'
import { createChanges } from './change.ts'
import { numericServerId } from '../kit/ids.ts'
import { createClient, type HeficedClient } from './client.ts'
import { createCreate } from './create.ts'
import { createDelete } from './delete.ts'
import { createAddressClient } from './addresses-client.ts'
import { createList } from './list.ts'
import { ownedBy, toAccepted } from './mapping.ts'
import { createRawVerb } from './raw.ts'
import { createResize } from './resize.ts'
import { example, heficedAccountSchema, type HeficedAccount } from './settings.ts'

export const heficed: Adapter<HeficedAccount> = {
  id: 'heficed',
  title: 'Heficed Kronos Cloud',
  account: heficedAccountSchema,
  example,
  // `ref` is the reference of a payment; a console's `url` opens it without a sign-in.
  secretMembers: ['password', 'ipmiProxy', 'billingDetails', 'ref', 'url'],
  signIn,
  connect
}

function connect (account: HeficedAccount, upstream: Upstream): AdapterVerbs {
  const send = createHeficedSend(account, upstream)
  const client = createClient(account, send)
  return {
    list: createList(account, client),
    get: {
      evidence: 'observed',
      run: async id => ownedBy(account.organization_id, await client.getInstance(numericServerId(id)))
    },
    create: createCreate(client),
    delete: createDelete(client),
    ...createPower(client),
    resize: createResize(client),
    ...createChanges(client),
    // A token has exactly the requested scopes: without them the vendor would refuse these calls.
    ...createCatalogs(account, createCatalogClient(account, send)),
    ...(account.scopes.includes('ipswitch') ? createAddresses(client, createAddressClient(account, send)) : {}),
    raw: createRawVerb(account, upstream)
  }
}

const forceOf = (force: boolean | undefined): { readonly force: true } | undefined => force === true ? { force } : undefined

const createPower = (client: HeficedClient): Pick<AdapterVerbs, 'start' | 'stop' | 'reboot'> => ({
  start: {
    evidence: 'inferred',
    note: 'No public source shows this path; it is inferred from stop.',
    run: async ({ id }) => toAccepted(await client.act(numericServerId(id), 'start'))
  },
  stop: {
    evidence: 'documented',
    accepts: ['force'],
    run: async ({ id, force }) => toAccepted(await client.act(numericServerId(id), 'stop', forceOf(force)))
  },
  reboot: {
    evidence: 'inferred',
    accepts: ['force'],
    note: 'No public source shows this path; the vendor\'s earlier API had it.',
    run: async ({ id, force }) => toAccepted(await client.act(numericServerId(id), 'reboot', forceOf(force)))
  }
})
