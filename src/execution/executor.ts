import { guardBefore, guardName, needsPreflight, type Spending } from '../access/guards.ts'
import type { Verb } from '../adapters/verb-facts.ts'
import type { Accepted, AdapterVerbs } from '../adapters/verbs.ts'
import { GatewayError, UpstreamError } from '../domain/failure.ts'
import type { Seen } from '../domain/list.ts'
import type { Operation } from '../domain/operation.ts'
import { createSerial } from '../domain/serial.ts'
import type { Engine } from '../operations/engine.ts'
import { untracked } from '../operations/idempotency.ts'
import type { Generations } from '../state/generation.ts'
import type { StoredOperation } from '../state/operation-store.ts'
import type { Quota } from '../state/limits.ts'
import type { Account } from '../transport/account.ts'
import { readCall, writeCall, type RequestContext } from '../transport/context.ts'
import type { Call, Command, DirectCall } from '../verbs/verb.ts'
import { createDryRun, type PlannedCall } from './dry-run.ts'
import type { InFlight } from './in-flight.ts'
import { baselineOf, beginIntent, endFailedIntent, readServers } from './intent.ts'
import { bindPermitted, countCreate, countDelete, type Ready } from './permission.ts'
import { refuseOverspending } from './spending.ts'

export interface Performed {
  readonly operation: Operation
  /** A password that the vendor generated. */
  readonly password: string | null
}

/** Runs verbs for callers: permission of the account, members, guards, preflight, intent, call. */
export interface Executor {
  /** Records the intent, sends the write, and resolves when the provider has accepted it. */
  start(account: Account, command: Command, context: RequestContext): Promise<Performed>
  /** Runs a query, or a write that is complete when it is answered. */
  run<T>(account: Account, call: DirectCall<T>, context: RequestContext): Promise<T>
  /** The calls that a write would send. Reads are sent, writes are not, and nothing is stored. */
  dryRun(account: Account, call: Command | DirectCall<unknown>, context: RequestContext): Promise<readonly PlannedCall[]>
}

export interface ExecutorParts {
  readonly engine: Engine
  /** The operations of an account that have not ended. */
  readonly pending: (account: string) => Promise<readonly StoredOperation[]>
  readonly deletes: Quota
  readonly creates: Quota
  readonly inFlight: InFlight
  readonly generations: Generations
}

export function createExecutor (parts: ExecutorParts): Executor {
  const { engine, deletes, creates, inFlight, generations } = parts
  const serially = createSerial()
  return {
    start: async (account, command, context) => await inFlight.run(async () => {
      const verbs = account.connect(writeCall(account, context))
      const bound = bindCommand(account, verbs, command)
      const seen = await preflight(account, verbs, command)
      const begin = async (): Promise<StoredOperation> => await beginCommand(parts, verbs, { account, command, bound, seen, context })
      // What one request buys is recorded before the next one is added up.
      const stored = limitOf(account, command) === null ? await begin() : await serially(account.id, begin)
      try {
        const accepted = await runReady(verbs, bound, { call: command, seen, mark: stored.operation.id, context })
        return { operation: await engine.accept(stored, accepted), password: accepted.password ?? null }
      } catch (error) {
        throw await endFailedIntent(engine, stored, { error, left: context.counters.writes })
      } finally {
        await generations.bump(account.id)
      }
    }),
    run: async (account, call, context) => await inFlight.run(async () => {
      const { writes } = call
      const verbs = account.connect(writes ? writeCall(account, context) : readCall(account, context))
      const bound = bindPermitted(account, verbs, { call, writes })
      if (call.isDelete === true) await countDelete(deletes, account)
      if (call.mayCreate === true) await countCreate(creates, account)
      if (writes && call.isRepeatable !== true) await context.idempotencyLease?.begin(untracked)
      try {
        return await runReady(verbs, bound, { call, seen: null, mark: '', context })
      } finally {
        if (writes) await generations.bump(account.id)
      }
    }),
    dryRun: async (account, call, context) => {
      const plan = createDryRun(account)
      const verbs = account.connect(writeCall(account, context), plan.record)
      if (isCommand(call)) await planCommand(parts, verbs, { account, command: call, bound: bindCommand(account, verbs, call), context })
      else await bindPermitted(account, verbs, { call, writes: call.writes }).run(null, '')
      return plan.calls
    }
  }
}

interface Commanded {
  readonly account: Account
  readonly command: Command
  readonly bound: Ready<Accepted>
  readonly context: RequestContext
}

interface Beginning extends Commanded {
  readonly seen: Seen | null
}

interface Spender extends Pick<Beginning, 'account' | 'command' | 'seen'> {
  readonly servers: readonly Seen[]
}

/** Applies the guards that need to know the account's servers, and records what is about to be sent. */
async function beginCommand (parts: ExecutorParts, verbs: AdapterVerbs, beginning: Beginning): Promise<StoredOperation> {
  const { engine, deletes, creates } = parts
  const { account, command, bound, seen, context } = beginning
  const { spec, action } = command
  const servers = await serversFor(verbs, account, command)
  await guardSpending(parts, verbs, { account, command, seen, servers })
  if (action === 'delete') await countDelete(deletes, account)
  if (action === 'create') await countCreate(creates, account)
  const goal = bound.verb.goal ?? (bound.goalOf === undefined ? command.goal : bound.goalOf(seen))
  const search = spec === undefined ? null : baselineOf(spec, servers)
  return await beginIntent(engine, account, { command, goal, search, context, deadlineMs: bound.verb.deadlineMs })
}

