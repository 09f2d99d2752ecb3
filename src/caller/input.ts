import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import { createInterface } from 'node:readline'
import { CommandError, type Terminal } from '../terminal.ts'

const longestBytes = 1024 * 1024

/** The content of a file, at most 1 MiB; `-` is standard input. */
export async function readSource (terminal: Terminal, source: string, place: string): Promise<string> {
  return source === '-' ? await readInput(terminal, place) : readFile(source, place)
}

/** As `readSource`, for a secret: without its last newline, and of one line. */
export async function readOneLine (terminal: Terminal, source: string, place: string): Promise<string> {
  const text = (await readSource(terminal, source, place)).replace(/\r?\n$/, '')
  if (text === '') throw new CommandError(`${place}: ${source === '-' ? 'standard input' : source} is empty`, 2)
  if (text.includes('\n')) throw new CommandError(`${place}: ${source === '-' ? 'standard input' : source} has more than one line`, 2)
  return text
}

function readFile (path: string, place: string): string {
  try {
    const file = openSync(path, 'r')
    try {
      const status = fstatSync(file)
      if (status.isDirectory()) throw new CommandError(`${place}: ${path} is a folder`, 2)
      if (status.size > longestBytes) throw new CommandError(`${place}: ${path} is larger than 1 MiB`, 2)
      return readFileSync(file, 'utf8')
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (error instanceof CommandError) throw error
    const reason = error instanceof Error && 'code' in error ? error.code : error
    throw new CommandError(`${place}: ${path} cannot be read: ${String(reason)}`, 2)
  }
}

async function readInput ({ streams }: Terminal, place: string): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of streams?.input ?? []) {
    const buffer = Buffer.from(chunk)
    bytes += buffer.length
    if (bytes > longestBytes) throw new CommandError(`${place}: standard input is larger than 1 MiB`, 2)
    chunks.push(buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Asks on the terminal and resolves with the line that is typed; null at its end. `isHidden`: what is typed does not show. */
export async function ask ({ streams, complain }: Terminal, question: string, { isHidden = false } = {}): Promise<string | null> {
  if (streams === undefined) return null
  const silent = new Writable({ write: (_chunk, _encoding, done) => { done() } })
  const lines = createInterface({ input: streams.input, output: isHidden ? silent : streams.error, terminal: true })
  try {
    return await new Promise<string | null>((resolve, reject) => {
      lines.once('close', () => { resolve(null) })
      lines.once('SIGINT', () => { reject(new CommandError('interrupted; nothing was sent', 130)) })
      // The terminal shows nothing by itself any more: the question may be answered at once.
      if (isHidden) complain(question)
      lines.question(isHidden ? '' : question, resolve)
    })
  } finally {
    lines.close()
    if (isHidden) complain('\n')
  }
}
