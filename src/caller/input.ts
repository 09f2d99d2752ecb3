import { createReadStream } from 'node:fs'
import { Writable } from 'node:stream'
import { createInterface } from 'node:readline'
import { CommandError, type Terminal } from '../terminal.ts'

const longestBytes = 1024 * 1024

/** The content of a file or pipe, at most 1 MiB; `-` is standard input. */
export async function readSource ({ streams }: Terminal, source: string, place: string): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of source === '-' ? streams?.input ?? [] : createReadStream(source)) {
      const buffer = Buffer.from(chunk)
      bytes += buffer.length
      if (bytes > longestBytes) throw new CommandError(`${place}: ${nameOf(source)} is larger than 1 MiB`, 2)
      chunks.push(buffer)
    }
  } catch (error) {
    if (error instanceof CommandError) throw error
    const reason = error instanceof Error && 'code' in error ? error.code : error
    throw new CommandError(`${place}: ${nameOf(source)} cannot be read: ${String(reason)}`, 2)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const nameOf = (source: string): string => source === '-' ? 'standard input' : source

/** JSON of the command line, or of `@FILE`. */
export async function readJson (terminal: Terminal, text: string, place: string): Promise<unknown> {
  const isInline = !text.startsWith('@')
  const value = parsed(isInline ? text : await readSource(terminal, text.slice(1), place), place)
  if (!isInline || !holdsPassword(value)) return value
  throw new CommandError(`${place}: a password in the command line can be read by other users; use @FILE, or @- for standard input`, 2)
}

function parsed (text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The message of the parser quotes the text, which may hold a password.
    throw new CommandError(`${place} takes JSON, or @FILE`, 2)
  }
}

function holdsPassword (value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([name, member]) => name === 'password' || holdsPassword(member))
}

/** As `readSource`, for a secret: without its last newline, and of one line. Typed on a terminal, it does not show. */
export async function readOneLine (terminal: Terminal, source: string, place: string): Promise<string> {
  const isTyped = source === '-' && terminal.streams?.input.isTTY === true
  const text = isTyped
    ? await ask(terminal, `${place} (not shown): `, { isHidden: true }) ?? ''
    : (await readSource(terminal, source, place)).replace(/\r?\n$/, '')
  if (text === '') throw new CommandError(`${place}: ${nameOf(source)} is empty`, 2)
  if (text.includes('\n')) throw new CommandError(`${place}: ${nameOf(source)} has more than one line`, 2)
  return text
}

/** Asks on the terminal and resolves with the line that is typed; null at its end. `isHidden`: what is typed does not show. */
export async function ask ({ streams, printError }: Terminal, question: string, { isHidden = false } = {}): Promise<string | null> {
  if (streams === undefined) return null
  const silent = new Writable({ write: (_chunk, _encoding, done) => { done() } })
  const lines = createInterface({ input: streams.input, output: isHidden ? silent : streams.error, terminal: true })
  try {
    return await new Promise<string | null>((resolve, reject) => {
      lines.once('close', () => { resolve(null) })
      lines.once('SIGINT', () => { reject(new CommandError('interrupted; nothing was sent', 130)) })
      // The terminal shows nothing by itself any more: the question may be answered at once.
      if (isHidden) printError(question)
      lines.question(isHidden ? '' : question, resolve)
    })
  } finally {
    lines.close()
    if (isHidden) printError('\n')
  }
}

/** The number of a flag, at most `maximum`; null where it was not given. */
export function wholeNumber (text: unknown, maximum: number, refusal: string): number | null {
  if (text === undefined) return null
  if (typeof text === 'string' && /^[1-9]\d*$/.test(text) && Number(text) <= maximum) return Number(text)
  throw new CommandError(refusal, 2)
}
