import { z } from 'zod'
import type { Permission } from '../access/principal.ts'
import type { Destruction } from '../access/guards.ts'
import type { Verb } from '../adapters/verb-facts.ts'
import type { Accepted, AdapterVerb, AdapterVerbs } from '../adapters/verbs.ts'
import { invalidRequest } from '../domain/invalid.ts'
import type { Seen } from '../domain/list.ts'
import type { Goal } from '../domain/operation.ts'
import type { Server } from '../domain/server.ts'
import type { CreateSpec } from '../domain/spec.ts'

export type Tag = 'Servers' | 'Power' | 'Lifecycle' | 'Snapshots' | 'Addresses' | 'Catalog' | 'Owners'

/** The parsed query parameters that only the provider has. */
export type OwnParameters = Readonly<Record<string, unknown>>

/** `mark` is unique to the call: the id of its operation. */
export type Run<T> = (seen: Seen | null, mark: string) => Promise<T>

/** An adapter's verb, bound to the arguments of one call. */
export interface Bound<T> {
  readonly verb: Verb
  /** The server as it will be shown when the work is done, if that depends on the provider or on the server's present state. */
  goalOf?(seen: Seen | null): Goal | null
  /** Throws if the verb cannot take the arguments; nothing has been sent. What it parses is passed to the returned run. */
  ready(own: OwnParameters): Run<T>
}

/** The verb with its input; undefined if the provider lacks it. */
export const bound = <Input extends object, T>(verb: AdapterVerb<Input, T> | undefined, toInput: (seen: Seen | null) => Input): Bound<T> | undefined =>
  verb && { verb, ready: own => async seen => await verb.run({ ...own, ...toInput(seen) }) }

/** One call of a verb, independent of the account's provider. */
export interface Call<T> {
  /** The name in operations, capabilities and problems. */
  readonly action: string
  /** The server of the path, if there is one. */
  readonly serverId: string | null
  /** The optional members of the request by path: a provider that does not accept one of them refuses the call. */
  readonly given: Readonly<Record<string, unknown>>
  /** Query parameters that the API does not have for every provider, unparsed. A provider that does not declare one of them refuses the call. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** Undefined if the provider lacks the verb. */
  bind(verbs: AdapterVerbs): Bound<T> | undefined
}

/** A call that ends with its answer: a query, or a write that the provider completes before it answers. */
export interface DirectCall<T> extends Call<T> {
  readonly writes: boolean
  /** A write that may safely be repeated. */
  readonly isRepeatable?: true
  /** Counted by `guard.max_deletes_per_hour`. */
  readonly isDelete?: boolean
  /** Counted by `guard.max_creates_per_hour`. */
  readonly mayCreate?: boolean
}

/** A plan for a new server, or for one that is resized; without a plan its price is not known. */
export interface Purchase {
  readonly plan: string | undefined
  readonly region: string | undefined
  /** The server that is resized. */
  readonly serverId: string | null
}

/** A write that is followed as an operation. */
export interface Command extends Call<Accepted> {
  /** The server is read first and passed to `run`. */
  readonly preflight?: true
  /** Data that may be lost for good: the account's guards apply. */
  readonly destroys?: Destruction
  /** Throws if the preflight rules the call out. */
  inspect?(seen: Seen): void
  /** The server as it will be shown when the work is done; null: done when the provider accepts. */
  readonly goal: Goal | null
  /** For a create: how its server is found if the answer has no id. */
  readonly spec?: CreateSpec
  /** What the account will cost: `guard.max_monthly_price` applies. */
  readonly buys?: Purchase
}

/** A row of a list with its unique key. */
export interface KeyedRow {
  readonly key: string
  readonly row: unknown
}

/** The call that a request results in, once its parameters and body are parsed. */
export type Prepared =
  /** `isShown`: the response is the server, as soon as it shows the change. */
  | { readonly answers: 'operation', readonly command: Command, readonly isShown?: (server: Server) => boolean }
  | { readonly answers: 'value', readonly call: DirectCall<unknown> }
  | { readonly answers: 'page', readonly call: DirectCall<readonly KeyedRow[]> }

