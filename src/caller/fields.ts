import { Option, type Command } from 'commander'
import { CommandError, type Terminal } from '../terminal.ts'
import { singularOf, type Field } from './endpoint.ts'
import { readJson, readOneLine, readSource } from './input.ts'
import { plain } from './plain.ts'

/** `ssh_keys` is set by `--ssh-key`, `password` by `--password-file`. */
export function flagOf ({ name, kind, isSecret }: Field): string {
  const word = name.replaceAll('_', '-')
  if (isSecret === true) return `--${word}-file`
  return `--${kind === 'list' ? singularOf(word) : word}`
}

/** In the middle of a line; a name such as SSH stays. */
export const lowered = (text: string): string => text.replace(/^[A-Z](?=[a-z])/, letter => letter.toLowerCase())

const valueNames: Readonly<Record<Field['kind'], string>> = { text: 'text', number: 'number', flag: '', list: 'text', json: 'json' }

/** The flags of a field: one, or two for a choice that can be denied. */
export function optionsOf (field: Field, isBody: boolean): readonly Option[] {
  const { kind, about, choices, isNullable, isSecret } = field
  const flag = flagOf(field)
  if (kind === 'flag') {
    const negation = isBody ? [new Option(flag.replace(/^--/, '--no-'), '').hideHelp()] : []
    return [new Option(flag, lowered(about)), ...negation]
  }
  const note = [lowered(about), ...(kind === 'list' ? ['may be repeated'] : [])].filter(text => text !== '').join('; ')
  const option = new Option(`${flag} <${isSecret === true ? 'file' : valueNames[kind]}>`, note)
  if (choices !== undefined) option.choices([...choices])
  if (kind === 'list') option.argParser((value, earlier: readonly string[] | undefined) => [...earlier ?? [], value])
  return [option, ...(isNullable === true ? [new Option(flag.replace(/^--/, '--no-'), `sets ${field.name} to null`)] : [])]
}

/** Adds the flags of the fields; one that several endpoints of a command share is added once. */
export function addFlags (command: Command, fields: readonly Field[], isBody: boolean): void {
  for (const option of fields.flatMap(field => optionsOf(field, isBody))) {
    if (!command.options.some(({ long }) => long === option.long)) command.addOption(option)
  }
}

type Values = Readonly<Record<string, unknown>>

const attributeOf = (field: Field): string => new Option(flagOf(field)).attributeName()

/** The value of a field's flag among those that commander has read; undefined if it was not given. */
export async function valueOf (terminal: Terminal, field: Field, values: Values): Promise<unknown> {
  const value = values[attributeOf(field)]
  if (value === undefined) return undefined
  if (value === false && field.isNullable === true) return null
  if (Array.isArray(value)) return await Promise.all(value.map(async one => await textOf(terminal, field, String(one))))
  return typeof value === 'string' ? await toValue(terminal, field, value) : value
}

/** The member of a request that the text of a flag means. */
async function toValue (terminal: Terminal, field: Field, text: string): Promise<unknown> {
  switch (field.kind) {
    case 'number': return toNumber(field, text)
    case 'json': return await readJson(terminal, text, flagOf(field))
    default: return await textOf(terminal, field, text)
  }
}

/** `@FILE` is the content of a file, `@-` standard input, `@@` a literal @. */
async function textOf (terminal: Terminal, field: Field, text: string): Promise<string> {
  if (field.isSecret === true) return await readOneLine(terminal, text, flagOf(field))
  if (text.startsWith('@@')) return text.slice(1)
  if (!text.startsWith('@')) return text
  const content = await readSource(terminal, text.slice(1), flagOf(field))
  return field.kind === 'list' ? content.trim() : content
}

function toNumber (field: Field, text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  throw new CommandError(`${flagOf(field)} takes a number; not ${plain(text)}`, 2)
}
