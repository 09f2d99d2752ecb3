import { createHash } from 'node:crypto'
import type { AdapterVerbs } from '../adapters/verbs.ts'
import type { Seen } from '../domain/list.ts'
import { redact } from '../domain/redact.ts'
import type { CreateSpec } from '../domain/spec.ts'
import type { PollParts } from './poll.ts'
import { ended, isEnded, undecided } from './transitions.ts'
import { serverClaim, type StoredOperation } from '../state/operation-store.ts'

interface Candidate {
  readonly spec: CreateSpec
  /** The id of the create's operation, which some providers keep with the server. */
  readonly mark: string
  readonly seen: Seen
}

/** Whether a row may be the created server. */
export const mayBeCreated = ({ create }: AdapterVerbs, { spec, mark, seen }: Candidate): boolean =>
  create?.isMarked?.(seen, mark) ?? create?.isLike?.(spec, seen.server) ?? seen.server.name === spec.name

/** The create request as it is stored, without secrets. */
export function withoutSecrets ({ password, user_data: userData, ssh_keys: sshKeys, options, ...rest }: CreateSpec): CreateSpec {
  return options === undefined ? rest : { ...rest, options: { ...Object(redact(options)) } }
}

/** A short hash of the id of a server, because a stored baseline may be long. Two ids collide with a probability of about 10^-11. */
export const fingerprintOf = (id: string): string => createHash('sha256').update(id).digest('base64url').slice(0, 6)

interface SearchInput {
  readonly searching: readonly StoredOperation[]
  readonly rows: readonly Seen[]
  /** When the read of the rows began: later servers may be missing. */
  readonly readAt: number
}

const leastPolls = 2
/** How long the server of an accepted create without an id may be missing from the list. */
const acceptedAppearsMs = 60_000

/** Searches the rows for the servers of creates whose answer had no id or was lost. A server is claimed by one create only. */
export async function search (parts: PollParts, verbs: AdapterVerbs, { searching, rows, readAt }: SearchInput): Promise<void> {
  const { account, operationEvents: { store, update }, clock: { now } } = parts
  // Read after the list, so the operation that made any of these servers is among them.
  const open = await store.pending(account.id)
  const candidatesOf = ({ search: wanted, operation: { id: mark } }: StoredOperation): string[] => {
    if (wanted === null) return []
    const { spec, baseline } = wanted
    const found = rows.filter(seen => !baseline.includes(fingerprintOf(seen.server.id)) && mayBeCreated(verbs, { spec, mark, seen }))
    return found.map(({ server }) => server.id)
  }
  // Accepted creates claim their servers before ambiguous ones.
  const rankOf = ({ phase }: StoredOperation): number => phase === 'ambiguous' ? 1 : 0
  const queue = [...searching].sort((a, b) => rankOf(a) - rankOf(b) || a.startedAt - b.startedAt)
  for (let stored = queue.shift(); stored !== undefined; stored = queue.shift()) {
    const { id: holder } = stored.operation
    const mustWait = open.some(other => goesFirst(other, stored, now()))
    const candidates = candidatesOf(stored)
    const claim = async (candidate: string): Promise<boolean> => await store.claim(account.id, serverClaim(candidate), holder)
    const id = mustWait ? null : await firstFree(candidates, claim)
    if (id !== null) {
      // A process that crashed may have claimed another candidate: it is released.
      for (const other of candidates.filter(candidate => candidate !== id)) await store.release(account.id, serverClaim(other), holder)
      // The server may belong to another create, whose own server appears later, so creates that could have claimed it wait equally long.
      const untilMs = settledAt(stored) ?? now() + acceptedAppearsMs
      for (const other of queue.filter(later => candidatesOf(later).includes(id))) {
        await update(other, current => current.phase === 'ambiguous' ? settlingUntil(current, untilMs, now()) : null)
      }
    }
    const kept = await update(stored, current => {
      if (isEnded(current) || current.operation.server_id !== null) return null
      if (id !== null) return afterFound(current, id, now())
      return mustWait ? undecided(current, now()) : afterNotFound(current, readAt, now())
    })
    if (id !== null && kept.operation.server_id !== id) await store.release(account.id, serverClaim(id), holder)
  }
}

async function firstFree (ids: readonly string[], claim: (id: string) => Promise<boolean>): Promise<string | null> {
  for (const id of ids) if (await claim(id)) return id
  return null
}

/**
 * Whether `stored` must wait for `other`, a create of the same name. While an outstanding answer to one of them may still name its server
 * (even if its process is considered dead), neither claims a server; and while an accepted create has not found its server, an ambiguous
 * one claims none.
 */
function goesFirst (other: StoredOperation, stored: StoredOperation, now: number): boolean {
  if (other.operation.id === stored.operation.id || other.operation.server_id !== null || !isNamedLike(other, stored)) return false
  const mayBeNamed = [other, stored].some(({ phase, sendingUntil }) => phase !== 'following' && now < sendingUntil)
  return mayBeNamed || (stored.phase === 'ambiguous' && other.phase !== 'ambiguous')
}

// Vendors change the case of names; the adapter's `isLike` handles the suffixes that they add.
const isNamedLike = (one: StoredOperation, other: StoredOperation): boolean =>
  one.search?.spec.name.toLowerCase() === other.search?.spec.name.toLowerCase()

function afterFound (stored: StoredOperation, id: string, now: number): StoredOperation {
  const note = stored.phase === 'ambiguous'
    ? 'The provider\'s answer was lost; this server matches the create request.'
    : stored.operation.note
  return {
    ...stored,
    phase: 'following',
    ambiguousSince: null,
    actedAt: now,
    nextPollAt: now,
    operation: { ...stored.operation, status: 'running', server_id: id, note }
  }
}

/** The time from which a server that has not appeared counts as not created; null: never. */
const settledAt = ({ phase, settleMs, ambiguousSince, sendingUntil }: StoredOperation): number | null =>
  phase === 'ambiguous' && settleMs !== null ? Math.max(ambiguousSince ?? 0, sendingUntil) + settleMs : null

const settlingUntil = (stored: StoredOperation, untilMs: number, now: number): StoredOperation =>
  ({ ...stored, ambiguousSince: now, settleMs: stored.settleMs === null ? null : Math.max(stored.settleMs, untilMs - now) })

function afterNotFound (stored: StoredOperation, readAt: number, now: number): StoredOperation {
  const end = settledAt(stored)
  if (end === null || readAt < end || stored.polls < leastPolls) return undecided(stored, now)
  const error = 'The provider\'s answer was lost, and no matching server has appeared: it was not created.'
  return { ...ended(stored, { status: 'failed', error }, now), notMade: true }
}
