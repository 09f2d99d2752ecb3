import { isIP } from 'node:net'
import type { AddressRow } from '../domain/catalog.ts'
import { accountParams, addressParams, serverAddressParams, serverParams } from './params.ts'
import { addressPageSchema, ptrAnswer } from './resource-schemas.ts'
import { attachBody, pageQuery, ptrBody, writeQuery } from './schemas.ts'
import { bound, command, direct, listing, none } from './verb.ts'

const keyed = (row: AddressRow) => ({ key: JSON.stringify([row.address, row.prefix_length, row.server_id]), row })

const page = { tag: 'Addresses', query: pageQuery, answer: { description: 'A page of addresses', schema: addressPageSchema } } as const

const listOfServer = listing({
  ...page,
  operationId: 'listServerAddresses',
  action: 'addresses.list',
  summary: 'List the addresses of a server',
  description: 'Returns one page of the addresses that are attached to a server.',
  path: '/servers/:id/addresses',
  params: serverParams,
  toCall: ({ params: { id } }) => ({
    bind: ({ 'addresses.list': verb }) => verb && { verb, ready: () => async () => (await verb.run(id)).map(keyed) }
  })
})

const listOfAccount = listing({
  ...page,
  operationId: 'listAddresses',
  action: 'addresses.list',
  summary: 'List addresses',
  description: 'Returns one page of the addresses of an account, attached to a server or not.',
  path: '/addresses',
  params: accountParams,
  toCall: () => ({
    bind: ({ 'addresses.list': verb }) => verb && { verb, ready: () => async () => (await verb.all()).map(keyed) }
  })
})

const change = { tag: 'Addresses', permission: 'write', query: writeQuery } as const

const attach = command({
  ...change,
  operationId: 'attachAddresses',
  action: 'addresses.attach',
  summary: 'Attach addresses',
  description: 'Attaches addresses of the account to a server.',
  method: 'POST',
  path: '/servers/:id/addresses',
  params: serverParams,
  body: attachBody,
  toCommand: ({ params: { id }, body: { addresses } }) => ({
    // An id cannot be seen as an address: the adapter names the expected address, or a lost answer ends as `unknown`.
    goal: addresses.every(address => isIP(address) !== 0) ? { has: addresses } : null,
    bind: verbs => bound(verbs['addresses.attach'], () => ({ id, addresses }))
  })
})

const detach = command({
  ...change,
  operationId: 'detachAddress',
  action: 'addresses.detach',
  summary: 'Detach an address',
  description: 'Detaches an address from a server.',
  method: 'DELETE',
  path: '/servers/:id/addresses/:address',
  params: serverAddressParams,
  body: none,
  toCommand: ({ params: { id, address } }) => ({
    goal: { missing: [address] },
    bind: verbs => bound(verbs['addresses.detach'], () => ({ id, address }))
  })
})

const setPtr = direct({
  ...change,
  operationId: 'setPtr',
  action: 'ptr',
  summary: 'Set the reverse DNS name',
  description: 'Sets the reverse DNS name (PTR record) of an address.',
  method: 'PUT',
  path: '/addresses/:address/ptr',
  params: addressParams,
  body: ptrBody,
  answer: { description: 'The new name; with `dry_run`, the calls that would be sent', schema: ptrAnswer },
  toCall: ({ params: { address }, body: { ptr } }) => ({
    isRepeatable: true,
    bind: verbs => bound(verbs.ptr, () => ({ address, ptr }))
  })
})

export const addressVerbs = [listOfServer, listOfAccount, attach, detach, setPtr]
