import type { Command } from 'commander'

/** Runs the work of a command and reports its failure. */
export type Run = (work: Promise<number>, flags: { readonly verbose?: boolean }) => Promise<void>

/** `server` of `server stop`: made with its first command. */
export function groupOf (program: Command, name: string): Command {
  return program.commands.find(command => command.name() === name) ?? program.command(name).description(`the commands of one ${name}`)
}

/** The value of a flag that may be repeated. */
export const collected = (value: string, earlier: readonly string[] | undefined): string[] => [...earlier ?? [], value]

export const formatNote = 'table, json, ndjson, csv, or columns=a,b; default: a table on a terminal, else json'

export const serverNote = 'its id, or its name if no other server of the account has it'

/** The flags that every command of a caller takes. */
export function addCommonFlags (command: Command): void {
  command
    .option('-o, --output <format>', formatNote, collected)
    .option('-q, --quiet', 'print ids only')
    .option('-v, --verbose', 'print the whole document of a problem')
    .option('--url <url>', 'the gateway; default: HAWSER_URL, else the context in use')
    .option('--key-file <file>', 'a file with the key, or - for standard input; default: HAWSER_KEY')
    .option('--context <name>', 'a gateway of hawser context list')
}

const beforeCommand = /^(?:(-[qv]|--quiet|--verbose)|(-o|--(?:output|url|key-file|context))(=.*)?)$/

/** The flags of every command may also come before it: `hawser -o json servers`. */
export function flagsLast (words: readonly string[]): readonly string[] {
  const found = beforeCommand.exec(words[0] ?? '')
  if (found === null) return words
  const [, single, , value] = found
  const count = single === undefined && value === undefined ? 2 : 1
  return words.length <= count ? words : [...flagsLast(words.slice(count)), ...words.slice(0, count)]
}

export function addWaitFlags (command: Command): void {
  command.option('--wait', 'wait for the end of the operation').option('--timeout <seconds>', 'maximum time to wait; default 35 minutes')
}
