import { isDeepStrictEqual } from 'node:util'
import { createAuthenticator, type Authenticator } from './access/authenticator.ts'
import { openAccounts, type AccountOpening, type OpenedAccount } from './accounts.ts'
import type { Config } from './config/load.ts'
import { systemClock } from './domain/clock.ts'

interface Closable {
  close(): Promise<void>
}

/** What a configuration determines and a reload replaces. */
export interface Present {
  config(): Config
  authenticator(): Authenticator
  opened(): readonly OpenedAccount[]
  /** Opens what another configuration needs, then applies it as a whole; throws with nothing changed. */
  change(next: Config): Changed
  close(): Promise<void>
}

export interface Changed {
  readonly fresh: readonly OpenedAccount[]
  /** What the new configuration no longer uses; requests in flight still do. */
  readonly left: readonly Closable[]
}

export function createPresent (first: Config, accountOpening: AccountOpening): Present {
  const { clock: { now } = systemClock } = accountOpening
  let config = first
  let authenticator = createAuthenticator(config.auth, now)
  let opened = openAccounts(config.accounts, accountOpening)
  return {
    config: () => config,
    authenticator: () => authenticator,
    opened: () => opened,
    change: next => {
      const before = { opened, authenticator }
      // Everything that can fail comes first.
      const nextOpened = openAccounts(next.accounts, accountOpening, before.opened)
      const nextAuthenticator = isDeepStrictEqual(next.auth, config.auth) ? authenticator : createAuthenticator(next.auth, now)
      opened = nextOpened
      authenticator = nextAuthenticator
      config = next
      return {
        fresh: opened.filter(one => !before.opened.includes(one)),
        left: [...before.opened.filter(one => !opened.includes(one)), ...(before.authenticator === authenticator ? [] : [before.authenticator])]
      }
    },
    close: async () => { await Promise.all([...opened, authenticator].map(async one => { await one.close() })) }
  }
}
