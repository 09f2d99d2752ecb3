import { z } from 'zod'
import type { Permission } from '../access/principal.ts'
import type { Destruction } from '../access/guards.ts'
import type { Accepted, ServerOperations, Verb } from '../adapters/verbs.ts'
import { invalidRequest } from '../domain/invalid.ts'
import type { Seen } from '../domain/list.ts'
import type { Goal } from '../domain/operation.ts'
import type { Server } from '../domain/server.ts'
import type { CreateSpec } from '../domain/spec.ts'
import type { UpstreamCost } from './cost.ts'

export type Tag = 'Servers' | 'Power' | 'Lifecycle' | 'Snapshots' | 'Addresses' | 'Catalog' | 'Owners'

/** An adapter's verb, bound to what one caller asks of it. */
export interface Bound<T> {
  readonly verb: Verb
  /** Refuses what the verb cannot take, before anything is sent. */
  check?(): void
  run(seen: Seen | null): Promise<T>
}

/** What one caller asks of one account, whichever its provider. */
export interface Call<T> {
  /** As operations, capabilities and problems name it. */
  readonly action: string
  /** The server of the path, where there is one. */
  readonly serverId: string | null
  /** The optional members that were given, by their path: a provider that does not accept one refuses the call. */
  readonly given: Readonly<Record<string, unknown>>
  /** Undefined where the provider lacks the verb. */
  bind(verbs: ServerOperations): Bound<T> | undefined
}

/** A call that is answered at once: a query, or a write that the provider has finished when it answers. */
export interface DirectCall<T> extends Call<T> {
  readonly writes: boolean
  /** A write that does no harm when it is done twice. */
  readonly isRepeatable?: true
  /** `guard.max_deletes_per_hour` counts it. */
  readonly isDelete?: boolean
}

/** A write that is followed as an operation. */
export interface Command extends Call<Accepted> {
  /** The server is read first: `run` gets it. */
  readonly preflight?: true
  /** What may be lost for good: the account's guards are asked. */
  readonly destroys?: Destruction
  /** Refuses by what the preflight showed. */
  inspect?(seen: Seen): void
  /** What the server shows when the work is done; null: it is done when the provider has accepted. */
  readonly goal: Goal | null
  /** A create: how its server is found again. */
  readonly spec?: CreateSpec
}

/** A row of a list with what makes it the one it is. */
export interface KeyedRow {
  readonly key: string
  readonly row: unknown
}

/** What a request asks for, once its parameters and body are read. */
export type Prepared =
  /** `isShown`: the answer is the server, as soon as it shows the change. */
  | { readonly answers: 'operation', readonly command: Command, readonly isShown?: (server: Server) => boolean }
  | { readonly answers: 'value', readonly call: DirectCall<unknown> }
  | { readonly answers: 'page', readonly call: DirectCall<readonly KeyedRow[]> }

/** Parameters and body of a request, as they came. */
export interface RawInput {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/** Everything that the API says about one verb. Routes, permissions, OpenAPI and audit are made of it. */
export interface Described {
  /** Names the route in the OpenAPI document and in the audit log. */
  readonly operationId: string
  /** As operations, capabilities and problems name it. */
  readonly action: string
  readonly tag: Tag
  readonly summary: string
  readonly description?: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/v1/:account`. */
  readonly path: string
  readonly permission: Permission
  readonly cost: UpstreamCost
  /** It buys something: after a lost answer nothing is sent again before the provider's list was read. */
  readonly creates?: true
  /** Whether a request with this body may carry an Idempotency-Key; any write may where it is absent. */
  readonly mayHaveKey?: (body: unknown) => boolean
  /** The 200 or 201 of the verb, beside the operation that commands answer with. */
  readonly answer?: { readonly status?: 200 | 201, readonly description: string, readonly schema: z.ZodType, readonly isSecret?: true }
}

interface Schemas<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly params: P
  readonly query: Q
  readonly body: B
}

/** The schema of a request without a body. */
export const none = z.undefined()

interface Input<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly params: z.output<P>
  readonly query: z.output<Q>
  readonly body: z.output<B>
}

/** A verb of the API as one value. */
export interface ApiVerb extends Described {
  readonly answers: Prepared['answers']
  readonly schemas: Schemas<z.ZodType, z.ZodType, z.ZodType>
  /** Reads the request and says what it asks for; throws `invalid-request`. Nothing is sent. */
  prepare(raw: RawInput): Prepared
}

type Definition<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = Described & Schemas<P, Q, B>

/** A call without what its verb says already: action, server, and whether it writes. `given` is empty where it is absent. */
type Body<C extends Call<unknown>> = Omit<C, 'action' | 'serverId' | 'given' | 'writes'> & Partial<Pick<C, 'action' | 'given'>>

/** A write that is followed as an operation. */
export const command = <P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  { toCommand, isShown, ...definition }: Definition<P, Q, B> & {
    toCommand(input: Input<P, Q, B>): Body<Command>
    isShown?(input: Input<P, Q, B>, server: Server): boolean
  }
): ApiVerb => define(definition, 'operation', (input, common) =>
    ({ answers: 'operation', command: { ...common, ...toCommand(input) }, ...(isShown === undefined ? {} : { isShown: server => isShown(input, server) }) }))

/** A verb that is answered at once with a value. */
export const direct = <P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  { toCall, ...definition }: Definition<P, Q, B> & { toCall(input: Input<P, Q, B>): Body<DirectCall<unknown>> }
): ApiVerb => define(definition, 'value', (input, common) =>
    ({ answers: 'value', call: { ...common, writes: definition.method !== 'GET', ...toCall(input) } }))

/** A verb that is answered with a page of rows. */
export const listing = <P extends z.ZodType, Q extends z.ZodType>(
  { toCall, ...definition }: Omit<Definition<P, Q, typeof none>, 'body' | 'method' | 'permission'> & {
    toCall(input: Input<P, Q, typeof none>): Body<DirectCall<readonly KeyedRow[]>>
  }
): ApiVerb => define({ ...definition, method: 'GET', permission: 'read', body: none }, 'page', (input, common) =>
    ({ answers: 'page', call: { ...common, writes: false, ...toCall(input) } }))

type Common = Pick<Call<unknown>, 'action' | 'serverId' | 'given'>

function define<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> (
  { params, query, body, ...described }: Definition<P, Q, B>, answers: Prepared['answers'], toPrepared: (input: Input<P, Q, B>, common: Common) => Prepared
): ApiVerb {
  return {
    ...described,
    answers,
    schemas: { params, query, body },
    prepare: raw => toPrepared({
      params: read(params, raw.params, 'path'),
      // The framework shows an absent body as null.
      body: read(body, raw.body ?? undefined, 'body'),
      query: read(query, raw.query, 'query')
    }, { action: described.action, serverId: serverIdOf(raw.params), given: {} })
  }
}

const serverIdOf = (params: unknown): string | null =>
  typeof params === 'object' && params !== null && 'id' in params && typeof params.id === 'string' ? params.id : null

function read<S extends z.ZodType> (schema: S, value: unknown, place: string): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw invalidRequest({ issues: parsed.error.issues, place, value })
}
