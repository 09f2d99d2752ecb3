import createFetchClient, { type Client, type FetchOptions, type FetchResponse, type Middleware, type ParseAs } from 'openapi-fetch'
import type { components, operations, paths } from './schema.ts'

export type { components, operations, paths } from './schema.ts'

type Schemas = components['schemas']
export type Server = Schemas['Server']
export type Operation = Schemas['Operation']
export type Problem = Schemas['Problem']
export type NewServer = Schemas['CreateServerRequest']
type ServerQuery = NonNullable<operations['listServers']['parameters']['query']>
export type ServerFilters = Omit<ServerQuery, 'cursor'>
/** What a write returns. */
export type Written = Operation | Server | Schemas['DryRun'] | Schemas['GeneratedPassword']

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'
type PathsWith<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, object> ? P : never }[keyof paths]
type At<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer T extends Record<string, unknown>> ? T : never
type Init<T, As> = FetchOptions<T> & { parseAs?: As }

/** As openapi-fetch's own, except that an unknown member does not compile. */
type Call<M extends Method> = <P extends PathsWith<M>, As extends ParseAs = 'json'>(
  path: P,
  ...init: object extends FetchOptions<At<P, M>> ? [init?: Init<At<P, M>, As>] : [init: Init<At<P, M>, As>]
) => Promise<FetchResponse<At<P, M>, { parseAs: As }, `${string}/${string}`>>

export interface Calls {
  readonly GET: Call<'get'>
  readonly POST: Call<'post'>
  readonly PUT: Call<'put'>
  readonly PATCH: Call<'patch'>
  readonly DELETE: Call<'delete'>
  use (...middleware: Middleware[]): void
  eject (...middleware: Middleware[]): void
}

export interface ClientOptions {
  /** The address of the gateway, such as `https://hawser.example.com`. */
  readonly baseUrl: string
  /** Sent as `Authorization: Bearer`; omitted for a gateway without keys. */
  readonly key?: string
  /** For each call including its response, plus the seconds of `Prefer: wait`. Default 70,000: the gateway itself gives up after 60,000. */
  readonly timeoutMs?: number
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch
}

export interface FollowOptions {
  /** Default 35 minutes; the gateway ends every operation within 30. */
  readonly withinMs?: number
  readonly signal?: AbortSignal
}

/** An untyped request, for programs whose paths are known only at run time. */
export interface PlainRequest {
  readonly method: string
  /** Relative to the gateway's address, beginning with a slash, with its parameters encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean>>
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON; undefined sends none. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/**
 * Every path of the API as `GET`, `POST`, `PUT`, `PATCH` and `DELETE`, which resolve with `{ data, error, response }` and throw only where
 * there is no response: a `TypeError` if the gateway cannot be reached, a `TimeoutError` if it takes too long.
 * `servers`, `createServer` and `follow` also throw a `ProblemError`.
 */
export interface HawserClient extends Calls {
  /** Resolves with the response, of any status; throws only where there is none. */
  send (request: PlainRequest): Promise<Response>
  /** All servers of an account; each page is requested when iteration reaches it. */
  servers (account: string, filters?: ServerFilters): AsyncGenerator<Server, void, undefined>
  /** Buys one server, however often it is called with the same key and specification. The key has 1 to 255 characters; store it. */
  createServer (account: string, spec: NewServer, idempotencyKey: string): Promise<Operation>
  /**
   * Waits until the operation has ended, successfully or not: see its `status`. Throws a `TimeoutError` if it has not ended in time. An
   * error ends the wait, not the operation, which may be followed again. Anything else, such as a dry run, is a `TypeError`.
   */
  follow (written: Written, options?: FollowOptions): Promise<Operation>
}

/** A problem document of the gateway. `problem.retryable` says whether the same call may be sent again. */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor (problem: Problem) {
    super(`${problem.title}: ${problem.detail}`)
    this.name = 'ProblemError'
    this.problem = problem
  }
}

/** The data of a successful call. Throws a ProblemError if the gateway refused it, an Error if the response is not the gateway's. */
export function dataOf<T> ({ data, error, response }: { data?: T, error?: unknown, response: Response }): T {
  if (data !== undefined) return data
  if (isProblem(error)) throw new ProblemError(error)
  throw new Error(`the answer, HTTP ${response.status}, has neither data nor a problem of the gateway`)
}

