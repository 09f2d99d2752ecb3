import { compareText, type Compare } from '../domain/compare.ts'
import type { SortOrder } from '../domain/list.ts'
import type { ServerFacts } from '../domain/server.ts'
import type { Position } from './cursor.ts'

/** The position of a server in a list: its sort value, then its id. */
export const positionOf = (server: ServerFacts, sort: SortOrder): Position => ({ value: valueOf(server, sort), id: server.id })

function valueOf (server: ServerFacts, sort: SortOrder): string | null {
  if (sort.endsWith('name')) return server.name
  return sort.endsWith('created_at') ? server.created_at : null
}

/** The order of a list. `compare` allocates no positions, because lists have thousands of rows. */
export interface Order {
  readonly compare: Compare<ServerFacts>
  isAfter(server: ServerFacts, position: Position): boolean
}

export function createOrder (sort: SortOrder, compareIds: Compare<string>): Order {
  const comparePosition = comparePositions(sort, compareIds)
  const isAfter = (server: ServerFacts, position: Position): boolean => comparePosition(positionOf(server, sort), position) > 0
  const direction = directionOf(sort)
  if (sort.endsWith('id')) return { compare: (a, b) => direction * compareIds(a.id, b.id), isAfter }
  const byValue = compareValues(sort)
  return { compare: (a, b) => byValue(valueOf(a, sort), valueOf(b, sort)) || direction * compareIds(a.id, b.id), isAfter }
}

/** Compares positions. Unknown times come first; `-` reverses the order. */
function comparePositions (sort: SortOrder, compareIds: Compare<string>): Compare<Position> {
  const byValue = compareValues(sort)
  const direction = directionOf(sort)
  return (a, b) => byValue(a.value, b.value) || edges.get(b.edge) || direction * compareIds(a.id, b.id)
}

/** Compares sort values, reversed if the sort order is. */
export function compareValues (sort: SortOrder): Compare<string | null> {
  const compare = sort.endsWith('created_at') ? compareTimes : compareText
  const direction = directionOf(sort)
  return (a, b) => direction * compareNullable(a, b, compare)
}

export const directionOf = (sort: SortOrder): 1 | -1 => sort.startsWith('-') ? -1 : 1

const edges: ReadonlyMap<Position['edge'], number> = new Map([['before', 1], ['behind', -1]])

function compareNullable (a: string | null, b: string | null, compare: Compare<string>): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1)
  return compare(a, b)
}

const compareTimes: Compare<string> = (a, b) => Date.parse(a) - Date.parse(b)
