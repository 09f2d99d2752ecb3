import { UpstreamError } from '../domain/failure.ts'
import { CommandError, type Terminal } from '../terminal.ts'
import { callOf, reasonOf, withAccounts } from './accounts.ts'
import { readConfiguration } from './configuration.ts'

interface TokenOptions {
  readonly account: string
  /** YYYY-MM-DD. */
  readonly expires: string
}

/** Creates a token of the provider that is valid until that day, and prints it once. */
export async function tokenCommand ({ environment, print }: Terminal, { account: id, expires }: TokenOptions): Promise<number> {
  const at = /^\d{4}-\d\d-\d\d$/.test(expires) ? Date.parse(`${expires}T00:00:00Z`) : Number.NaN
  if (!(at > Date.now())) throw new CommandError('--expires requires a day in the future, such as 2030-01-31', 2)
  return await withAccounts(await readConfiguration(environment), async accounts => {
    const account = accounts.find(one => one.id === id)
    const ids = accounts.map(one => one.id).join(', ') || 'none'
    if (account === undefined) throw new CommandError(`there is no account ${id}; the configuration has ${ids}`, 2)
    if (account.createToken === null) throw new CommandError(`${account.provider.title} does not offer long-lived tokens`, 2)
    try {
      print(`${await account.createToken(callOf(account, 'token'), new Date(at))}\n`)
      return 0
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      throw new CommandError(`${id}: ${reasonOf(account, error)}`, 1)
    }
  })
}
