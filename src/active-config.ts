import { isDeepStrictEqual } from 'node:util'
import type { Authenticate } from './access/api-key.ts'
import { createAuthenticator } from './access/authenticator.ts'
import { openAccounts, type AccountOpening, type OpenedAccount } from './accounts.ts'
import type { Config } from './config/load.ts'

/** The configuration that is in use, with what is opened for it. A reload replaces it as a whole. */
export interface ActiveConfig {
  config(): Config
  /** Null if authentication is off. */
  authenticate(): Authenticate | null
  accounts(): readonly OpenedAccount[]
  /** Opens what another configuration needs, then applies it; throws with nothing changed. */
  replace(next: Config): Replaced
  close(): Promise<void>
}

export interface Replaced {
  readonly added: readonly OpenedAccount[]
  /** Closes what the new configuration no longer uses; requests in flight still do. */
  closeUnused(): Promise<void>
}

export function createActiveConfig (first: Config, opening: AccountOpening): ActiveConfig {
  const { now } = opening.clock
  let config = first
  let authenticator = createAuthenticator(config.auth, now)
  let accounts = openAccounts(config.accounts, opening)
  return {
    config: () => config,
    authenticate: () => authenticator.authenticate,
    accounts: () => accounts,
    replace: next => {
      const before = { accounts, authenticator }
      // Everything that can fail comes first.
      const nextAccounts = openAccounts(next.accounts, opening, before.accounts)
      authenticator = isDeepStrictEqual(next.auth, config.auth) ? authenticator : createAuthenticator(next.auth, now)
      accounts = nextAccounts
      config = next
      const used = new Set<unknown>([...accounts, authenticator])
      const unused = [...before.accounts, before.authenticator].filter(one => !used.has(one))
      return { added: accounts.filter(one => !before.accounts.includes(one)), closeUnused: async () => { await closeAll(unused) } }
    },
    close: async () => { await closeAll([...accounts, authenticator]) }
  }
}

async function closeAll (opened: ReadonlyArray<{ close(): Promise<void> }>): Promise<void> {
  await Promise.all(opened.map(async one => { await one.close() }))
}
