import { badMember, GatewayError } from '../domain/failure.ts'

/** The settings below `guard` of an account. */
export interface GuardSettings {
  /** Ids of servers that must not be destroyed. */
  readonly protectedIds: ReadonlySet<string>
  /** A destructive call must repeat the server's name. */
  readonly confirms: boolean
  readonly maxDeletesPerHour: number | null
  readonly maxCreatesPerHour: number | null
  readonly maxMonthlyPrice: Spending | null
}

/** The most that the plans of an account may cost in a month. */
export interface Spending {
  readonly amount: number
  /** ISO 4217. */
  readonly currency: string
}

export const noGuards: GuardSettings = {
  protectedIds: new Set(), confirms: false, maxDeletesPerHour: null, maxCreatesPerHour: null, maxMonthlyPrice: null
}

/** The target of a destructive call, and the caller's confirmation. */
export interface Destruction {
  readonly serverId: string
  /** The server's name, as the caller has sent it. */
  readonly confirm: string | undefined
}

/** The checks that need no upstream call. */
export function guardBefore ({ protectedIds, confirms }: GuardSettings, { serverId, confirm }: Destruction): void {
  if (isAmong(protectedIds, [serverId])) {
    throw new GatewayError('conflict', 'this server is listed in guard.protected; delete, rebuild and restore are disabled')
  }
  if (confirms && confirm === undefined) {
    throw badMember('query.confirm', 'is required because the account sets guard.confirm_delete; it must be the server\'s name')
  }
}

/** Compares the confirmation with the server's name; a confirmation that was not required is checked too. */
export function guardName ({ confirm }: Destruction, name: string): void {
  if (confirm !== undefined && confirm !== name) throw badMember('query.confirm', 'is not the name of this server')
}

/** Whether the server must be read first: for its name, and because a provider may accept another spelling of a protected id. */
export const needsPreflight = ({ protectedIds }: GuardSettings, { confirm }: Destruction): boolean =>
  confirm !== undefined || protectedIds.size > 0

/** A raw call, as it will be sent. */
export interface RawCall {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

/**
 * The effect of a raw call is unknown. So its path, query and body must not name a protected server; DELETE is refused if deletes need a
 * confirmation, and every other write if spending is limited.
 */
export function guardRaw ({ protectedIds, confirms, maxMonthlyPrice }: GuardSettings, { method, path, body }: RawCall): void {
  const named = [...path.split(/[/?&=]/).map(decoded).flatMap(idsIn).flatMap(withNumber), ...wordsOf(body).flatMap(idsIn)]
  if (isAmong(protectedIds, named)) {
    throw new GatewayError('conflict', 'this server is listed in guard.protected; only read calls may refer to it')
  }
  const disabled = (guard: string): GatewayError =>
    new GatewayError('forbidden', `raw ${method} calls are disabled because the account sets ${guard}`)
  if (maxMonthlyPrice !== null && method !== 'DELETE') throw disabled('guard.max_monthly_price: their cost is unknown')
  if (confirms && method === 'DELETE') throw disabled('guard.confirm_delete')
}

function isAmong (ids: ReadonlySet<string>, words: readonly string[]): boolean {
  if (ids.size === 0) return false
  const named = new Set(words.map(plainId))
  return [...ids].some(id => named.has(plainId(id)))
}

/** An id without what providers ignore in it: case, dashes, leading zeros and a zero fraction. */
const plainId = (id: string): string =>
  id.toLowerCase().replaceAll('-', '').replace(/^(\d+)\.0*$/, '$1').replace(/^0+(?=\d+$)/, '')

/** A text and every word in it that may be an id: of a list, between spaces, or of JSON within the text. */
const idsIn = (text: string): string[] => [text, ...text.normalize('NFKC').split(/[^\p{L}\p{N}_.:@-]+/u)]

/** Servers may read `42e0`, `42:stop` or `42.json` in a path as the number 42. */
const withNumber = (word: string): string[] => [word, ...(/^\d+(?=\D)/.exec(word) ?? [])]

function decoded (text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Every string and number in a body, including the names of members. */
function wordsOf (value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => [name, ...wordsOf(member)])
}
