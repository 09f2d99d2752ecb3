import type { Command } from 'commander'
import { CommandError, type Terminal } from '../terminal.ts'
import { connectionOf, readContexts } from './contexts.ts'
import { isRow } from './text.ts'

const bash = `_hawser () {
  local IFS=$'\\n'
  COMPREPLY=($(hawser complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null))
}
complete -o default -F _hawser hawser
`

const zsh = `#compdef hawser
_hawser () {
  local -a found
  found=("\${(@f)$(hawser complete -- "\${(@)words[2,CURRENT]}" 2> /dev/null)}")
  compadd -a found
}
compdef _hawser hawser
`

const fish = `function __hawser_complete
  set -l before (commandline -opc)
  hawser complete -- $before[2..] (commandline -ct) 2> /dev/null
end
complete -c hawser -f -a '(__hawser_complete)'
`

const scripts = new Map([['bash', bash], ['zsh', zsh], ['fish', fish]])

/** The scripts ask `hawser complete`, so they do not change with the commands. */
export function completionScript ({ print }: Terminal, shell: string): number {
  const script = scripts.get(shell)
  if (script === undefined) throw new CommandError(`completion exists for ${[...scripts.keys()].join(', ')}`, 2)
  print(script)
  return 0
}

/** Prints what may follow these words, the last of which is being typed. */
export async function complete (terminal: Terminal, program: Command, words: readonly string[]): Promise<number> {
  const typed = words.at(-1) ?? ''
  let command = program
  const rest = [...words.slice(0, -1)]
  while (rest.length > 0) {
    const next = command.commands.find(one => one.name() === rest[0])
    if (next === undefined) break
    command = next
    rest.shift()
  }
  const found = (await candidates(terminal, command, { typed, rest })).filter(text => text.startsWith(typed))
  terminal.print(found.map(text => `${text}\n`).join(''))
  return 0
}

interface Typing {
  readonly typed: string
  /** What was typed since the command. */
  readonly rest: readonly string[]
}

async function candidates (terminal: Terminal, command: Command, { typed, rest }: Typing): Promise<readonly string[]> {
  if (command.commands.length > 0) return command.createHelp().visibleCommands(command).map(one => one.name())
  const pending = command.options.find(({ long, short }) => (long === rest.at(-1) || short === rest.at(-1)) && rest.length > 0)
  if (pending?.long === '--context') return await contextNames(terminal)
  if (pending?.long === '--output') return ['table', 'json', 'ndjson', 'csv', 'columns=']
  if (pending !== undefined && (pending.required || pending.optional)) return pending.argChoices ?? []
  if (typed.startsWith('-')) return command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? [])
  const argument = command.registeredArguments[argumentsIn(command, rest)]?.name()
  if (argument === 'account') return await accountIds(terminal)
  if (argument === 'shell') return [...scripts.keys()]
  return argument === 'name' && command.parent?.name() === 'context' ? await contextNames(terminal) : []
}

/** The number of words that are no flags and no values of flags. */
function argumentsIn (command: Command, words: readonly string[]): number {
  return words.filter((word, at) => {
    const before = command.options.find(({ long, short }) => long === words[at - 1] || short === words[at - 1])
    return !word.startsWith('-') && !(before?.required === true || before?.optional === true)
  }).length
}

const contextNames = async (terminal: Terminal): Promise<string[]> => [...(await readContexts(terminal)).named.keys()]

/** A gateway that does not answer at once completes nothing. */
const timeoutMs = 2000

async function accountIds (terminal: Terminal): Promise<string[]> {
  const { createClient } = await import('../client/client.ts')
  const { url, key } = await connectionOf(terminal, {})
  const client = createClient({ baseUrl: url, timeoutMs, ...(key === null ? {} : { key }) })
  const response = await client.send({ method: 'GET', path: '/v1/accounts' })
  const body: unknown = await response.json()
  const rows: readonly unknown[] = isRow(body) && Array.isArray(body.data) ? body.data : []
  return rows.flatMap(row => isRow(row) && typeof row.id === 'string' && /^[a-z0-9-]+$/.test(row.id) ? [row.id] : [])
}
