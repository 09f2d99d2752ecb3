import type { AdapterVerbs, JobState } from '../adapters/verbs.ts'
import type { Clock } from '../domain/clock.ts'
import { UpstreamError } from '../domain/failure.ts'
import type { Seen, ServerFilters } from '../domain/list.ts'
import type { ServerFacts } from '../domain/server.ts'
import type { OperationEvents } from './operation-events.ts'
import { afterFailedPoll, afterJobs, afterServer, type Findings } from './poll-results.ts'
import { search } from './search.ts'
import { sendStep } from './steps.ts'
import { isEnded } from './transitions.ts'
import type { StoredOperation } from '../state/operation-store.ts'

/** The parts of an account that polling its operations needs. */
export interface PollTarget {
  readonly id: string
  /** The verbs, for one background request with a deadline of its own. */
  connect(signal: AbortSignal): AdapterVerbs
  /** The provider's whole list, page by page. */
  rows(verbs: AdapterVerbs, filters: ServerFilters): AsyncIterable<readonly Seen[]>
  /** A vendor's text without secrets. */
  safeText(text: string): string
}

export interface PollParts {
  readonly account: PollTarget
  readonly operationEvents: OperationEvents
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Reports an internal error. */
  readonly onFault: (error: unknown) => void
}

/** The cost of reading the whole list: its pages at the last read. */
export interface ListCost {
  pages: number
}

const jobsAtOnce = 50
const getsAtOnce = 5

/**
 * One poll of all open operations of an account: one read of their jobs; for those that are judged by their server either the list or
 * single reads, whichever takes fewer calls.
 */
export async function pollAll (parts: PollParts, open: readonly StoredOperation[], cost: ListCost): Promise<void> {
  const verbs = parts.account.connect(parts.signal)
  const withJobs = open.filter(({ jobs }) => jobs.length > 0 && verbs.jobs !== undefined)
  const searching = open.filter(stored => stored.operation.server_id === null && stored.search !== null && !withJobs.includes(stored))
  const rest = open.filter(stored => !withJobs.includes(stored) && !searching.includes(stored))
  for (let from = 0; from < withJobs.length; from += jobsAtOnce) await pollJobs(parts, verbs, withJobs.slice(from, from + jobsAtOnce))
  await pollServers(parts, verbs, { searching, rest, cost })
}

async function pollJobs (parts: PollParts, verbs: AdapterVerbs, open: readonly StoredOperation[]): Promise<void> {
  const { account, operationEvents, clock: { now } } = parts
  await recordingFailure(parts, open, async () => {
    const states = await verbs.jobs?.(open.flatMap(({ jobs }) => jobs)) ?? []
    const safe = states.map(state => ({ ...state, error: state.error === null ? null : account.safeText(state.error) }))
    for (const stored of open) await operationEvents.updateOpen(stored, current => afterJobs(current, safe, now()))
  })
}

/** The whole list, by the ids of its servers. */
type Rows = ReadonlyMap<string, Seen>

interface PollPlan {
  readonly searching: readonly StoredOperation[]
  readonly rest: readonly StoredOperation[]
  readonly cost: ListCost
}

async function pollServers (parts: PollParts, verbs: AdapterVerbs, { searching, rest, cost }: PollPlan): Promise<void> {
  const { clock: { now } } = parts
  const due = rest.filter(({ nextPollAt }) => nextPollAt <= now())
  const isListBetter = verbs.list.hydrate === undefined && idsOf(due).length > cost.pages
  let seen: Rows | null = null
  if (searching.length > 0 || isListBetter) {
    const open = [...searching, ...(isListBetter ? rest : [])]
    await recordingFailure(parts, open, async () => {
      const filters = isListBetter ? {} : filtersFor(verbs, searching)
      const readAt = now()
      const { rows, pages } = await readList(parts, verbs, filters)
      if (isListBetter) { cost.pages = pages; seen = rows }
      await search(parts, verbs, { searching, rows: [...rows.values()], readAt })
    })
    if (isListBetter && seen === null) return
  }
  await pollEach(parts, verbs, isListBetter ? rest : due, seen)
}

const idsOf = (open: readonly StoredOperation[]): string[] => [...new Set(open.map(({ operation }) => operation.server_id ?? ''))]

