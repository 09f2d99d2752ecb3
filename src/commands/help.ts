import { exitCodes, UsageError, type Command } from './command.ts'

/** The command that explains the others. */
export const createHelp = (commands: () => readonly Command[]): Command => ({
  name: 'help',
  summary: 'Explain a command, or list all of them',
  details: '',
  words: ['[COMMAND]'],
  options: {},
  run: async ({ words: [name] }, { print }) => {
    print(name === undefined ? overview(commands()) : helpOf(find(commands(), name)))
    return exitCodes.done
  }
})

export function find (commands: readonly Command[], name: string): Command {
  const command = commands.find(candidate => candidate.name === name)
  if (command === undefined) throw new UsageError(`unknown command: ${name}; "hawser help" lists the commands`)
  return command
}

export const overview = (commands: readonly Command[]): string => [
  'usage: hawser [COMMAND]',
  '',
  ...inColumns(commands.map(({ name, summary }) => [name, summary])),
  '',
  'hawser help COMMAND (or hawser COMMAND --help) explains a command; hawser --version prints the version.',
  'HAWSER_CONFIG names the configuration file.',
  ''
].join('\n')

export const helpOf = (command: Command): string => [
  usageOf(command),
  '',
  command.summary,
  ...command.details === '' ? [] : ['', command.details],
  '',
  ...inColumns([...Object.entries(command.options).map(([name, { value, summary }]) => [value === null ? `--${name}` : `--${name} ${value}`, summary] as const), ['-h, --help', 'print this text']]),
  ''
].join('\n')

export const usageOf = ({ name, words, options }: Command): string => ['usage: hawser', name, ...words, ...Object.entries(options).map(([option, { value, isRequired }]) => {
  const text = value === null ? `--${option}` : `--${option} ${value}`
  return isRequired ? text : `[${text}]`
})].join(' ')

function inColumns (rows: ReadonlyArray<readonly [string, string]>): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
