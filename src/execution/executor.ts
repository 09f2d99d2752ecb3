import { guardName, needsPreflight } from '../access/guards.ts'
import type { Verb } from '../adapters/verb-facts.ts'
import type { Accepted, AdapterVerbs } from '../adapters/verbs.ts'
import { GatewayError, UpstreamError } from '../domain/failure.ts'
import type { InFlight } from '../domain/in-flight.ts'
import type { Seen } from '../domain/list.ts'
import type { Operation } from '../domain/operation.ts'
import { createSerial } from '../domain/serial.ts'
import type { Engine } from '../operations/engine.ts'
import { untracked, type IdempotencyLease } from '../operations/idempotency.ts'
import type { Generations } from '../state/generation.ts'
import type { StoredOperation } from '../state/operation-store.ts'
import type { Account } from '../transport/account.ts'
import { readCall, writeCall, type RequestContext } from '../transport/context.ts'
import type { RecordWrite } from '../transport/transport.ts'
import type { BoundVerb, Command, DirectCall, ValueCall, VerbCall } from '../verbs/call.ts'
import { createDryRun, type DryRunCall } from './dry-run.ts'
import { baselineOf, beginIntent, endFailedIntent } from './intent.ts'
import { bindPermitted, countWrite, type Quotas } from './permission.ts'
import { guardSpending, limitOf, readServers } from './spending.ts'

/** The context of a request that may write. */
export interface WriteContext extends RequestContext {
  /** The reservation of the Idempotency-Key; null without a key. */
  readonly idempotencyLease: IdempotencyLease | null
}

export interface Performed {
  readonly operation: Operation
  /** A password that the vendor generated. */
  readonly password: string | null
}

/** Runs verbs for callers. The steps, in this order: what the account permits, the members, the guards, preflight, intent, call. */
export interface Executor {
  /** Records the intent, sends the write, and resolves when the provider has accepted it. */
  start(account: Account, command: Command, context: WriteContext): Promise<Performed>
  /** Runs a query, or a write that is complete when the provider answers. */
  run<T>(account: Account, call: DirectCall<T>, context: WriteContext): Promise<T>
  /** The calls that a write would send. Reads are sent, writes are not, and nothing is stored. */
  dryRun(account: Account, call: Command | ValueCall, context: WriteContext): Promise<readonly DryRunCall[]>
}

export interface ExecutorParts extends Quotas {
  readonly engine: Engine
  /** The operations of an account that have not ended. */
  readonly pending: (account: string) => Promise<readonly StoredOperation[]>
  readonly inFlight: InFlight
  readonly generations: Generations
}

export function createExecutor (parts: ExecutorParts): Executor {
  const { engine, inFlight, generations } = parts
  const serially = createSerial()
  return {
    start: async (account, command, context) => await inFlight.run(async () => {
      const running = await bindCommand(account, command, context)
      const begin = async (): Promise<StoredOperation> => await beginCommand(parts, running)
      // Under a spending limit, the next request is checked only after this one is recorded.
      const stored = limitOf(running) === null ? await begin() : await serially(account.id, begin)
      try {
        const accepted = await run(running, stored.operation.id)
        return { operation: await engine.accept(stored, accepted), password: accepted.password ?? null }
      } catch (error) {
        throw await endFailedIntent(engine, stored, error, context.counters.writes)
      } finally {
        await generations.bump(account.id)
      }
    }),
    run: async (account, call, context) => await inFlight.run(async () => {
      const { writes } = call
      const verbs = account.connect(writes ? writeCall(account, context) : readCall(account, context))
      const bound = bindPermitted(account, verbs, call)
      await countWrite(parts, account, call)
      if (writes && call.isIdempotent !== true) await context.idempotencyLease?.begin(untracked)
      try {
        return await run({ account, verbs, call, bound, seen: null, context }, '')
      } finally {
        if (writes) await generations.bump(account.id)
      }
    }),
    dryRun: async (account, call, context) => {
      const { record, calls } = createDryRun(account)
      if (call.answers === 'operation') await dryRunCommand(parts, await bindCommand(account, call, context, record))
      else await bindPermitted(account, account.connect(writeCall(account, context), record), call).run(null, '')
      return calls
    }
  }
}

/** A call with its bound verb and what was read for it. */
export interface Running<Call extends VerbCall<T>, T> {
  readonly account: Account
  readonly verbs: AdapterVerbs
  readonly call: Call
  readonly bound: BoundVerb<T>
  /** The server, if it was read before the write. */
  readonly seen: Seen | null
  readonly context: WriteContext
}

export type RunningCommand = Running<Command, Accepted>

