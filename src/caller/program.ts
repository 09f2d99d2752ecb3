import { Option, type Command } from 'commander'
import type { Terminal } from '../terminal.ts'
import { argumentField, argumentName, flagFields, flagOf, lowered, pathParameters, type Endpoint, type Field } from './endpoint.ts'
import { endpoints } from './endpoints.ts'
import type { CommonFlags } from './session.ts'

/** Runs the work of a command and reports its failure. */
type Run = (work: () => Promise<number>, flags?: Pick<CommonFlags, 'verbose'>) => Promise<void>

interface CommandLine {
  readonly words: readonly string[]
  finish (code: number): void
}

/**
 * Adds the client commands: one for each endpoint of the API, and those that are more than one call. Returns the words of the command
 * line in the order that the parser expects.
 */
export function addCallerCommands (program: Command, terminal: Terminal, { words, finish }: CommandLine): readonly string[] {
  const run: Run = async (work, { verbose = false } = {}) => { finish(await reported(terminal, work, verbose)) }
  program.commandsGroup('Servers and accounts, through a gateway:')
  // Endpoints with the same words are one command: `servers`, and `servers ACCOUNT`.
  for (const variants of Map.groupBy(endpoints, endpoint => endpoint.words.join(' ')).values()) {
    addEndpoint(program, terminal, variants.toSorted((a, b) => pathParameters(a.path).length - pathParameters(b.path).length), run)
  }
  addRename(program, terminal, run)
  addOperationCommands(program, terminal, run)
  addApi(program, terminal, run)
  addContextCommands(program, terminal, run)
  addCompletion(program, terminal, run)
  return flagsLast(words)
}

async function reported (terminal: Terminal, work: () => Promise<number>, isVerbose: boolean): Promise<number> {
  terminal.streams?.output.on('error', error => {
    const reason = 'code' in error ? String(error.code) : error.message
    // A reader that has gone, such as head, wants no more and no error.
    if (reason === 'EPIPE') process.exit()
    terminal.printError(`standard output cannot be written: ${reason}\n`)
    process.exit(1)
  })
  // A closed standard error must not end a write before its answer.
  terminal.streams?.error.on('error', () => {})
  try {
    return await work()
  } catch (error) {
    const { reportFailure } = await import('./problem.ts')
    return reportFailure(terminal, error, isVerbose)
  }
}

const optionsWithoutValue = '-[qv]|--quiet|--verbose'
const optionsWithValue = '-o|--(?:output|url|key-file|context)'
const leadingOption = new RegExp(`^(?:(${optionsWithoutValue})|(?:${optionsWithValue})(=.*)?)$`)

/** The options of every command may also come before it: `hawser -o json servers`. */
function flagsLast (words: readonly string[]): readonly string[] {
  const found = leadingOption.exec(words[0] ?? '')
  if (found === null) return words
  const [, single, value] = found
  const count = single === undefined && value === undefined ? 2 : 1
  return words.length <= count ? words : [...flagsLast(words.slice(count)), ...words.slice(0, count)]
}

const formatNote = 'table, json, ndjson, csv, or columns=a,b; default: a table on a terminal, else json'
const serverNote = 'its id, or its name if no other server of the account has it'
const aboutArgument = (name: string): string => name === 'server' ? serverNote : `the id of the ${name}`
const dryRun = ['--dry-run', 'send nothing, show the calls that the provider would get'] as const
const timeout = ['--timeout <seconds>', 'maximum time to wait; default 35 minutes'] as const

/** The value of an option that may be repeated. */
const collected = (value: string, earlier: readonly string[] | undefined): string[] => [...earlier ?? [], value]

const addCommonFlags = (command: Command): Command => command
  .option('-o, --output <format>', formatNote, collected)
  .option('-q, --quiet', 'print ids only')
  .option('-v, --verbose', 'print the whole document of a problem')
  .option('--url <url>', 'the gateway; default: HAWSER_URL, else the context in use')
  .option('--key-file <file>', 'a file with the key, or - for standard input; default: HAWSER_KEY')
  .option('--context <name>', 'a gateway of hawser context list')

