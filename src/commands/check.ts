import { exitCodes, type Command } from './command.ts'
import { openConfiguration } from './configuration.ts'

export const check: Command = {
  name: 'check',
  summary: 'Check the configuration and everything it names, and print the results',
  details: `HAWSER_CONFIG names the configuration file. The command signs in to every account and lists
one server each, writes a probe to Redis, tests whether the audit file can be written, and
reads the keys of the OpenID issuer, where these are configured. It exits with 1 when one of
them fails, with 2 when the configuration is invalid. The port is not tested: the command is
safe to run beside a gateway that is serving.`,
  words: [],
  options: {},
  run: async (_input, surroundings) => {
    const config = await openConfiguration(surroundings).read()
    const { runCheck } = await import('./run-check.ts')
    const { text, isSound } = await runCheck(config)
    surroundings.print(text)
    return isSound ? exitCodes.done : exitCodes.failed
  }
}
