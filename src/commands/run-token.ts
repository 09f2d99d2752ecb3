import { randomUUID } from 'node:crypto'
import type { AccountSettings } from '../config/load.ts'
import { GatewayError } from '../domain/failure.ts'
import { backgroundCall } from '../transport/context.ts'
import { withAccounts } from './with-accounts.ts'

/** A token of the provider's that outlives sign-ins. */
export const createToken = async (settings: AccountSettings, expiresAt: Date): Promise<string> => await withAccounts([settings], async ([account]) => {
  const create = account?.createToken ?? null
  if (account === undefined || create === null) throw new GatewayError('operation-not-supported', `${settings.adapter.title} has no such tokens`)
  return await create(backgroundCall(account, `token-${randomUUID()}`, new AbortController().signal), expiresAt)
})