const addWaitFlags = (command: Command): Command => command.option('--wait', 'wait for the end of the operation').option(...timeout)

/** `server` of `server stop`: made with its first command. */
const groupOf = (program: Command, name: string): Command =>
  program.commands.find(command => command.name() === name) ?? program.command(name).description(`the commands of one ${name}`)

function addEndpoint (program: Command, terminal: Terminal, variants: readonly Endpoint[], run: Run): void {
  const [first, last] = [variants[0], variants.at(-1)]
  if (first === undefined || last === undefined) return
  const [head = '', word] = first.words
  const parent = word === undefined ? program : groupOf(program, head)
  const command = parent.command(word ?? head).description(summaryOf(first, last))
  addArguments(command, first, last)
  addFieldFlags(command, variants.flatMap(({ query }) => query), false)
  addFieldFlags(command, variants.flatMap(flagFields), true)
  addTraitFlags(command, last)
  addCommonFlags(command).action(async () => {
    const flags = command.opts()
    await run(async () => await (await import('./run.ts')).runCommand(terminal, variants, { words: command.args, flags }), flags)
  })
}

function summaryOf (first: Endpoint, last: Endpoint): string {
  if (first === last) return lowered(first.summary)
  return `${lowered(first.summary)}; with <${argumentName(last.path, pathParameters(last.path).at(-1) ?? '')}>, ${lowered(last.summary)}`
}

/** The parameters of the path; those that only some variants have may be left out. */
function addArguments (command: Command, first: Endpoint, last: Endpoint): void {
  const required = pathParameters(first.path).length
  pathParameters(last.path).forEach((name, at) => {
    const shown = argumentName(last.path, name)
    command.argument(at < required ? `<${shown}>` : `[${shown}]`, aboutArgument(shown))
  })
  const member = argumentField(last)
  if (member !== null) command.argument(member.kind === 'list' ? `<${member.name}...>` : `<${member.name}>`, member.about)
}

/** Adds the options of the fields; one that several endpoints of a command share is added once. */
function addFieldFlags (command: Command, fields: readonly Field[], isBody: boolean): void {
  for (const option of fields.flatMap(field => optionsOf(field, isBody))) {
    if (!command.options.some(({ long }) => long === option.long)) command.addOption(option)
  }
}

const valueNames: Readonly<Record<Field['kind'], string>> = { text: 'text', number: 'number', flag: '', list: 'text', json: 'json' }

/** The options of a field: one, or two where it can be denied or set to null. */
function optionsOf (field: Field, isBody: boolean): readonly Option[] {
  const { kind, about, choices, isNullable, isSecret } = field
  const flag = flagOf(field)
  const negated = (note: string): Option => new Option(flag.replace(/^--/, '--no-'), note)
  if (kind === 'flag') return [new Option(flag, lowered(about)), ...isBody ? [negated('').hideHelp()] : []]
  const note = [lowered(about), ...kind === 'list' ? ['may be repeated'] : []].filter(text => text !== '').join('; ')
  const option = new Option(`${flag} <${isSecret === true ? 'file' : valueNames[kind]}>`, note)
  if (choices !== undefined) option.choices([...choices])
  if (kind === 'list') option.argParser(collected)
  return [option, ...isNullable === true ? [negated(`sets ${field.name} to null`)] : []]
}

function addTraitFlags (command: Command, endpoint: Endpoint): void {
  const { words, traits } = endpoint
  // A body of several members may also be given as a whole.
  if (flagFields(endpoint).length > 1) command.option('--body <json>', 'the fields as JSON, or @FILE; flags take precedence')
  if (traits.includes('limits')) command.option('--limit <number>', 'maximum number of rows; default: all')
  if (words[0] === 'servers') command.option('--strict', 'exit 1 if an account did not respond')
  if (traits.includes('waits')) addWaitFlags(command)
  if (traits.includes('keyed')) {
    command.option('--idempotency-key <key>', 'a repeat with it is not executed again; creates get one automatically')
  }
  if (words.at(-1) === 'create') command.option('--no-idempotency-key', 'send no key; a repeat creates another server')
  if (traits.includes('plans')) command.option(...dryRun)
  if (traits.includes('destroys')) command.option('-y, --yes', 'do not ask for the name of the server')
}

