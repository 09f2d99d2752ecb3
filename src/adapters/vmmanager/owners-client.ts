import { accountWire, newAccountWire } from './catalog-schema.ts'
import { creationFailure, listFailure, pathFailure } from './failures.ts'
import { createReadAll } from './pages.ts'
import { keyWire, listWire } from './schema.ts'
import { where, type VmmanagerSend } from './send.ts'
import type { VmmanagerAccount } from './settings.ts'

export type OwnerClient = ReturnType<typeof createOwnerClient>

const accountsWire = listWire(accountWire)

const accountFailure = creationFailure(new Map([
  ['email', 'body.email'], ['password', 'body.password'], ['full_name', 'body.name'], ['role', 'body.options.role']
]))

/** One function for each endpoint of the platform's accounts. */
export function createOwnerClient (account: VmmanagerAccount, send: VmmanagerSend) {
  const readAll = createReadAll(send)
  return {
    listAccounts: async () => await readAll({ path: 'account', schema: accountsWire }),
    findAccount: async (id: string) => await send({
      name: 'account', path: `/vm/v3/account?${where(`(id EQ ${id})`)}`, schema: accountsWire, toFailure: listFailure
    }),
    createAccount: async (body: object) => await send({
      name: 'account/create', path: '/vm/v3/account', body, schema: newAccountWire, assumed: { id: '{id}' }, toFailure: accountFailure
    }),
    /** A key that signs in as this user, for one hour. */
    createKey: async (user: string) => await send({
      name: 'user/key',
      path: `${account.auth_prefix}/auth/v4/user/${encodeURIComponent(user)}/key`,
      // The vendor's guide sends it with key calls.
      headers: { 'isp-box-instance': 'true' },
      body: {},
      schema: keyWire,
      assumed: { key: '{key}' },
      toFailure: pathFailure('path.owner')
    })
  }
}
