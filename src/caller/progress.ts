import type { Operation } from '../client/client.ts'
import type { Terminal } from '../terminal.ts'
import { plain } from './plain.ts'

export interface Progress {
  show (operation: Operation): void
  /** Leaves the terminal as a line of its own finds it. */
  end (): void
}

const tickMs = 1000

/** How an operation is going: one line that is renewed on a terminal, a line for each change elsewhere. */
export function createProgress (terminal: Terminal, { isQuiet }: { readonly isQuiet: boolean }): Progress {
  const error = terminal.streams?.error
  if (isQuiet) return { show: () => {}, end: () => {} }
  return error?.isTTY === true && terminal.environment.TERM !== 'dumb' ? liveLine(terminal, () => error.columns) : plainLines(terminal)
}

function plainLines ({ printError }: Terminal): Progress {
  const begun = Date.now()
  let last = ''
  return {
    show: operation => {
      const words = wordsOf(operation)
      if (words === last) return
      last = words
      printError(`${words}, ${secondsSince(begun)} s\n`)
    },
    end: () => {}
  }
}

function liveLine ({ printError }: Terminal, columns: () => number): Progress {
  const begun = Date.now()
  let shown: Operation | null = null
  const draw = (): void => {
    if (shown === null) return
    // A line that wraps could not be renewed. Most characters are one column wide; a provider's word may be cut earlier than needed.
    const text = `${wordsOf(shown)}, ${secondsSince(begun)} s`
    const room = Math.max(10, (columns() || 80) - 1)
    printError(`\r\u001b[2K${text.length > room ? `${text.slice(0, room - 1)}…` : text}`)
  }
  const timer = setInterval(draw, tickMs)
  return {
    show: operation => { shown = operation; draw() },
    end: () => {
      clearInterval(timer)
      if (shown !== null) printError('\n')
      shown = null
    }
  }
}

const secondsSince = (begun: number): number => Math.round((Date.now() - begun) / 1000)

function wordsOf ({ action, server_id: serverId, status, upstream, progress }: Operation): string {
  const vendor = upstream?.status ?? null
  const percent = progress === null ? '' : ` ${progress} %`
  const word = vendor === null || vendor === status ? '' : ` (${vendor})`
  return plain(`${action}${serverId === null ? '' : ` ${serverId}`}: ${status}${percent}${word}`)
}