/** The same functions with stricter types: these accept nothing that openapi-fetch's would refuse, which the compiler cannot see. */
function strictly (client: Client<paths>): Calls
function strictly (client: unknown): unknown {
  return client
}

export function createClient (options: ClientOptions): HawserClient {
  const api = strictly(createFetchClient<paths>({
    baseUrl: options.baseUrl,
    headers: options.key === undefined ? {} : { authorization: `Bearer ${options.key}` },
    // The gateway never redirects, and the key must not be sent to another host.
    redirect: 'error',
    fetch: limitedFetch(options)
  }))
  return {
    ...api,
    send: async request => await sendPlain(options, request),
    servers: (account, filters) => serversOf(api, account, filters),
    createServer: async (account, spec, idempotencyKey) => operationOf(dataOf(await api.POST('/v1/{account}/servers', {
      params: { path: { account }, header: { 'Idempotency-Key': idempotencyKey } },
      body: spec
    }))),
    follow: async (written, following) => await follow(api, operationOf(written), following)
  }
}

async function sendPlain (options: ClientOptions, request: PlainRequest): Promise<Response> {
  const { method, path, query = {}, headers = {}, body, signal } = request
  if (!path.startsWith('/')) throw new TypeError('the path must begin with a slash')
  const search = new URLSearchParams(Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]))).toString()
  return await limitedFetch(options)(new Request(`${options.baseUrl.replace(/\/+$/, '')}${path}${search === '' ? '' : `?${search}`}`, {
    method,
    headers: {
      ...(options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers
    },
    redirect: 'error',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal })
  }))
}

const defaultTimeoutMs = 70_000

const limitedFetch = ({ timeoutMs = defaultTimeoutMs, fetch: send }: ClientOptions) => async (request: Request): Promise<Response> => {
  const waitS = Number(/\bwait=(\d+)/.exec(request.headers.get('prefer') ?? '')?.[1] ?? '0')
  const signal = firstOf(request.signal, AbortSignal.timeout(timeoutMs + waitS * 1000))
  const response = await (send ?? fetch)(request, { signal })
  // After the headers have arrived, fetch itself may lose the signal in the same way.
  if (response.body === null) return response
  return new Response(response.body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal }), response)
}

/** Not AbortSignal.any: Node 20 collects a timeout that only such a signal refers to, and the call never ends. A listener keeps it. */
function firstOf (...signals: readonly AbortSignal[]): AbortSignal {
  const first = new AbortController()
  for (const signal of signals) {
    if (signal.aborted) first.abort(signal.reason)
    signal.addEventListener('abort', () => { first.abort(signal.reason) }, { once: true })
  }
  return first.signal
}

async function * serversOf (api: Calls, account: string, filters: ServerFilters = {}): AsyncGenerator<Server, void, undefined> {
  let query: ServerQuery | null = filters
  while (query !== null) {
    const { data, page }: Schemas['ServerPage'] = dataOf(await api.GET('/v1/{account}/servers', { params: { path: { account }, query } }))
    yield * data
    query = page.next_cursor === null ? null : { ...filters, cursor: page.next_cursor }
  }
}

/** Some proxies cut a silent connection after 30 seconds. */
const waitS = 20
const pauseMs = 1000

async function follow (api: Calls, operation: Operation, { withinMs = 35 * 60_000, signal }: FollowOptions = {}): Promise<Operation> {
  const { account, id } = operation
  const ending = firstOf(AbortSignal.timeout(withinMs), ...(signal === undefined ? [] : [signal]))
  let current = operation
  while (current.status === 'pending' || current.status === 'running') {
    const params = { path: { account, id }, header: { Prefer: `wait=${waitS}` } }
    current = dataOf(await api.GET('/v1/{account}/operations/{id}', { params, signal: ending }))
    // A gateway that is stopping answers at once.
    if (current.finished_at === null) await new Promise(resolve => { setTimeout(resolve, pauseMs) })
  }
  return current
}

function operationOf (written: Written): Operation {
  if ('action' in written) return written
  throw new TypeError('this is no operation: there is nothing to follow')
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'detail' in value &&
  'type' in value && typeof value.type === 'string' && value.type.startsWith('/problems/')