/** Filters by name if all searches are for one name. */
function filtersFor (verbs: AdapterVerbs, searching: readonly StoredOperation[]): ServerFilters {
  const names = new Set(searching.map(({ search: wanted }) => wanted?.spec.name ?? ''))
  const [name] = names
  const { isNameUnique, isLike, isMarked } = verbs.create ?? {}
  const mayFilter = isNameUnique === true || (isLike === undefined && isMarked === undefined)
  return name === undefined || names.size > 1 || !mayFilter ? {} : { name }
}

async function readList ({ account }: PollParts, verbs: AdapterVerbs, filters: ServerFilters) {
  const rows = new Map<string, Seen>()
  let pages = 0
  for await (const page of account.rows(verbs, filters)) {
    pages += 1
    for (const row of page) rows.set(row.server.id, row)
  }
  return { rows, pages }
}

/** Several operations on one server share one read of it. `seen`: the whole list, if it was read. */
async function pollEach (parts: PollParts, verbs: AdapterVerbs, open: readonly StoredOperation[], seen: Rows | null): Promise<void> {
  const ids = idsOf(open)
  const worker = async (): Promise<void> => {
    for (let id = ids.shift(); id !== undefined; id = ids.shift()) {
      const serverId = id
      const ofServer = open.filter(({ operation }) => (operation.server_id ?? '') === serverId)
      await recordingFailure(parts, ofServer, async () => {
        const { server = null, fault = null } = await findServer(verbs, serverId, seen) ?? {}
        const isAboutSnapshots = ofServer.some(({ goal }) => goal?.missingSnapshot !== undefined)
        const snapshots = isAboutSnapshots && server !== null ? await verbs['snapshots.list']?.run({ id: serverId }) ?? null : null
        for (const stored of ofServer) {
          const log = server === null ? [] : await readLog(verbs, stored, server)
          await applyFindings(parts, verbs, stored, { server, snapshots, fault, log })
        }
      })
    }
  }
  await Promise.all(Array.from({ length: Math.min(getsAtOnce, ids.length) }, worker))
}

/** Reads the log of the action, unless the server shows work under way, which says more than the log. */
async function readLog (verbs: AdapterVerbs, { jobs, phase }: StoredOperation, { task }: ServerFacts): Promise<readonly JobState[]> {
  return jobs.length === 0 || phase !== 'following' || task !== null ? [] : await verbs.actionLog?.(jobs) ?? []
}

async function findServer (verbs: AdapterVerbs, id: string, seen: Rows | null): Promise<Seen | null> {
  const row = seen?.get(id)
  // An incomplete row, or none, is no evidence: then the server itself is read.
  if (row !== undefined && row.missing === undefined) return row
  if (id === '') return null
  try {
    return await verbs.get.run(id)
  } catch (error) {
    if (error instanceof UpstreamError && error.failure === 'not-found') return null
    throw error
  }
}

interface ServerFindings extends Findings {
  readonly server: ServerFacts | null
}

async function applyFindings (parts: PollParts, verbs: AdapterVerbs, stored: StoredOperation, found: ServerFindings): Promise<void> {
  const { operationEvents, clock: { now }, account } = parts
  const { server, ...findings } = found
  const changed = await operationEvents.updateOpen(stored, current => {
    const polled = afterServer(current, server, now(), findings)
    const { error } = polled.operation
    return error === null ? polled : { ...polled, operation: { ...polled.operation, error: account.safeText(error) } }
  })
  const { next } = changed
  if (server !== null && !isEnded(changed) && next !== null) await sendStep(parts, verbs, { stored: changed, next, server })
}

/** Runs a poll. If it fails, the operations note that and stay open until their deadline; this also holds for internal errors. */
async function recordingFailure (parts: PollParts, open: readonly StoredOperation[], work: () => Promise<void>): Promise<void> {
  const { operationEvents, clock: { now }, signal, onFault } = parts
  try {
    await work()
  } catch (error) {
    // Interrupted by shutdown: another process will poll.
    if (signal.aborted) return
    if (!(error instanceof UpstreamError)) onFault(error)
    const reason = error instanceof UpstreamError ? error.failure : 'internal error of the gateway'
    for (const stored of open) await operationEvents.updateOpen(stored, current => afterFailedPoll(current, `${reason}.`, now()))
  }
}
