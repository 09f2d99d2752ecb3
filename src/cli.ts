import { Command, CommanderError } from 'commander'
import { CommandError, type Terminal } from './terminal.ts'
import { version } from './version.ts'

/**
 * Runs one command line and resolves with its exit code: 0 success, 1 failure, 2 invalid usage or configuration. Loads only the modules of
 * that command.
 */
export async function runCli (words: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0
  const program = commandsOf(terminal, done => { code = done })
  try {
    await program.parseAsync(words.length === 0 ? ['serve'] : [...words], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof CommandError) {
      terminal.complain(`${error.message}\n`)
      return error.exitCode
    }
    terminal.complain(`hawser: ${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

function commandsOf (terminal: Terminal, finish: (code: number) => void): Command {
  const program = new Command('hawser')
    .description('One REST API over the server APIs of hosting providers. HAWSER_CONFIG names the configuration file.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: terminal.print, writeErr: terminal.complain })
    .showHelpAfterError('(hawser --help lists the commands)')
    .helpCommand(true)

  program.command('serve')
    .description('run the gateway (the default)')
    .action(async () => { finish(await (await import('./commands/serve.ts')).serveCommand(terminal)) })
  program.command('check')
    .description('check everything that serve needs: the configuration, sign-in and one server of each account, Redis, the audit file, the token issuer')
    .action(async () => { finish(await (await import('./commands/check.ts')).checkCommand(terminal)) })
  program.command('key')
    .description('print a new API key and its sha256 for the configuration')
    .action(async () => { finish((await import('./commands/key.ts')).keyCommand(terminal)) })
  program.command('token')
    .description('create a long-lived token at the provider of an account, if it offers such tokens, and print it once')
    .argument('<account>', 'id of an account in the configuration')
    .requiredOption('--expires <date>', 'last day of the token, such as 2030-01-31')
    .action(async (account: string, { expires }: { expires: string }) => {
      finish(await (await import('./commands/token.ts')).tokenCommand(terminal, { account, expires }))
    })
  return program
}
