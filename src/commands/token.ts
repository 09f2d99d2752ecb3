import { exitCodes, UsageError, type Command } from './command.ts'
import { openConfiguration } from './configuration.ts'

export const token: Command = {
  name: 'token',
  summary: 'Create a long-lived token at the provider of an account, and print it once',
  details: `HAWSER_CONFIG names the configuration file. The token replaces the password of the account
there. Providers without such tokens are refused.`,
  words: ['ACCOUNT'],
  options: { expires: { value: 'DATE', summary: 'the day on which the token expires, such as 2030-01-31', isRequired: true } },
  run: async ({ words: [account = ''], options: { expires } }, surroundings) => {
    const expiresAt = readDay(String(expires), surroundings.now())
    const config = await openConfiguration(surroundings).read()
    const settings = config.accounts.find(({ id }) => id === account)
    if (settings === undefined) throw new UsageError(`there is no account ${account}`)
    const { createToken } = await import('./run-token.ts')
    surroundings.print(`${await createToken(settings, expiresAt)}\n`)
    return exitCodes.done
  }
}

function readDay (text: string, now: number): Date {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (!(at > now)) throw new UsageError('--expires takes a future day, such as 2030-01-31')
  return new Date(at)
}
