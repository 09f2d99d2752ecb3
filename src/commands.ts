import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { GatewayError, UpstreamError } from './domain/failure.ts'
import type { Account } from './transport/account.ts'
import { backgroundCall } from './transport/context.ts'

/** A new key for a caller, and what the configuration says of it. */
export function createKey (): string {
  const key = randomBytes(32).toString('base64url')
  return `key     ${key}\nsha256  ${createHash('sha256').update(key).digest('hex')}\n`
}

export interface Checked {
  readonly table: string
  readonly isSound: boolean
}

/** Signs in to every account and lists one server each. */
export async function checkAccounts (accounts: readonly Account[]): Promise<Checked> {
  const rows = await Promise.all(accounts.map(checkAccount))
  const widths = [0, 1, 2].map(column => Math.max(...[['account', 'provider', 'result'], ...rows.map(({ cells }) => cells)].map(cells => (cells[column] ?? '').length)))
  const line = (cells: readonly string[]): string => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()
  return {
    table: `${[['account', 'provider', 'result', 'detail'], ...rows.map(({ cells }) => cells)].map(line).join('\n')}\n`,
    isSound: rows.every(({ isSound }) => isSound)
  }
}

async function checkAccount (account: Account): Promise<{ readonly cells: readonly string[], readonly isSound: boolean }> {
  const about = [account.id, account.provider.id]
  try {
    const { list } = account.connect(backgroundCall(account, `check-${randomUUID()}`, new AbortController().signal))
    const { rows } = await list.run({ filters: {}, offset: 0, after: null, limit: 1 })
    return { cells: [...about, 'ok', rows.length === 0 ? 'no servers' : `such as ${rows[0]?.server.name ?? ''}`], isSound: true }
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    const detail = account.safeText([error.message, error.options.vendorMessage ?? ''].filter(text => text !== '').join(': '))
    return { cells: [...about, error.failure, detail], isSound: false }
  }
}

/** A token of the provider's that outlives sign-ins. */
export async function createToken (account: Account, expires: string): Promise<string> {
  const at = /^\d{4}-\d\d-\d\d$/.test(expires) ? Date.parse(`${expires}T00:00:00Z`) : Number.NaN
  if (!(at > Date.now())) throw new GatewayError('invalid-request', '--expires takes a day to come, as 2030-01-31')
  if (account.createToken === null) throw new GatewayError('operation-not-supported', `${account.provider.title} has no such tokens`)
  return await account.createToken(backgroundCall(account, `token-${randomUUID()}`, new AbortController().signal), new Date(at))
}
