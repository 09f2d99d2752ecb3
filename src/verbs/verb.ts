import { z } from 'zod'
import type { Permission } from '../access/principal.ts'
import type { Accepted, AdapterVerbs, AdapterVerb } from '../adapters/verbs.ts'
import { invalidRequest } from '../domain/invalid.ts'
import type { Seen } from '../domain/list.ts'
import type { Goal } from '../domain/operation.ts'
import { noQuery } from '../domain/parameter.ts'
import type { Server } from '../domain/server.ts'
import type { BoundVerb, DirectCall, Permit, Prepared, VerbCall } from './call.ts'
import { hasParamsOf, paramsOf, type ParamsOf } from './params.ts'
import { confirmedQuery, pageQuery, writeQuery } from './schemas.ts'

/** Everything that the API says about one verb. Routes, permissions, OpenAPI and audit are derived from it. */
interface Described {
  /** The operationId in the OpenAPI document and the action in the audit log. */
  readonly operationId: string
  /** The adapter's verb, or `update`: the name in operations, capabilities and problems. */
  readonly action: keyof AdapterVerbs | 'update'
  readonly tag: 'Servers' | 'Power' | 'Lifecycle' | 'Snapshots' | 'Addresses' | 'Catalog' | 'Owners'
  readonly summary: string
  /** One sentence of what it does, then what to know. */
  readonly description: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly permission: Permission
  /** The adapter's verbs that it runs, as the members of the body choose; absent: the one that `action` names. */
  readonly runs?: ReadonlyArray<keyof AdapterVerbs>
  /** The gateway itself reads the server: `before` the verb (a preflight), or `after` it to answer with the server. */
  readonly reads?: 'before' | 'after'
  /** Data may be lost for good: the account's guards apply, for which the server may be read first. */
  readonly destroys?: true
  /** It costs money: after a lost answer nothing is sent again before the provider's list has been searched. */
  readonly creates?: true
  /** Its bound verb has `buys`: under `guard.max_monthly_price` the lists of servers and plans are read first. */
  readonly spends?: true
  /** Some providers generate a password for it: the first response carries it beside the operation's members. */
  readonly generatesPassword?: true
  /** Whether a request with this body may carry an Idempotency-Key; absent: any write may. */
  readonly mayHaveKey?: (body: unknown) => boolean
  /** The 200 or 201 of the verb, beside the operation that commands are answered with. */
  readonly answer?: { readonly status?: 200 | 201, readonly description: string, readonly schema: z.ZodType, readonly isSecret?: true }
}

/** A verb of the API as one value. */
export interface ApiVerb extends Described {
  /** Below `/v1/:account`. */
  readonly path: string
  readonly answers: Prepared['answers']
  /** The query is strict. The parameters of single providers are declared by their adapters. */
  readonly schemas: { readonly params: z.ZodType, readonly query: z.ZodObject, readonly body: z.ZodType }
  /** Parses the request and returns its call; throws `invalid-request`. Nothing is sent. */
  prepare(raw: RawRequest): Prepared
}

