import type { ServerOperations } from '../adapters/verbs.ts'
import { UpstreamError } from '../domain/failure.ts'
import type { Seen, ServerFilters } from '../domain/list.ts'
import type { ServerFacts } from '../domain/server.ts'
import { afterJobs, afterMiss, afterServer, isEnded } from './follow.ts'
import { search } from './search.ts'
import { takeStep } from './steps.ts'
import type { StoredOperation } from '../state/operation-store.ts'
import type { LookParts } from './poll-target.ts'

/** What is known of the cost of reading the whole list, in pages. */
export interface ListCost {
  pages: number
}

const jobsAtOnce = 50
const getsAtOnce = 5

/**
 * One look at the provider for all of an account's open operations: one read of their jobs, and either the list or a few single
 * reads for those that are followed by what their server shows, whichever takes fewer calls.
 */
export async function lookAtAll (parts: LookParts, open: readonly StoredOperation[], cost: ListCost): Promise<void> {
  const operations = parts.account.connect(parts.signal)
  const withJobs = open.filter(({ jobs }) => jobs.length > 0 && operations.jobs !== undefined)
  const searching = open.filter(stored => stored.operation.server_id === null && stored.search !== null && !withJobs.includes(stored))
  const rest = open.filter(stored => !withJobs.includes(stored) && !searching.includes(stored))
  for (let from = 0; from < withJobs.length; from += jobsAtOnce) await lookAtJobs(parts, operations, withJobs.slice(from, from + jobsAtOnce))
  await lookAtServers(parts, operations, { searching, rest, cost })
}

async function lookAtJobs (parts: LookParts, operations: ServerOperations, open: readonly StoredOperation[]): Promise<void> {
  const { account, journal, clock: { now } } = parts
  await unlessMissed(parts, open, async () => {
    const states = await operations.jobs?.(open.flatMap(({ jobs }) => jobs)) ?? []
    const safe = states.map(state => ({ ...state, error: state.error === null ? null : account.safeText(state.error) }))
    for (const stored of open) await journal.update(stored, current => isEnded(current) ? null : afterJobs(current, safe, now()))
  })
}

interface Sorted {
  readonly searching: readonly StoredOperation[]
  readonly rest: readonly StoredOperation[]
  readonly cost: ListCost
}

async function lookAtServers (parts: LookParts, operations: ServerOperations, { searching, rest, cost }: Sorted): Promise<void> {
  const { clock: { now } } = parts
  const due = rest.filter(({ nextLookAt }) => nextLookAt <= now())
  const isListBetter = operations.list.complete === undefined && idsOf(due).length > cost.pages
  let seen: ReadonlyMap<string, Seen> | null = null
  if (searching.length > 0 || isListBetter) {
    const open = [...searching, ...(isListBetter ? rest : [])]
    await unlessMissed(parts, open, async () => {
      const filters = isListBetter ? {} : filtersFor(operations, searching)
      const readAt = now()
      const read = await readList(parts, operations, filters)
      if (isListBetter) { cost.pages = read.pages; seen = read.rows }
      await search(parts, operations, { searching, rows: [...read.rows.values()], readAt })
    })
    if (isListBetter && seen === null) return
  }
  await lookAtEach(parts, operations, { open: isListBetter ? rest : due, seen })
}

const idsOf = (open: readonly StoredOperation[]): string[] => [...new Set(open.map(({ operation }) => operation.server_id ?? ''))]

/** By name where one name is all that is looked for. */
function filtersFor (operations: ServerOperations, searching: readonly StoredOperation[]): ServerFilters {
  const names = new Set(searching.map(({ search: wanted }) => wanted?.spec.name ?? ''))
  const [name] = names
  return name === undefined || names.size > 1 || operations.create?.isLike !== undefined ? {} : { name }
}

async function readList ({ account }: LookParts, operations: ServerOperations, filters: ServerFilters) {
  const rows = new Map<string, Seen>()
  let pages = 0
  for await (const page of account.rows(operations, filters)) {
    pages += 1
    for (const row of page) rows.set(row.server.id, row)
  }
  return { rows, pages }
}

interface Each {
  readonly open: readonly StoredOperation[]
  /** The whole list, where it was read. */
  readonly seen: ReadonlyMap<string, Seen> | null
}

/** Several operations on one server share one read of it. */
async function lookAtEach (parts: LookParts, operations: ServerOperations, { open, seen }: Each): Promise<void> {
  const ids = idsOf(open)
  const worker = async (): Promise<void> => {
    for (let id = ids.shift(); id !== undefined; id = ids.shift()) {
      const serverId = id
      const own = open.filter(({ operation }) => (operation.server_id ?? '') === serverId)
      await unlessMissed(parts, own, async () => {
        const server = await serverOf(operations, serverId, seen)
        for (const stored of own) await judgeBy(parts, operations, { stored, server })
      })
    }
  }
  await Promise.all(Array.from({ length: Math.min(getsAtOnce, ids.length) }, worker))
}

async function serverOf (operations: ServerOperations, id: string, seen: ReadonlyMap<string, Seen> | null): Promise<ServerFacts | null> {
  const row = seen?.get(id)
  // Only a row that was read to its end counts; that one is missing is asked for by itself.
  if (row !== undefined && row.lacks === undefined) return row.server
  if (id === '') return null
  try {
    return (await operations.get.run(id)).server
  } catch (error) {
    if (error instanceof UpstreamError && error.failure === 'not-found') return null
    throw error
  }
}

interface Judged {
  readonly stored: StoredOperation
  readonly server: ServerFacts | null
}

async function judgeBy (parts: LookParts, operations: ServerOperations, { stored, server }: Judged): Promise<void> {
  const { journal, clock: { now }, account } = parts
  const judged = await journal.update(stored, current => {
    if (isEnded(current)) return null
    const looked = afterServer(current, server, now())
    const { error } = looked.operation
    return error === null ? looked : { ...looked, operation: { ...looked.operation, error: account.safeText(error) } }
  })
  if (server !== null && !isEnded(judged) && judged.next !== null) await takeStep(parts, operations, { stored: judged, next: judged.next, server })
}

/** A provider that can not be asked just now ends no operation before its deadline; nor does a fault of ours keep one from ending then. */
async function unlessMissed ({ journal, clock: { now }, signal, onFault }: LookParts, open: readonly StoredOperation[], work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    // Given up because this process stops: the next one looks.
    if (signal.aborted) return
    if (!(error instanceof UpstreamError)) onFault(error)
    const reason = error instanceof UpstreamError ? error.failure : 'a fault of the gateway'
    for (const stored of open) await journal.update(stored, current => isEnded(current) ? null : afterMiss(current, `${reason}.`, now()))
  }
}
