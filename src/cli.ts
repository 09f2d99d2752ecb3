import { parseArgs } from 'node:util'
import { exitCodes, UsageError, type Command, type Input, type Option, type Surroundings } from './commands/command.ts'
import { find, helpOf, overview, usageOf } from './commands/help.ts'
import { commands } from './commands/table.ts'
import { version } from './version.ts'

/** Runs the command that the arguments name. Never throws: a fault is one line on stderr, and an exit code. */
export async function run (words: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    return await dispatch(words, surroundings)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    surroundings.complain(reason.split('\n').map(line => `hawser: ${line}\n`).join(''))
    return error instanceof UsageError ? exitCodes.misused : exitCodes.failed
  }
}

async function dispatch (words: readonly string[], surroundings: Surroundings): Promise<number> {
  const [first, ...rest] = words
  if (first === '--version' || first === '-v') return printed(`hawser ${version}\n`, surroundings)
  if (first === '--help' || first === '-h') return printed(overview(commands), surroundings)
  const isNamed = first !== undefined && !first.startsWith('-')
  const command = isNamed ? find(commands, first) : commands[0]
  const input = readInput(command, isNamed ? rest : words)
  return input === null ? printed(helpOf(command), surroundings) : await command.run(input, surroundings)
}

function printed (text: string, { print }: Surroundings): number {
  print(text)
  return exitCodes.done
}

/** Null where the help is wanted. */
function readInput (command: Command, words: readonly string[]): Input | null {
  const { values, positionals } = parse(command, words)
  const options: Input['options'] = values
  if (options.help === true) return null
  const required = command.words.filter(word => !word.startsWith('['))
  const isMissing = ([name, { isRequired }]: [string, Option]): boolean => isRequired && options[name] === undefined
  const missing = [...required.slice(positionals.length), ...Object.entries(command.options).filter(isMissing).map(([name]) => `--${name}`)]
  if (missing.length > 0) throw misuse(command, `${missing.join(' and ')} missing`)
  const [extra] = positionals.slice(command.words.length)
  if (extra !== undefined) throw misuse(command, `unexpected argument ${extra}`)
  return { words: positionals, options }
}

function parse (command: Command, words: readonly string[]) {
  const options = Object.entries(command.options).map(([name, { value }]) => [name, { type: value === null ? 'boolean' as const : 'string' as const }] as const)
  try {
    return parseArgs({ args: [...words], allowPositionals: true, options: { ...Object.fromEntries(options), help: { type: 'boolean', short: 'h' } } })
  } catch (error) {
    // Its messages go on to explain how to pass the option as an argument.
    throw misuse(command, error instanceof Error ? error.message.replace(/\. To specify .*$/s, '') : String(error))
  }
}

const misuse = (command: Command, reason: string): UsageError => new UsageError(`${reason}; ${usageOf(command)}`)