interface RawRequest {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/** The schema of a request without a body. */
export const none = z.undefined()

/** A parsed request. */
interface VerbRequest<Path extends string, Body> {
  readonly params: ParamsOf<Path>
  readonly body: Body
  /** Both in one: the input of most verbs. */
  readonly input: ParamsOf<Path> & NonNullable<Body>
}

interface Definition<Path extends string, Body, T> extends Described {
  readonly path: Path
  readonly body: z.ZodType<Body>
  bind(verbs: AdapterVerbs, permit: Permit, request: VerbRequest<Path, Body>): BoundVerb<T>
}

type VerbOf<Input, T> = (verbs: AdapterVerbs) => AdapterVerb<Input, T> | undefined

/** The verb with the parameters of the path and the members of the body as its input. */
export const forward = <Input extends object, T>(verbOf: VerbOf<Input, T>, goalOf?: (input: Input) => Goal | null) =>
  (verbs: AdapterVerbs, permit: Permit, { input }: { readonly input: Input }): BoundVerb<T> => {
    const { verb, parameters } = permit(verbOf(verbs))
    const run = async (): Promise<T> => await verb.run({ ...parameters, ...input })
    return goalOf === undefined ? { verb, run } : { verb, run, goal: () => goalOf(input) }
  }

/** The server that `reads: 'before'` guarantees. */
export function guaranteed (seen: Seen | null): Seen {
  if (seen === null) throw new Error('the server was not read before the write')
  return seen
}

interface CommandDefinition<Path extends string, Body> extends Definition<Path, Body, Accepted> {
  /** For providers that name none. */
  readonly goal?: Goal
  /** The response is the server, as soon as it shows the change. */
  isShown?(server: Server, body: Body): boolean
  /** Replaces `action` where it depends on the body; throws `invalid-request`. */
  actionOf?(body: Body): string
}

/** A verb that is followed as an operation. */
export function command<Path extends string, Body extends object | undefined> (
  { goal, isShown, actionOf, ...definition }: CommandDefinition<Path, Body>
): ApiVerb {
  const query = definition.destroys === true ? confirmedQuery : writeQuery
  return define(definition, { answers: 'operation', query }, ({ call, body }) => ({
    ...call,
    answers: 'operation',
    action: actionOf?.(body) ?? call.action,
    preflight: definition.reads === 'before',
    goal: goal ?? null,
    isShown: isShown === undefined ? null : server => isShown(server, body)
  }))
}

/** A verb that is answered directly with a value. */
export function direct<Path extends string, Body extends object | undefined> (
  { isIdempotent, ...definition }: Definition<Path, Body, unknown> & Pick<DirectCall<unknown>, 'isIdempotent'>
): ApiVerb {
  const query = definition.method === 'GET' ? noQuery : writeQuery
  return define(definition, { answers: 'value', query }, ({ call }) => ({ ...call, answers: 'value', isIdempotent }))
}

type Listed = 'body' | 'method' | 'permission'

interface ListingDefinition<Path extends string, Row> extends Omit<Definition<Path, undefined, readonly Row[]>, Listed> {
  keyOf(row: Row): string
}

/** A verb that is answered with a page of rows, in the order of their keys. */
export function listing<Path extends string, Row> ({ keyOf, ...definition }: ListingDefinition<Path, Row>): ApiVerb {
  const read = { ...definition, method: 'GET', permission: 'read', body: none } as const
  return define(read, { answers: 'page', query: pageQuery }, ({ call, query: { limit, cursor = null } }) => ({
    ...call,
    answers: 'page',
    page: { limit, cursor },
    bind: (verbs, permit) => {
      const { verb, run } = call.bind(verbs, permit)
      return { verb, run: async (seen, mark) => (await run(seen, mark)).map(row => ({ key: keyOf(row), row })) }
    }
  }))
}

interface Kind<Query> {
  readonly answers: Prepared['answers']
  readonly query: Query
}

interface Parsed<Body, Query extends z.ZodObject, T> {
  readonly call: VerbCall<T>
  readonly body: Body
  readonly query: z.output<Query>
}

function define<Path extends string, Body extends object | undefined, T, Query extends z.ZodObject> (
  { bind, ...definition }: Definition<Path, Body, T>,
  { answers, query: querySchema }: Kind<Query>,
  toCall: (parsed: Parsed<Body, Query, T>) => Prepared
): ApiVerb {
  const { action, path, body: bodySchema, method, runs, destroys } = definition
  const paramsSchema = paramsOf(`/v1/:account${path}`)
  const optional = runs === undefined ? optionalMembersOf(bodySchema) : []
  return {
    ...definition,
    answers,
    schemas: { params: paramsSchema, query: querySchema, body: bodySchema },
    prepare: raw => {
      const [common, parameters] = splitQuery(querySchema, raw.query)
      const { account, ...params } = parse(paramsSchema, raw.params, 'path')
      // Fastify passes an absent body as null. Where a verb has no body, the one of the request is ignored.
      const body = parse(bodySchema, bodySchema instanceof z.ZodUndefined ? undefined : raw.body ?? undefined, 'body')
      const query = parse(querySchema, common, 'query')
      const serverId = params.id ?? null
      if (!hasParamsOf(path, params)) throw new Error(`a parameter of ${path} has no schema`)
      const members = new Map<string, unknown>(Object.entries(body ?? {}))
      const { confirm }: { readonly confirm?: string | undefined } = query
      const call: VerbCall<T> = {
        action,
        serverId,
        writes: method !== 'GET',
        optionalMembers: Object.fromEntries(optional.map(name => [`body.${name}`, members.get(name)])),
        parameters,
        destroys: destroys === true && serverId !== null ? { serverId, confirm } : undefined,
        bind: (verbs, permit) => bind(verbs, permit, { params, body, input: { ...params, ...body } })
      }
      return toCall({ call, body, query })
    }
  }
}

/** The members that not every provider supports. */
function optionalMembersOf (body: z.ZodType): string[] {
  const schema = body instanceof z.ZodOptional ? body.unwrap() : body
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries(schema.shape).flatMap(([name, member]) => member instanceof z.ZodOptional ? [name] : [])
}

/** The parameters that the verb has for every provider, and the others. */
function splitQuery ({ shape }: z.ZodObject, query: unknown): [Record<string, unknown>, Record<string, unknown>] {
  const entries = Object.entries(query ?? {})
  const isCommon = ([name]: [string, unknown]): boolean => Object.hasOwn(shape, name)
  return [Object.fromEntries(entries.filter(isCommon)), Object.fromEntries(entries.filter(entry => !isCommon(entry)))]
}

function parse<Schema extends z.ZodType> (schema: Schema, value: unknown, place: string): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw invalidRequest({ issues: parsed.error.issues, place, value })
}
