import { CommandError } from '../terminal.ts'
import { isRow, type Row } from './cells.ts'
import { hasTrait, type Endpoint } from './endpoint.ts'
import { printRows, rowsOf } from './output.ts'
import { plain } from './plain.ts'
import type { Answer, Session } from './session.ts'

const longestPage = 500

interface Listing {
  readonly endpoint: Endpoint
  readonly path: string
  readonly query: Readonly<Record<string, string | number | boolean>>
  /** The number of rows at most; null: all. */
  readonly limit: number | null
  /** An account of the fleet that did not answer is a failure. */
  readonly isStrict: boolean
}

/** Prints a list, page after page. In the fleet, each account that did not answer is a line on standard error. */
export async function runList (session: Session, listing: Listing): Promise<number> {
  const { terminal, output } = session
  const silent = new Map<string, string>()
  const isFleet = listing.path === '/v1/servers'
  const kind = isFleet ? 'fleet' : listing.endpoint.words[0] ?? ''
  const count = await printRows(terminal, output, rows(session, listing, silent), kind)
  if (count === 0 && output.format === 'table' && !output.isQuiet) terminal.printError('No results.\n')
  for (const line of silent.values()) terminal.printError(line)
  return listing.isStrict && silent.size > 0 ? 1 : 0
}

async function * rows ({ call }: Session, { endpoint, path, query, limit }: Listing, silent: Map<string, string>): AsyncGenerator<Row> {
  let left = limit ?? Infinity
  let cursor: string | null = null
  do {
    const page = hasTrait(endpoint, 'limits') ? { limit: Math.min(left, longestPage), ...(cursor === null ? {} : { cursor }) } : {}
    const { body }: Answer = await call({ method: 'GET', path, query: { ...query, ...page } })
    noteSilent(body, silent)
    const found = rowsOf(body).slice(0, left)
    yield * found
    left -= found.length
    cursor = nextOf(body)
  } while (cursor !== null && left > 0)
}

function nextOf (body: unknown): string | null {
  const page = isRow(body) ? body.page : null
  return isRow(page) && typeof page.next_cursor === 'string' ? page.next_cursor : null
}

/** The accounts of a page of the fleet that are not up to date. */
function noteSilent (body: unknown, silent: Map<string, string>): void {
  if (!isRow(body) || !Array.isArray(body.accounts)) return
  for (const entry of body.accounts.filter(isRow)) {
    if (typeof entry.account === 'string' && entry.status !== 'ok') silent.set(entry.account, `${plain(lineOf(entry))}\n`)
  }
}

function lineOf ({ account, status, age_ms: ageMs, problem }: Row): string {
  const reason = isRow(problem) ? `: ${String(problem.title)} (${String(problem.detail)})` : ''
  const age = status === 'stale' ? `; its servers are from ${Math.round(Number(ageMs) / 1000)} s ago` : ''
  return `${String(account)} did not respond${reason}${age}`
}

/** `--limit`: null where it was not given. */
export function limitOf (text: unknown): number | null {
  if (text === undefined) return null
  if (typeof text === 'string' && /^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new CommandError('--limit takes a whole number from 1', 2)
}
