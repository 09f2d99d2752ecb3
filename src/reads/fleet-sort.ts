import type { Failure } from '../domain/failure.ts'
import { compareText } from '../domain/compare.ts'
import type { Seen, SortOrder } from '../domain/list.ts'
import type { Server } from '../domain/server.ts'
import type { Account } from '../transport/account.ts'
import type { Position } from './cursor.ts'
import { compareValues, directionOf, positionOf } from './sort.ts'
import { shapeOf, type ServersQuery } from './servers.ts'

export interface FleetQuery extends ServersQuery {
  /** Nobody is waited for any longer. */
  readonly deadlineMs: number
}

/** A server of one of the accounts. */
export interface Row {
  readonly account: string
  readonly server: Server
  /** What a closer look is to complete; null where nothing is lacking. */
  readonly seen: Seen | null
}

/** Where a page over several accounts ended. */
export interface Place {
  readonly account: string
  readonly position: Position
  /** The accounts that failed on this walk. */
  readonly failed: ReadonlyMap<string, Failure>
  /** Everything of this account was given already. */
  isBehind(account: string): boolean
}

/** Everything that shapes the list; a cursor is bound to it. */
export const boundOf = (accounts: readonly Account[], query: ServersQuery): string => `fleet ${accounts.map(account => shapeOf(account, query)).join('')}`

/** By value, then account, then as the account itself has ordered them. */
export function mergeRows (rows: readonly Row[], sort: SortOrder): readonly Row[] {
  const byValue = compareValues(sort)
  const direction = directionOf(sort)
  const valueOf = ({ server }: Row): string | null => positionOf(server, sort).value
  return [...rows].sort((a, b) => byValue(valueOf(a), valueOf(b)) || direction * compareText(a.account, b.account))
}

interface Walked {
  readonly sort: SortOrder
  readonly failed: ReadonlyArray<readonly [string, Failure]>
}

export function writePlace ({ account, server }: Row, { sort, failed }: Walked): Position {
  const { value, id } = positionOf(server, sort)
  return { value, id: JSON.stringify([sort, account, id, failed]) }
}

/** The cursor's authentication code has shown that we wrote it. */
export function readPlace ({ value, id: text }: Position): Place {
  const [sort, account, id, failed]: [SortOrder, string, string, Array<[string, Failure]>] = JSON.parse(text)
  return {
    account,
    position: { value, id },
    failed: new Map(failed),
    isBehind: other => sort.endsWith('id') && directionOf(sort) * compareText(other, account) < 0
  }
}

/** After which position an account goes on; null: from its beginning; `behind`: nothing of it is left. */
export function afterOf (account: string, place: Place | null, sort: SortOrder): Position | null | 'behind' {
  if (place === null || place.account === account) return place?.position ?? null
  const isBefore = directionOf(sort) * compareText(account, place.account) < 0
  if (sort.endsWith('id')) return isBefore ? 'behind' : null
  return { value: place.position.value, id: '', edge: isBefore ? 'behind' : 'before' }
}