/** Parameters and body of a request, unparsed. */
export interface RawInput {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/** Everything that the API says about one verb. Routes, permissions, OpenAPI and audit are derived from it. */
export interface Described {
  /** The operationId in the OpenAPI document and the action in the audit log. */
  readonly operationId: string
  /** The adapter's verb, or `update`: the name in operations, capabilities and problems. */
  readonly action: keyof AdapterVerbs | 'update'
  readonly tag: Tag
  readonly summary: string
  /** One sentence of what it does, then what to know. */
  readonly description: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/v1/:account`. */
  readonly path: string
  readonly permission: Permission
  /** The adapter's verbs that it runs; absent: the one that `action` names. */
  readonly runs?: ReadonlyArray<keyof AdapterVerbs>
  /**
   * The gateway itself reads the server: `before` the verb (a preflight), before it only for a guard (`confirmed`), or `after` it
   * to answer with the server.
   */
  readonly reads?: 'before' | 'confirmed' | 'after'
  /** It costs money: after a lost answer nothing is sent again before the provider's list has been searched. */
  readonly creates?: true
  /** Its command has `buys`: under `guard.max_monthly_price` the lists of servers and plans are read first. */
  readonly spends?: true
  /** Some providers generate a password for it: the first response carries it beside the operation's members. */
  readonly generatesPassword?: true
  /** Whether a request with this body may carry an Idempotency-Key; absent: any write may. */
  readonly mayHaveKey?: (body: unknown) => boolean
  /** The 200 or 201 of the verb, beside the operation that commands are answered with. */
  readonly answer?: { readonly status?: 200 | 201, readonly description: string, readonly schema: z.ZodType, readonly isSecret?: true }
}

interface Schemas<P extends z.ZodType, Q extends z.ZodObject, B extends z.ZodType> {
  readonly params: P
  /** Strict. The parameters of single providers are declared by their adapters. */
  readonly query: Q
  readonly body: B
}

/** The schema of a request without a body. */
export const none = z.undefined()

interface Input<P extends z.ZodType, Q extends z.ZodObject, B extends z.ZodType> {
  readonly params: z.output<P>
  readonly query: z.output<Q>
  readonly body: z.output<B>
}

/** A verb of the API as one value. */
export interface ApiVerb extends Described {
  readonly answers: Prepared['answers']
  readonly schemas: Schemas<z.ZodType, z.ZodObject, z.ZodType>
  /** Parses the request and returns its call; throws `invalid-request`. Nothing is sent. */
  prepare(raw: RawInput): Prepared
}

type Definition<P extends z.ZodType, Q extends z.ZodObject, B extends z.ZodType> = Described & Schemas<P, Q, B>

/** A call without the members that follow from its verb: action, server, and whether it writes. Default of `given`: empty. */
type Body<C extends Call<unknown>> = Omit<C, 'action' | 'serverId' | 'given' | 'parameters' | 'writes' | 'preflight'> & Partial<Pick<C, 'action' | 'given'>>

/** A verb that is followed as an operation. */
export const command = <P extends z.ZodType, Q extends z.ZodObject, B extends z.ZodType>(
  { toCommand, isShown, ...definition }: Definition<P, Q, B> & {
    toCommand(input: Input<P, Q, B>): Body<Command>
    isShown?(input: Input<P, Q, B>, server: Server): boolean
  }
): ApiVerb => define(definition, 'operation', (input, common) =>
    ({ answers: 'operation', command: { ...common, ...(definition.reads === 'before' ? { preflight: true } : {}), ...toCommand(input) }, ...(isShown === undefined ? {} : { isShown: server => isShown(input, server) }) }))

/** A verb that is answered directly with a value. */
export const direct = <P extends z.ZodType, Q extends z.ZodObject, B extends z.ZodType>(
  { toCall, ...definition }: Definition<P, Q, B> & { toCall(input: Input<P, Q, B>): Body<DirectCall<unknown>> }
): ApiVerb => define(definition, 'value', (input, common) =>
    ({ answers: 'value', call: { ...common, writes: definition.method !== 'GET', ...toCall(input) } }))

/** A verb that is answered with a page of rows. */
export const listing = <P extends z.ZodType, Q extends z.ZodObject>(
  { toCall, ...definition }: Omit<Definition<P, Q, typeof none>, 'body' | 'method' | 'permission'> & {
    toCall(input: Input<P, Q, typeof none>): Body<DirectCall<readonly KeyedRow[]>>
  }
): ApiVerb => define({ ...definition, method: 'GET', permission: 'read', body: none }, 'page', (input, common) =>
    ({ answers: 'page', call: { ...common, writes: false, ...toCall(input) } }))

type Common = Pick<Call<unknown>, 'action' | 'serverId' | 'given' | 'parameters'>

function define<P extends z.ZodType, Q extends z.ZodObject, B extends z.ZodType> (
  { params, query, body, ...described }: Definition<P, Q, B>, answers: Prepared['answers'], toPrepared: (input: Input<P, Q, B>, common: Common) => Prepared
): ApiVerb {
  return {
    ...described,
    answers,
    schemas: { params, query, body },
    prepare: raw => {
      const { common, parameters } = splitQuery(query, raw.query)
      return toPrepared({
        params: read(params, raw.params, 'path'),
        // Fastify passes an absent body as null.
        body: read(body, raw.body ?? undefined, 'body'),
        query: read(query, common, 'query')
      }, { action: described.action, serverId: serverIdOf(raw.params), given: {}, parameters })
    }
  }
}

/** The parameters that every provider's route has, and the others. */
function splitQuery ({ shape }: z.ZodObject, query: unknown): { readonly common: object, readonly parameters: Readonly<Record<string, unknown>> } {
  const [common, parameters] = [new Map<string, unknown>(), new Map<string, unknown>()]
  for (const [name, value] of Object.entries(query ?? {})) (Object.hasOwn(shape, name) ? common : parameters).set(name, value)
  return { common: Object.fromEntries(common), parameters: Object.fromEntries(parameters) }
}

const serverIdOf = (params: unknown): string | null =>
  typeof params === 'object' && params !== null && 'id' in params && typeof params.id === 'string' ? params.id : null

function read<S extends z.ZodType> (schema: S, value: unknown, place: string): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw invalidRequest({ issues: parsed.error.issues, place, value })
}
