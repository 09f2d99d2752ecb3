import type { AdapterVerbs, JobState } from '../adapters/verbs.ts'
import { UpstreamError } from '../domain/failure.ts'
import type { Seen, ServerFilters } from '../domain/list.ts'
import type { ServerFacts } from '../domain/server.ts'
import { afterJobs, afterMiss, afterServer, isEnded, type Findings } from './follow.ts'
import { search } from './search.ts'
import { takeStep } from './steps.ts'
import type { StoredOperation } from '../state/operation-store.ts'
import type { PollParts } from './poll-target.ts'

/** The cost of reading the whole list, in pages, as last seen. */
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
  await unlessMissed(parts, open, async () => {
    const states = await verbs.jobs?.(open.flatMap(({ jobs }) => jobs)) ?? []
    const safe = states.map(state => ({ ...state, error: state.error === null ? null : account.safeText(state.error) }))
    for (const stored of open) await operationEvents.update(stored, current => isEnded(current) ? null : afterJobs(current, safe, now()))
  })
}

interface Sorted {
  readonly searching: readonly StoredOperation[]
  readonly rest: readonly StoredOperation[]
  readonly cost: ListCost
}

async function pollServers (parts: PollParts, verbs: AdapterVerbs, { searching, rest, cost }: Sorted): Promise<void> {
  const { clock: { now } } = parts
  const due = rest.filter(({ nextPollAt }) => nextPollAt <= now())
  const isListBetter = verbs.list.hydrate === undefined && idsOf(due).length > cost.pages
  let seen: ReadonlyMap<string, Seen> | null = null
  if (searching.length > 0 || isListBetter) {
    const open = [...searching, ...(isListBetter ? rest : [])]
    await unlessMissed(parts, open, async () => {
      const filters = isListBetter ? {} : filtersFor(verbs, searching)
      const readAt = now()
      const read = await readList(parts, verbs, filters)
      if (isListBetter) { cost.pages = read.pages; seen = read.rows }
      await search(parts, verbs, { searching, rows: [...read.rows.values()], readAt })
    })
    if (isListBetter && seen === null) return
  }
  await pollEach(parts, verbs, { open: isListBetter ? rest : due, seen })
}

const idsOf = (open: readonly StoredOperation[]): string[] => [...new Set(open.map(({ operation }) => operation.server_id ?? ''))]

/** Filters by name if all searches are for the same one. */
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

interface Each {
  readonly open: readonly StoredOperation[]
  /** The whole list, if it was read. */
  readonly seen: ReadonlyMap<string, Seen> | null
}

/** Several operations on one server share one read of it. */
async function pollEach (parts: PollParts, verbs: AdapterVerbs, { open, seen }: Each): Promise<void> {
  const ids = idsOf(open)
  const worker = async (): Promise<void> => {
    for (let id = ids.shift(); id !== undefined; id = ids.shift()) {
      const serverId = id
      const own = open.filter(({ operation }) => (operation.server_id ?? '') === serverId)
      await unlessMissed(parts, own, async () => {
        const found = await serverOf(verbs, serverId, seen)
        const server = found?.server ?? null
        const isAboutSnapshots = own.some(({ goal }) => goal?.missingSnapshot !== undefined)
        const snapshots = isAboutSnapshots && server !== null ? await verbs['snapshots.list']?.run({ id: serverId }) ?? null : null
        for (const stored of own) {
          const log = server === null ? [] : await readLog(verbs, stored, server)
          await judgeBy(parts, verbs, { stored, server, findings: { snapshots, fault: found?.fault ?? null, log } })
        }
      })
    }
  }
  await Promise.all(Array.from({ length: Math.min(getsAtOnce, ids.length) }, worker))
}

/** A server at work says more than the log of its action. */
async function readLog (verbs: AdapterVerbs, { jobs, phase }: StoredOperation, { task }: ServerFacts): Promise<readonly JobState[]> {
  return jobs.length === 0 || phase !== 'following' || task !== null ? [] : await verbs.actionLog?.(jobs) ?? []
}

async function serverOf (verbs: AdapterVerbs, id: string, seen: ReadonlyMap<string, Seen> | null): Promise<Seen | null> {
  const row = seen?.get(id)
  // Only complete rows are evidence; a server that is missing from the list is confirmed by a read of its own.
  if (row !== undefined && row.missing === undefined) return row
  if (id === '') return null
  try {
    return await verbs.get.run(id)
  } catch (error) {
    if (error instanceof UpstreamError && error.failure === 'not-found') return null
    throw error
  }
}

interface Judged {
  readonly stored: StoredOperation
  readonly server: ServerFacts | null
  readonly findings: Findings
}

async function judgeBy (parts: PollParts, verbs: AdapterVerbs, { stored, server, findings }: Judged): Promise<void> {
  const { operationEvents, clock: { now }, account } = parts
  const judged = await operationEvents.update(stored, current => {
    if (isEnded(current)) return null
    const polled = afterServer(current, server, now(), findings)
    const { error } = polled.operation
    return error === null ? polled : { ...polled, operation: { ...polled.operation, error: account.safeText(error) } }
  })
  if (server !== null && !isEnded(judged) && judged.next !== null) await takeStep(parts, verbs, { stored: judged, next: judged.next, server })
}

/** A provider that cannot be reached ends no operation before its deadline; an internal error does not keep one from ending at it. */
async function unlessMissed ({ operationEvents, clock: { now }, signal, onFault }: PollParts, open: readonly StoredOperation[], work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    // Interrupted by the shutdown of this process: the next process polls.
    if (signal.aborted) return
    if (!(error instanceof UpstreamError)) onFault(error)
    const reason = error instanceof UpstreamError ? error.failure : 'internal error of the gateway'
    for (const stored of open) await operationEvents.update(stored, current => isEnded(current) ? null : afterMiss(current, `${reason}.`, now()))
  }
}
