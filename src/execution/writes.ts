import { guardBefore, guardName, mustLook, type Destruction } from '../access/guards.ts'
import type { Accepted, ServerOperations, Verb } from '../adapters/verbs.ts'
import { badMember, GatewayError, UpstreamError, type SideEffect } from '../domain/failure.ts'
import type { Seen } from '../domain/list.ts'
import type { Goal, Operation } from '../domain/operation.ts'
import type { CreateSpec } from '../domain/spec.ts'
import type { Engine } from '../operations/engine.ts'
import type { Quota } from '../state/quota.ts'
import { markOf, withoutSecrets } from '../operations/search.ts'
import type { Search, StoredOperation } from '../state/operation-store.ts'
import type { Turns } from '../state/generation.ts'
import type { Account } from '../transport/account.ts'
import { writeCall, type RequestContext } from '../transport/context.ts'
import type { InFlight } from './in-flight.ts'
import { createRehearsal, type PlannedCall } from './dry-run.ts'
import { walk } from '../reads/walk.ts'

/** What a goal may depend on. */
export interface GoalFacts {
  readonly operations: ServerOperations
  /** As it is before the write, where the request looks. */
  readonly seen: Seen | null
}

/** One write of a caller, whatever it is. */
export interface WriteRequest<V extends Verb> {
  /** As operations name it. */
  readonly action: string
  /** The verbs that must be there. */
  verb(operations: ServerOperations): V | undefined
  readonly serverId: string | null
  /** The optional members of the body or query that were given, by their path: only what the verb accepts passes. */
  readonly given: Readonly<Record<string, unknown>>
  /** Refuses what the verb can not take, before anything is sent. */
  check?(verb: V): void
  /** The server is looked at first. */
  readonly looks: boolean
  /** What may be lost for good by it: the account's guards are asked. */
  readonly destroys?: Destruction
  /** Refuses by what the look showed. */
  inspect?(seen: Seen): void
  /** What the server will show; null: done when accepted. */
  readonly goal: Goal | null | ((facts: GoalFacts) => Goal | null)
  /** A create: how its server is found again. */
  readonly spec?: CreateSpec
  run(verb: V, seen: Seen | null, operations: ServerOperations): Promise<Accepted>
}

export interface Performed {
  readonly operation: Operation
  /** A password that the vendor made. */
  readonly password: string | null
}

export interface Writes {
  /** Writes the intent down, asks the provider, and resolves when it has accepted. */
  perform<V extends Verb>(account: Account, request: WriteRequest<V>, context: RequestContext): Promise<Performed>
  /** The calls that `perform` would send. Reads are sent, writes are not, and nothing is kept. */
  rehearse<V extends Verb>(account: Account, request: WriteRequest<V>, context: RequestContext): Promise<readonly PlannedCall[]>
}

export interface WriteParts {
  readonly engine: Engine
  readonly deletes: Quota
  readonly inFlight: InFlight
  readonly turns: Turns
}

export function createWrites ({ engine, deletes, inFlight, turns }: WriteParts): Writes {
  return {
    perform: async (account, request, context) => await inFlight.run(async () => {
      const operations = account.connect(writeCall(account, context))
      const verb = permitted(account, operations, request)
      const seen = await lookFirst(operations, request)
      const search = await snapshot(operations, request.spec)
      if (request.action === 'delete') await countDelete(deletes, account)
      const goal = typeof request.goal === 'function' ? request.goal({ operations, seen }) : request.goal
      const stored = await open(engine, account, { request, goal, search, context, deadlineMs: verb.deadlineMs })
      try {
        const accepted = await runVerb(operations, verb, { request, seen })
        return { operation: await engine.accept(stored, accepted), password: accepted.password ?? null }
      } catch (error) {
        throw await afterFailure(engine, stored, { error, left: context.tally.writes })
      } finally {
        await turns.turn(account.id)
      }
    }),
    rehearse: async (account, request, context) => {
      const rehearsal = createRehearsal(account)
      const operations = account.connect(writeCall(account, context), rehearsal.record)
      const verb = permitted(account, operations, request)
      const seen = await lookFirst(operations, request)
      let accepted = await runVerb(operations, verb, { request, seen })
      const steps = new Set<string>()
      while (accepted.next !== undefined && !steps.has(accepted.next.name)) {
        const { name, input } = accepted.next
        steps.add(name)
        accepted = await operations.steps?.[name]?.run(request.serverId ?? '{id}', input) ?? {}
      }
      return rehearsal.calls
    }
  }
}

/** Refusals that need no upstream call. */
function permitted<V extends Verb> (account: Account, operations: ServerOperations, request: WriteRequest<V>): V {
  if (account.options.readOnly) throw new GatewayError('forbidden', `the account ${account.id} is read_only`)
  const verb = request.verb(operations)
  if (verb === undefined) throw notSupported(account, request.action)
  checkGiven(account, verb, request)
  if (request.destroys !== undefined) guardBefore(account.options.guard, request.destroys)
  request.check?.(verb)
  return verb
}

export const notSupported = (account: Account, action: string): GatewayError =>
  new GatewayError('operation-not-supported', `${account.provider.title} has no ${action} for this account`)

