import { Command, CommanderError } from 'commander'
import { CommandError, type Terminal } from './terminal.ts'
import { version } from './version.ts'

/**
 * Runs one command line and resolves with its exit code: see `ExitCode`. Loads only the modules of that command.
 */
export async function runCli (words: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0
  const finish = (done: number): void => { code = done }
  const program = commandsOf(terminal, finish)
  try {
    refuseSecrets(words)
    const line = mayBeOfCaller(program, words)
      ? (await import('./caller/program.ts')).addCallerCommands(program, terminal, { words, finish })
      : words
    await program.parseAsync(line.length === 0 ? ['serve'] : [...withHelp(program, line)], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof CommandError) {
      terminal.printError(`${error.message}\n`)
      return error.exitCode
    }
    terminal.printError(`hawser: ${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

/** The commands of a caller are many: they are not loaded for one of the gateway itself. */
const mayBeOfCaller = ({ commands }: Command, [first]: readonly string[]): boolean =>
  first !== undefined && !commands.some(command => command.name() === first) && first !== '--version' && first !== '-V'

/** `help server create` is `server create --help`: the parser's own help knows one name. */
function withHelp (program: Command, words: readonly string[]): readonly string[] {
  const [first, ...names] = words
  if (first !== 'help' || names.some(name => name.startsWith('-'))) return words
  let command: Command | undefined = program
  for (const name of names) command = command?.commands.find(one => one.name() === name)
  if (command === undefined) throw new CommandError(`there is no command ${names.join(' ')} (hawser --help lists the commands)`, 2)
  return [...names, '--help']
}

/** Other users of the machine can read a command line. The parser's own message would repeat the secret. */
function refuseSecrets (words: readonly string[]): void {
  const flag = words.find(word => /^--(key|password|token|api-key)(=|$)/.test(word))?.split('=')[0]
  if (flag === undefined) return
  throw new CommandError(flag === '--password'
    ? 'a password in the command line can be read by other users: use --password-file FILE, or - for standard input'
    : 'a key in the command line can be read by other users: use --key-file FILE, HAWSER_KEY or hawser context add', 2)
}

function commandsOf (terminal: Terminal, finish: (code: number) => void): Command {
  const program = new Command('hawser')
    .description('One REST API over the server APIs of hosting providers. HAWSER_CONFIG names the configuration of the gateway; ' +
      'HAWSER_URL and HAWSER_KEY, or a context, the gateway that callers use.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: terminal.print, writeErr: terminal.printError })
    .showHelpAfterError('(hawser --help lists the commands)')
    .helpCommand(true)

  program.command('serve')
    .description('run the gateway (the default)')
    .action(async () => { finish(await (await import('./commands/serve.ts')).serveCommand(terminal)) })
  program.command('check')
    .description('check everything that serve needs: the configuration, sign-in and one server of each account, the state file, Redis, ' +
      'the audit file, the token issuer')
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
  addStateCommands(program, terminal, finish)
  return program
}

function addStateCommands (program: Command, terminal: Terminal, finish: (code: number) => void): void {
  const commands = async () => await import('./commands/state.ts')
  const state = program.command('state').description('the state file of the configuration, also while a gateway has it open')
  state.command('backup')
    .description('copy it to a new file, which only its owner can read')
    .argument('<file>', 'path of the copy; an existing file is not overwritten')
    .action(async (file: string) => { finish(await (await commands()).backupCommand(terminal, file)) })
  state.command('check')
    .description('verify it, and print what it holds')
    .action(async () => { finish(await (await commands()).stateCheckCommand(terminal)) })
  state.command('acknowledge')
    .description('accept creates with an Idempotency-Key again, after keys of an account were lost')
    .argument('<account>', 'id of the account')
    .action(async (account: string) => { finish(await (await commands()).acknowledgeCommand(terminal, account)) })
}
