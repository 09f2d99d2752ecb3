import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'
import { addCommonFlags, addWaitFlags, flagsLast, groupOf, serverNote, type Run } from './command.ts'
import { argumentField, flagFields, takesBody } from './request.ts'
import { argumentName, hasTrait, pathParameters, type Endpoint } from './endpoint.ts'
import { endpoints } from './endpoints.ts'
import { addFlags, lowered } from './fields.ts'
import { addOtherCommands } from './other-commands.ts'

interface Line {
  readonly words: readonly string[]
  finish (code: number): void
}

/**
 * Adds the commands of a caller: one for each endpoint of the API, and those that are more than one call. Returns the words of the command
 * line in the order that the parser expects.
 */
export function addCallerCommands (program: Command, terminal: Terminal, { words, finish }: Line): readonly string[] {
  const run: Run = async (work, flags) => { finish(await reported(terminal, work, flags)) }
  program.commandsGroup('Servers and accounts, through a gateway:')
  for (const variants of commandsOf(endpoints)) addEndpoint(program, terminal, variants, run)
  addOtherCommands(program, terminal, run)
  return flagsLast(words)
}

/** Failures of a caller's command have their own form. */
async function reported (terminal: Terminal, work: Promise<number>, { verbose = false }: { readonly verbose?: boolean }): Promise<number> {
  const leave = (error: Error): void => {
    const reason = 'code' in error ? String(error.code) : error.message
    // A reader that has gone, such as head, wants no more and no error.
    if (reason === 'EPIPE') process.exit()
    terminal.printError(`standard output cannot be written: ${reason}\n`)
    process.exit(1)
  }
  terminal.streams?.output.on('error', leave)
  // Prose that no one reads must not end a write before its answer.
  terminal.streams?.error.on('error', () => {})
  try {
    return await work
  } catch (error) {
    const { reportFailure } = await import('./problem.ts')
    return reportFailure(terminal, error, verbose)
  }
}

/** Endpoints with the same words are one command: `servers`, and `servers ACCOUNT`. */
function commandsOf (all: readonly Endpoint[]): ReadonlyArray<readonly Endpoint[]> {
  const parameters = ({ path }: Endpoint): number => pathParameters(path).length
  const found = [...Map.groupBy(all, ({ words }) => words.join(' ')).values()]
  return found.map(variants => variants.toSorted((a, b) => parameters(a) - parameters(b)))
}

function addEndpoint (program: Command, terminal: Terminal, variants: readonly Endpoint[], run: Run): void {
  const [first, last] = [variants[0], variants.at(-1)]
  if (first === undefined || last === undefined) return
  const [head = '', word] = first.words
  const parent = word === undefined ? program : groupOf(program, head)
  const command = parent.command(word ?? head).description(summaryOf(variants))
  addArguments(command, variants)
  for (const { query } of variants) addFlags(command, query, false)
  for (const endpoint of variants) addFlags(command, flagFields(endpoint), true)
  addTraitFlags(command, last)
  addCommonFlags(command)
  command.action(async () => {
    const flags = command.opts()
    const line = { words: command.args, flags }
    await run(import('./run.ts').then(async ({ runCommand }) => await runCommand(terminal, variants, line)), flags)
  })
}

function summaryOf ([first, second]: readonly Endpoint[]): string {
  const summary = lowered(first?.summary ?? '')
  if (second === undefined) return summary
  return `${summary}; with <${argumentName(second.path, pathParameters(second.path).at(-1) ?? '')}>, ${lowered(second.summary)}`
}

/** The parameters of the path; those that only some variants have may be left out. */
function addArguments (command: Command, variants: readonly Endpoint[]): void {
  const longest = variants.at(-1)
  if (longest === undefined) return
  const fewest = Math.min(...variants.map(({ path }) => pathParameters(path).length))
  pathParameters(longest.path).forEach((name, at) => {
    const shown = argumentName(longest.path, name)
    command.argument(at < fewest ? `<${shown}>` : `[${shown}]`, aboutArgument(shown))
  })
  const member = argumentField(longest)
  if (member !== null) command.argument(member.kind === 'list' ? `<${member.name}...>` : `<${member.name}>`, member.about)
}

const aboutArgument = (name: string): string => name === 'server' ? serverNote : `the id of the ${name}`

function addTraitFlags (command: Command, endpoint: Endpoint): void {
  if (takesBody(endpoint)) command.option('--body <json>', 'the fields as JSON, or @FILE; flags take precedence')
  if (hasTrait(endpoint, 'limits')) command.option('--limit <number>', 'maximum number of rows; default: all')
  if (endpoint.words[0] === 'servers') command.option('--strict', 'exit 1 if an account did not respond')
  if (hasTrait(endpoint, 'waits')) addWaitFlags(command)
  if (hasTrait(endpoint, 'keyed')) {
    command.option('--idempotency-key <key>', 'a repeat with it is not executed again; creates get one automatically')
  }
  if (endpoint.words.at(-1) === 'create') command.option('--no-idempotency-key', 'send no key; a repeat creates another server')
  if (hasTrait(endpoint, 'plans')) command.option('--dry-run', 'send nothing, show the calls that the provider would get')
  if (hasTrait(endpoint, 'destroys')) command.option('-y, --yes', 'do not ask for the name of the server')
}