/** An optional member that the provider can not honour is refused, never ignored. False asks for nothing. */
export function checkGiven (account: Account, verb: Verb, { action, given }: { readonly action: string, readonly given: Readonly<Record<string, unknown>> }): void {
  const accepts = new Set(verb.accepts)
  const errors = Object.entries(given)
    .filter(([path, value]) => value !== undefined && value !== false && !accepts.has(path.slice(path.indexOf('.') + 1)))
    .map(([path]) => ({ path, message: `${action} of ${account.provider.title} knows no ${path.slice(path.indexOf('.') + 1)}` }))
  const [first] = errors
  if (first !== undefined) throw new GatewayError('invalid-request', `${first.path}: ${first.message}`, { errors })
}

/** One of the deletes that `guard.max_deletes_per_hour` allows; it counts whether it succeeds or not. */
export async function countDelete (deletes: Quota, account: Account): Promise<void> {
  const { maxDeletesPerHour: most } = account.options.guard
  if (most === null) return
  const waitMs = await deletes.take(account.id, most).catch((cause: unknown) => {
    throw new GatewayError('rate-limited', 'guard.max_deletes_per_hour of this account can not be counted just now, so nothing is deleted', { cause })
  })
  if (waitMs <= 0) return
  throw new GatewayError('rate-limited', `guard.max_deletes_per_hour of this account allows ${most}`, { retryAfterMs: waitMs })
}

async function lookFirst<V extends Verb> (operations: ServerOperations, { looks, serverId, inspect, destroys }: WriteRequest<V>): Promise<Seen | null> {
  const isNameAsked = destroys !== undefined && mustLook(destroys)
  if ((!looks && !isNameAsked) || serverId === null) return null
  const seen = await operations.get.run(serverId)
  if (destroys !== undefined) guardName(destroys, seen.server.name)
  inspect?.(seen)
  return seen
}

/** All that is there before the order is made: what is not among it later, and looks like the order, was made by it. */
async function snapshot (operations: ServerOperations, spec: CreateSpec | undefined): Promise<Search | null> {
  if (spec === undefined) return null
  const { list } = operations
  const before: string[] = []
  for await (const { rows } of walk(list, { filters: {}, after: null, limit: list.pageSize })) before.push(...rows.map(({ server }) => markOf(server.id)))
  return { spec: withoutSecrets(spec), before }
}

interface Opening<V extends Verb> {
  readonly request: WriteRequest<V>
  readonly goal: Goal | null
  readonly search: Search | null
  readonly context: RequestContext
  readonly deadlineMs: number | undefined
}

/** The intent stands before anything is sent; with a key it must stand where it outlives this process. */
async function open<V extends Verb> (engine: Engine, account: Account, opening: Opening<V>): Promise<StoredOperation> {
  const { request, goal, search, context, deadlineMs } = opening
  const { action, serverId } = request
  const { held } = context
  const { stored, isKept } = await engine.open({
    account: account.id,
    provider: account.provider.id,
    action,
    serverId,
    goal,
    search,
    phase: held === null ? 'asking' : 'intended',
    askForMs: account.options.requestDeadlineMs,
    deadlineMs
  })
  if (held === null) return stored
  try {
    if (!isKept) throw new GatewayError('idempotency-unavailable', 'what is done under a key can not be kept just now')
    await held.begin(stored.operation.id)
    return await engine.ask(stored).catch((cause: unknown) => { throw new GatewayError('idempotency-unavailable', 'what is done under a key can not be kept just now', { cause }) })
  } catch (error) {
    await engine.discard(stored)
    throw error
  }
}

interface Running<V extends Verb> {
  readonly request: WriteRequest<V>
  readonly seen: Seen | null
}

/** A verb that rests on inference and is refused with 404 or 405 does not exist, if the server does. */
async function runVerb<V extends Verb> (operations: ServerOperations, verb: V, { request, seen }: Running<V>): Promise<Accepted> {
  try {
    return await request.run(verb, seen, operations)
  } catch (error) {
    if (!isUnknownVerb(verb, error)) throw error
    if (request.serverId !== null && seen === null) await operations.get.run(request.serverId)
    throw new GatewayError('operation-not-supported', 'the provider does not know this action', { cause: error })
  }
}

/** The vendor answered that there is no such function, as far as can be told. A member of ours that it misses is another matter. */
export const isUnknownVerb = (verb: Verb, error: unknown): error is UpstreamError =>
  verb.evidence === 'inferred' && error instanceof UpstreamError && error.sideEffect === 'none' && (error.failure === 'not-found' || error.failure === 'unsupported') &&
  error.options.status !== undefined && error.options.member === undefined

interface Failed {
  readonly error: unknown
  /** What the writes of this request have left behind. */
  readonly left: SideEffect
}

async function afterFailure (engine: Engine, stored: StoredOperation, { error, left }: Failed): Promise<unknown> {
  // An adapter may refuse what it reads after it has written: what was sent counts.
  if (error instanceof UpstreamError && error.sideEffect === 'none') error.sideEffect = left
  const isHarmless = left === 'none' && (error instanceof GatewayError || (error instanceof UpstreamError && error.sideEffect === 'none'))
  if (isHarmless) {
    await engine.discard(stored)
    return error
  }
  await engine.doubt(stored, error)
  if (error instanceof UpstreamError) error.operationId = stored.operation.id
  return error
}

/** For members that the body has beside each other. */
export const refuseBoth = (path: string, other: string): GatewayError => badMember(path, `can not stand beside ${other}`)
