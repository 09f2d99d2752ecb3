import type { Failure } from '../domain/failure.ts'
import { compareText } from '../domain/compare.ts'
import type { Seen, SortOrder } from '../domain/list.ts'
import type { Server } from '../domain/server.ts'
import type { Account } from '../transport/account.ts'
import type { Position } from './cursor.ts'
import { compareValues, directionOf, positionOf } from './sort.ts'
import { shapeOf, type ServersQuery } from './servers.ts'

export interface FleetQuery extends ServersQuery {
  /** Milliseconds after which accounts that have not answered are left out. */
  readonly deadlineMs: number
}

/** A server of one of the accounts. */
export interface Row {
  readonly account: string
  readonly server: Server
  /** The row to hydrate; null if it is complete. */
  readonly seen: Seen | null
}

/** The position in a list of several accounts at which a page ended. */
export interface FleetPosition {
  readonly account: string
  readonly position: Position
  /** The accounts that have failed since the first page. */
  readonly failed: ReadonlyMap<string, Failure>
  /** Whether all rows of this account are on earlier pages. */
  isBehind(account: string): boolean
}

/** Everything that shapes the list; a cursor is bound to it. */
export const boundOf = (accounts: readonly Account[], query: ServersQuery): string =>
  `fleet ${accounts.map(account => shapeOf(account, query)).join('')}`

/** Sorts by value, then by account; rows of one account keep their order. */
export function mergeRows (rows: readonly Row[], sort: SortOrder): readonly Row[] {
  const byValue = compareValues(sort)
  const direction = directionOf(sort)
  const valueOf = ({ server }: Row): string | null => positionOf(server, sort).value
  return [...rows].sort((a, b) => byValue(valueOf(a), valueOf(b)) || direction * compareText(a.account, b.account))
}

interface PageEnd {
  readonly sort: SortOrder
  readonly failed: ReadonlyArray<readonly [string, Failure]>
}

export function writeFleetPosition ({ account, server }: Row, { sort, failed }: PageEnd): Position {
  const { value, id } = positionOf(server, sort)
  return { value, id: JSON.stringify([sort, account, id, failed]) }
}

/** Needs no validation: the cursor is authenticated, so a gateway wrote it. */
export function readFleetPosition ({ value, id: text }: Position): FleetPosition {
  const [sort, account, id, failed]: [SortOrder, string, string, Array<[string, Failure]>] = JSON.parse(text)
  return {
    account,
    position: { value, id },
    failed: new Map(failed),
    isBehind: other => sort.endsWith('id') && directionOf(sort) * compareText(other, account) < 0
  }
}

/** The position after which an account continues; null: it begins with its first row; `behind`: it has no further rows. */
export function afterOf (account: string, start: FleetPosition | null, sort: SortOrder): Position | null | 'behind' {
  if (start === null || start.account === account) return start?.position ?? null
  const isBefore = directionOf(sort) * compareText(account, start.account) < 0
  if (sort.endsWith('id')) return isBefore ? 'behind' : null
  return { value: start.position.value, id: '', edge: isBefore ? 'behind' : 'before' }
}