function addRename (program: Command, terminal: Terminal, run: Run): void {
  const command = groupOf(program, 'server').command('rename').description('rename a server')
    .argument('<account>', aboutArgument('account')).argument('<server>', serverNote).argument('<name>', 'the new name')
    .option(...dryRun)
  addCommonFlags(addWaitFlags(command)).action(async (account: string, server: string, name: string, flags: CommonFlags) => {
    const change = endpoints.filter(({ words }) => words.join(' ') === 'server change')
    const line = { words: [account, server], flags: { ...flags, name: name.replace(/^@/, '@@') } }
    await run(async () => await (await import('./run.ts')).runCommand(terminal, change, line), flags)
  })
}

function addOperationCommands (program: Command, terminal: Terminal, run: Run): void {
  for (const [word, summary, work] of [
    ['wait', 'wait for the end of an operation', 'waitCommand'],
    ['watch', 'print every change of an operation until it ends', 'watchCommand']
  ] as const) {
    const command = groupOf(program, 'operation').command(word).description(summary)
      .argument('<account>', aboutArgument('account')).argument('<operation>', aboutArgument('operation')).option(...timeout)
    addCommonFlags(command).action(async (account: string, id: string, flags: CommonFlags) => {
      await run(async () => await (await import('./follow.ts'))[work](terminal, { account, id }, flags), flags)
    })
  }
}

function addApi (program: Command, terminal: Terminal, run: Run): void {
  const command = program.command('api').description('send one request and print the answer')
    .argument('<method>', 'GET, POST, PUT, PATCH or DELETE').argument('<path>', 'for example /v1/accounts')
    .option('--body <json>', 'the body, or @FILE').option('--header <header>', 'NAME: VALUE; may be repeated', collected)
  addCommonFlags(command).action(async (method: string, path: string, flags: CommonFlags) => {
    await run(async () => await (await import('./api.ts')).apiCommand(terminal, { method, path }, flags), flags)
  })
}

function addContextCommands (program: Command, terminal: Terminal, run: Run): void {
  const context = program.command('context').description('the gateways that this user knows, and their keys')
  const load = async () => await import('./contexts.ts')
  context.command('add').description('store a gateway; the key comes from --key-file, standard input or the terminal')
    .argument('<name>', 'a name for it').requiredOption('--url <url>', 'the address of the gateway')
    .option('--key-file <file>', 'a file with the key, or - for standard input').option('--no-key', 'the gateway has no keys')
    .action(async (name: string, flags: { url: string, keyFile?: string, key: boolean }) => {
      await run(async () => await (await load()).addContext(terminal, name, flags))
    })
  context.command('use').description('use this gateway from now on').argument('<name>', 'its name')
    .action(async (name: string) => { await run(async () => await (await load()).useContext(terminal, name)) })
  context.command('remove').description('forget a gateway and its key').argument('<name>', 'its name')
    .action(async (name: string) => { await run(async () => await (await load()).removeContext(terminal, name)) })
  context.command('list').description('list the gateways, without their keys')
    .option('-o, --output <format>', formatNote, collected)
    .option('-q, --quiet', 'print names only')
    .action(async (flags: CommonFlags) => { await run(async () => await (await load()).listContexts(terminal, flags)) })
}

function addCompletion (program: Command, terminal: Terminal, run: Run): void {
  program.command('completion').description('print the completion script for a shell').argument('<shell>', 'bash, zsh or fish')
    .action(async (shell: string) => { await run(async () => (await import('./completion.ts')).completionScript(terminal, shell)) })
  program.command('complete', { hidden: true }).argument('[words...]')
    .action(async (words: readonly string[]) => {
      await run(async () => await (await import('./completion.ts')).complete(terminal, program, words))
    })
}