/** Those that the command must know of: for a sum all of them, for a create those that may be taken for its own. */
async function serversFor (verbs: AdapterVerbs, account: Account, command: Command): Promise<readonly Seen[]> {
  if (limitOf(account, command) !== null) return await readServers(verbs)
  if (command.spec === undefined) return []
  return await readServers(verbs, verbs.create?.isNameUnique === true ? { name: command.spec.name } : {})
}

/** The limit of what the command may cost; null if there is none, or if it buys nothing. */
const limitOf = ({ options: { guard } }: Account, { buys }: Command): Spending | null => buys === undefined ? null : guard.maxMonthlyPrice

async function guardSpending ({ pending }: ExecutorParts, verbs: AdapterVerbs, { account, command, seen, servers }: Spender): Promise<void> {
  const { buys } = command
  const limit = limitOf(account, command)
  if (buys === undefined || limit === null) return
  // A provider may accept another spelling of the id than the one that it lists.
  const serverId = seen?.server.id ?? buys.serverId
  await refuseOverspending({ verbs, limit, rows: servers, open: await pending(account.id) }, { ...buys, serverId })
}

const isCommand = (call: Command | DirectCall<unknown>): call is Command => 'goal' in call

/** The command with all its later steps. */
async function planCommand (parts: ExecutorParts, verbs: AdapterVerbs, { account, command, bound, context }: Commanded): Promise<void> {
  const seen = await preflight(account, verbs, command)
  if (limitOf(account, command) !== null) await guardSpending(parts, verbs, { account, command, seen, servers: await readServers(verbs) })
  let accepted = await runReady(verbs, bound, { call: command, seen, mark: '{operation}', context })
  const planned = new Set<string>()
  while (accepted.next !== undefined && !planned.has(accepted.next.name)) {
    const { name, input } = accepted.next
    planned.add(name)
    accepted = await verbs.steps?.[name]?.run(command.serverId ?? '{id}', input) ?? {}
  }
}

function bindCommand (account: Account, verbs: AdapterVerbs, command: Command): Ready<Accepted> {
  return bindPermitted(account, verbs, {
    call: command,
    writes: true,
    guard: () => { if (command.destroys !== undefined) guardBefore(account.options.guard, command.destroys) }
  })
}

async function preflight ({ options: { guard } }: Account, verbs: AdapterVerbs, { preflight: isWanted, serverId, inspect, destroys }: Command): Promise<Seen | null> {
  const isGuarded = destroys !== undefined && needsPreflight(guard, destroys)
  if ((isWanted !== true && !isGuarded) || serverId === null) return null
  const seen = await verbs.get.run(serverId)
  // Another spelling of an id would bypass guard.protected, and operations are listed by the id of the request.
  if (seen.server.id !== serverId) throw new GatewayError('server-not-found', 'the provider has this server under another id; use the id that lists show')
  if (destroys !== undefined) guardName(destroys, seen.server.name)
  inspect?.(seen)
  return seen
}

interface Running {
  readonly call: Call<unknown>
  readonly seen: Seen | null
  readonly mark: string
  readonly context: RequestContext
}

/** An inferred verb that the provider refuses with 404 or 405 does not exist, if the server does. */
async function runReady<T> (verbs: AdapterVerbs, bound: Ready<T>, { call: { serverId, given }, seen, mark, context: { counters } }: Running): Promise<T> {
  try {
    return await bound.run(seen, mark)
  } catch (cause) {
    // An adapter that finds a fault after an accepted write does not know of the write.
    const isUnaware = cause instanceof UpstreamError && cause.sideEffect === 'none'
    const error = withAsked(isUnaware ? cause.withFacts({ sideEffect: counters.writes }) : cause, given, seen)
    if (!isUnknownVerb(bound.verb, error)) throw error
    if (serverId !== null && seen === null) await verbs.get.run(serverId)
    throw new GatewayError('operation-not-supported', 'the provider does not offer this action', { cause: error })
  }
}

/** A refusal for lack of room, with what was asked for; what the vendor itself says, such as alternatives, goes before it. */
function withAsked (error: unknown, given: Call<unknown>['given'], seen: Seen | null): unknown {
  if (!(error instanceof UpstreamError) || error.failure !== 'capacity') return error
  const asked = { plan: given['body.plan'], region: given['body.region'] ?? seen?.server.region?.id }
  return error.meaning('capacity', { details: { ...asked, ...Object(error.options.details) } })
}

/** The vendor's answer indicates that the endpoint does not exist; a missing member of ours does not count. */
const isUnknownVerb = ({ evidence }: Verb, error: unknown): error is UpstreamError =>
  evidence === 'inferred' && error instanceof UpstreamError && error.sideEffect === 'none' && (error.failure === 'not-found' || error.failure === 'unsupported') &&
  error.options.status !== undefined && error.options.member === undefined
