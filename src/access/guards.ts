import { badMember, GatewayError } from '../domain/failure.ts'

/** What an account protects itself from. */
export interface GuardSettings {
  /** Servers that nobody destroys. */
  readonly protectedIds: ReadonlySet<string>
  /** Whoever destroys must say the server's name. */
  readonly confirms: boolean
  readonly maxDeletesPerHour: number | null
}

export const noGuards: GuardSettings = { protectedIds: new Set(), confirms: false, maxDeletesPerHour: null }

/** What may be lost for good, and what the caller said of it. */
export interface Destruction {
  readonly serverId: string
  /** The server's name as the caller says it. */
  readonly confirm: string | undefined
}

/** Refuses before anything is asked of the provider. */
export function guardBefore ({ protectedIds, confirms }: GuardSettings, { serverId, confirm }: Destruction): void {
  if (protectedIds.has(serverId)) throw new GatewayError('conflict', 'guard.protected of this account names this server: nothing of it is destroyed here')
  if (confirms && confirm === undefined) throw badMember('query.confirm', 'is required by guard.confirm_delete of this account: say the server\'s name')
}

/** Refuses by the name that the provider shows. What was said is held to, whether it had to be said or not. */
export function guardName ({ confirm }: Destruction, name: string): void {
  if (confirm !== undefined && confirm !== name) throw badMember('query.confirm', 'is not the name of this server')
}

/** Whether the name must be looked up. */
export const needsPreflight = ({ confirm }: Destruction): boolean => confirm !== undefined

/** A call in the provider's own words, as it was sent. */
export interface RawCall {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

/** What it would destroy can not be told, so it may not name what is protected, in its path, query or body, and deletes nothing unconfirmed. */
export function guardRaw ({ protectedIds, confirms }: GuardSettings, { method, path, body }: RawCall): void {
  const named = new Set([...path.split(/[/?&=]/), ...wordsOf(body)])
  for (const id of protectedIds) {
    if (named.has(id) || named.has(encodeURIComponent(id))) throw new GatewayError('conflict', 'guard.protected of this account names this server: only reading calls may name it here')
  }
  if (confirms && method === 'DELETE') throw new GatewayError('forbidden', 'guard.confirm_delete of this account allows no DELETE in the provider\'s own words')
}

/** Every text and number in a body, names of members too. */
function wordsOf (value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => [name, ...wordsOf(member)])
}
