import { isIP } from 'node:net'
import { addressRowSchema, type AddressRow } from '../domain/catalog.ts'
import { attachBody, pageAnswer, ptrAnswer, ptrBody } from './schemas.ts'
import { command, direct, forward, listing, none } from './verb.ts'

const page = {
  tag: 'Addresses',
  action: 'addresses.list',
  answer: pageAnswer('addresses', 'AddressPage', addressRowSchema),
  keyOf: (row: AddressRow) => JSON.stringify([row.address, row.prefix_length, row.server_id])
} as const

const listOfServer = listing({
  ...page,
  operationId: 'listServerAddresses',
  summary: 'List the addresses of a server',
  description: 'Returns one page of the addresses that are attached to a server.',
  path: '/servers/:id/addresses',
  bind: (verbs, permit, { params: { id } }) => {
    const { verb } = permit(verbs['addresses.list'])
    return { verb, run: async () => await verb.run(id) }
  }
})

const listOfAccount = listing({
  ...page,
  operationId: 'listAddresses',
  summary: 'List addresses',
  description: 'Returns one page of the addresses of an account, attached to a server or not.',
  path: '/addresses',
  bind: (verbs, permit) => {
    const { verb } = permit(verbs['addresses.list'])
    return { verb, run: async () => await verb.all() }
  }
})

const change = { tag: 'Addresses', permission: 'write' } as const

const attach = command({
  ...change,
  operationId: 'attachAddresses',
  action: 'addresses.attach',
  summary: 'Attach addresses',
  description: 'Attaches addresses of the account to a server.',
  method: 'POST',
  path: '/servers/:id/addresses',
  body: attachBody,
  bind: forward(
    verbs => verbs['addresses.attach'],
    // An id cannot be seen as an address: the adapter names the expected address, or a lost answer ends as `unknown`.
    ({ addresses }) => addresses.every(address => isIP(address) !== 0) ? { has: addresses } : null
  )
})

const detach = command({
  ...change,
  operationId: 'detachAddress',
  action: 'addresses.detach',
  summary: 'Detach an address',
  description: 'Detaches an address from a server.',
  method: 'DELETE',
  path: '/servers/:id/addresses/:address',
  body: none,
  bind: forward(verbs => verbs['addresses.detach'], ({ address }) => ({ missing: [address] }))
})

const setPtr = direct({
  ...change,
  operationId: 'setPtr',
  action: 'ptr',
  summary: 'Set the reverse DNS name',
  description: 'Sets the reverse DNS name (PTR record) of an address.',
  method: 'PUT',
  path: '/addresses/:address/ptr',
  isIdempotent: true,
  body: ptrBody,
  answer: { description: 'The new name; with `dry_run`, the calls that would be sent', schema: ptrAnswer },
  bind: forward(({ ptr }) => ptr)
})

export const addressVerbs = [listOfServer, listOfAccount, attach, detach, setPtr]