/** Binds a command, and reads its server if the command or a guard needs it. */
async function bindCommand (account: Account, call: Command, context: WriteContext, record?: RecordWrite): Promise<RunningCommand> {
  const verbs = account.connect(writeCall(account, context), record)
  const bound = bindPermitted(account, verbs, call)
  const { serverId, destroys, preflight } = call
  const isGuarded = destroys !== undefined && needsPreflight(account.options.guard, destroys)
  if ((!preflight && !isGuarded) || serverId === null) return { account, verbs, call, bound, seen: null, context }
  const seen = await verbs.get.run(serverId)
  // Another spelling of an id would bypass guard.protected, and operations are listed by the id of the request.
  if (seen.server.id !== serverId) {
    throw new GatewayError('server-not-found', 'the provider has this server under another id; use the id that lists show')
  }
  if (destroys !== undefined) guardName(destroys, seen.server.name)
  bound.inspect?.(seen)
  return { account, verbs, call, bound, seen, context }
}

/** Applies the guards that depend on the account's servers, and records the intent. */
async function beginCommand (parts: ExecutorParts, running: RunningCommand): Promise<StoredOperation> {
  const { account, call, bound, seen, context } = running
  const servers = await serversFor(running)
  await guardSpending(parts.pending, running, servers)
  await countWrite(parts, account, call)
  const { verb, spec } = bound
  return await beginIntent(parts.engine, context.idempotencyLease, {
    account: account.id,
    provider: account.provider.id,
    action: call.action,
    serverId: call.serverId,
    goal: verb.goal ?? (bound.goal === undefined ? call.goal : bound.goal(seen)),
    search: spec === undefined ? null : baselineOf(spec, servers),
    sendingMs: account.options.requestDeadlineMs,
    deadlineMs: verb.deadlineMs
  })
}

/** The servers that the command must know: all under a spending limit; for a create those that could be confused with the new one. */
async function serversFor (running: RunningCommand): Promise<readonly Seen[]> {
  const { verbs, bound: { spec } } = running
  if (limitOf(running) !== null) return await readServers(verbs)
  if (spec === undefined) return []
  return await readServers(verbs, verbs.create?.isNameUnique === true ? { name: spec.name } : {})
}

/** Runs the command and its later steps; its writes are recorded instead of sent. */
async function dryRunCommand (parts: ExecutorParts, running: RunningCommand): Promise<void> {
  const { verbs, call } = running
  if (limitOf(running) !== null) await guardSpending(parts.pending, running, await readServers(verbs))
  let accepted = await run(running, '{operation}')
  const done = new Set<string>()
  while (accepted.next !== undefined && !done.has(accepted.next.name)) {
    const { name, input } = accepted.next
    done.add(name)
    accepted = await verbs.steps?.[name]?.run(call.serverId ?? '{id}', input) ?? {}
  }
}

/** Runs the verb. If an inferred verb is refused with 404 or 405 although the server exists, the provider does not have the verb. */
async function run<Call extends VerbCall<T>, T> (running: Running<Call, T>, mark: string): Promise<T> {
  const { verbs, call: { serverId, optionalMembers }, bound, seen, context } = running
  try {
    return await bound.run(seen, mark)
  } catch (cause) {
    // An error that an adapter finds after an accepted write does not mention the write.
    const isUnaware = cause instanceof UpstreamError && cause.sideEffect === 'none'
    const error = withRequested(isUnaware ? cause.withFacts({ sideEffect: context.counters.writes }) : cause, optionalMembers, seen)
    if (!isUnknownVerb(bound.verb, error)) throw error
    if (serverId !== null && seen === null) await verbs.get.run(serverId)
    throw new GatewayError('operation-not-supported', 'the provider does not offer this action', { cause: error })
  }
}

/** Adds the requested plan and region to a refusal for lack of capacity; details of the vendor, such as alternatives, take precedence. */
function withRequested (error: unknown, members: VerbCall<unknown>['optionalMembers'], seen: Seen | null): unknown {
  if (!(error instanceof UpstreamError) || error.failure !== 'capacity') return error
  const requested = { plan: members['body.plan'], region: members['body.region'] ?? seen?.server.region?.id }
  return error.meaning('capacity', { details: { ...requested, ...Object(error.options.details) } })
}

/** Whether the vendor's answer shows that the endpoint does not exist; an error about a member of the request does not. */
const isUnknownVerb = ({ evidence }: Verb, error: unknown): error is UpstreamError =>
  evidence === 'inferred' && error instanceof UpstreamError && error.sideEffect === 'none' &&
  (error.failure === 'not-found' || error.failure === 'unsupported') &&
  error.options.status !== undefined && error.options.member === undefined
