import { createHash } from 'node:crypto'
import type { ServerOperations } from '../adapters/verbs.ts'
import type { Seen } from '../domain/list.ts'
import type { CreateSpec } from '../domain/spec.ts'
import { redact } from '../domain/redact.ts'
import type { ServerFacts } from '../domain/server.ts'
import { ended, goOn, isEnded } from './follow.ts'
import type { LookParts } from './poll-target.ts'
import { serverClaim, type StoredOperation } from '../state/operation-store.ts'

/** Whether a row may be what was ordered. */
export const isLikeOrder = (operations: ServerOperations, spec: CreateSpec, server: ServerFacts): boolean =>
  operations.create?.isLike?.(spec, server) ?? server.name === spec.name

/** What is kept of an order: nothing secret. */
export function withoutSecrets ({ password, user_data: userData, ssh_keys: sshKeys, options, ...rest }: CreateSpec): CreateSpec {
  return options === undefined ? rest : { ...rest, options: { ...Object(redact(options)) } }
}

/** Short for an id that was there before: lists are long, and each of these is kept. Two ids share one once in 10^10. */
export const markOf = (id: string): string => createHash('sha256').update(id).digest('base64url').slice(0, 6)

interface Searching {
  readonly searching: readonly StoredOperation[]
  readonly rows: readonly Seen[]
  /** When the reading of the rows began: what came later need not be among them. */
  readonly readAt: number
}

const leastLooks = 2
/** So long what was accepted without an id may be missing from the list. */
const acceptedAppearsMs = 60_000

/** Looks among the rows for the servers of creates whose answer told no id, or never came. A server belongs to one order only. */
export async function search ({ account, journal, clock: { now } }: LookParts, operations: ServerOperations, { searching, rows, readAt }: Searching): Promise<void> {
  const servers = rows.map(({ server }) => server)
  // Read after the list: whoever has made one of these servers was written down before.
  const open = await journal.store.pending(account.id)
  const candidatesOf = ({ search: wanted }: StoredOperation): string[] => wanted === null
    ? []
    : servers.filter(server => !wanted.before.includes(markOf(server.id)) && isLikeOrder(operations, wanted.spec, server)).map(({ id }) => id)
  // Who was accepted for certain chooses first.
  const left = [...searching].sort((a, b) => Number(a.phase === 'doubtful') - Number(b.phase === 'doubtful') || a.startedAt - b.startedAt)
  for (let stored = left.shift(); stored !== undefined; stored = left.shift()) {
    const { id: holder } = stored.operation
    const isWaiting = open.some(other => goesFirst(other, stored, now()))
    const candidates = candidatesOf(stored)
    const id = isWaiting ? null : await firstFree(candidates, async candidate => await journal.store.claim(account.id, serverClaim(candidate), holder))
    // It may have claimed another one, and crashed: that one is somebody else's now.
    for (const other of id === null ? [] : candidates.filter(candidate => candidate !== id)) await journal.store.release(account.id, serverClaim(other), holder)
    // It may be another's, and this order's own may still appear: who could have been given it waits as long as this one would have.
    for (const other of id === null ? [] : left.filter(later => candidatesOf(later).includes(id))) {
      const untilMs = settledAt(stored) ?? now() + acceptedAppearsMs
      await journal.update(other, current => current.phase === 'doubtful' ? waiting(current, untilMs, now()) : null)
    }
    const kept = await journal.update(stored, current => {
      if (isEnded(current) || current.operation.server_id !== null) return null
      if (id !== null) return found(current, id, now())
      return isWaiting ? goOn(current, now()) : afterVain(current, readAt, now())
    })
    if (id !== null && kept.operation.server_id !== id) await journal.store.release(account.id, serverClaim(id), holder)
  }
}

async function firstFree (ids: readonly string[], claim: (id: string) => Promise<boolean>): Promise<string | null> {
  for (const id of ids) if (await claim(id)) return id
  return null
}

/**
 * While an answer may still tell which server is whose (also that of a process that is believed dead), none is taken by one of
 * several orders of a name; and while an accepted order has not found its server, a doubtful one takes none.
 */
function goesFirst (other: StoredOperation, stored: StoredOperation, now: number): boolean {
  if (other.operation.id === stored.operation.id || other.operation.server_id !== null || !isNamedLike(other, stored)) return false
  const mayBeTold = [other, stored].some(({ phase, askingUntil }) => phase !== 'following' && now < askingUntil)
  return mayBeTold || (stored.phase === 'doubtful' && other.phase !== 'doubtful')
}

// Vendors change the case of names, and what they add to them stands in `isLike`.
const isNamedLike = (one: StoredOperation, other: StoredOperation): boolean =>
  one.search?.spec.name.toLowerCase() === other.search?.spec.name.toLowerCase()

function found (stored: StoredOperation, id: string, now: number): StoredOperation {
  const note = stored.phase === 'doubtful'
    ? 'The provider\'s answer was lost; this server was found by what had been ordered.'
    : stored.operation.note
  return {
    ...stored,
    phase: 'following',
    doubtfulSince: null,
    actedAt: now,
    nextLookAt: now,
    operation: { ...stored.operation, status: 'running', server_id: id, note }
  }
}

/** When a server that has not appeared was not made; null where it was. */
const settledAt = ({ phase, settleMs, doubtfulSince, askingUntil }: StoredOperation): number | null =>
  phase === 'doubtful' && settleMs !== null ? Math.max(doubtfulSince ?? 0, askingUntil) + settleMs : null

const waiting = (stored: StoredOperation, untilMs: number, now: number): StoredOperation =>
  ({ ...stored, doubtfulSince: now, settleMs: stored.settleMs === null ? null : Math.max(stored.settleMs, untilMs - now) })

function afterVain (stored: StoredOperation, readAt: number, now: number): StoredOperation {
  const end = settledAt(stored)
  if (end === null || readAt < end || stored.looks < leastLooks) return goOn(stored, now)
  const error = 'The provider\'s answer was lost, and no such server has appeared: it was not made.'
  return { ...ended(stored, { status: 'failed', error }, now), notMade: true }
}
