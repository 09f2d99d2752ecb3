import createFetchClient from 'openapi-fetch'
import { strictly, type Calls } from './calls.ts'
import type { components, operations, paths } from './schema.ts'

export type { components, operations, paths } from './schema.ts'

type Schemas = components['schemas']
export type Server = Schemas['Server']
export type Operation = Schemas['Operation']
export type Problem = Schemas['Problem']
export type NewServer = Schemas['CreateServerRequest']
type ServerQuery = NonNullable<operations['listServers']['parameters']['query']>
export type ServerFilters = Omit<ServerQuery, 'cursor'>
/** What writes answer. */
export type Written = Operation | Server | Schemas['DryRun'] | Schemas['GeneratedPassword']

export interface ClientOptions {
  /** Where the gateway is, as `https://hawser.example.com`. */
  readonly baseUrl: string
  /** Sent as `Authorization: Bearer`; left out where the gateway asks for none. */
  readonly key?: string
  /** For each call, its answer included; the seconds of `Prefer: wait` come on top. Default 70,000: the gateway itself gives up after 60,000. */
  readonly timeoutMs?: number
  /** Default: the platform's. */
  readonly fetch?: typeof globalThis.fetch
}

export interface FollowOptions {
  /** Default 35 minutes; the gateway ends every operation within 30. */
  readonly withinMs?: number
  readonly signal?: AbortSignal
}

/** A call by its words: for programs that learn paths at run time, to which the types of the document do not apply. */
export interface PlainRequest {
  readonly method: string
  /** Below the gateway's address, beginning with a slash; parameters in it are already encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean>>
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON; undefined sends none. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/**
 * Every path of the API as `GET`, `POST`, `PUT`, `PATCH` and `DELETE`, which answer `{ data, error, response }` and throw only where
 * there is no answer: a `TypeError` when the gateway cannot be reached, a `TimeoutError` when it takes too long.
 * What stands beside them throws a `ProblemError` too.
 */
export interface HawserClient extends Calls {
  /** Resolves with the answer, of any status; throws only where there is none. */
  send (request: PlainRequest): Promise<Response>
  /** All servers of an account, page by page as they are taken. */
  servers (account: string, filters?: ServerFilters): AsyncGenerator<Server, void, undefined>
  /** Buys one server, however often it is called with the same key and specification. The key: 1 to 255 characters, yours to keep. */
  createServer (account: string, spec: NewServer, idempotencyKey: string): Promise<Operation>
  /**
   * Waits until the operation has ended, well or not: see its `status`. Throws a `TimeoutError` when it has not ended in time. A fault
   * ends the waiting, not the operation: it may be followed again. What is no operation, such as a dry run, is a `TypeError`.
   */
  follow (written: Written, options?: FollowOptions): Promise<Operation>
}

/** The gateway's account of what went wrong. `problem.retryable` says whether the same call may be sent again. */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor (problem: Problem) {
    super(`${problem.title}: ${problem.detail}`)
    this.name = 'ProblemError'
    this.problem = problem
  }
}

/** The data of a call that went well; throws a ProblemError of one that did not, an Error where the answer is not the gateway's. */
export function dataOf<T> ({ data, error, response }: { data?: T, error?: unknown, response: Response }): T {
  if (data !== undefined) return data
  if (isProblem(error)) throw new ProblemError(error)
  throw new Error(`the answer, HTTP ${response.status}, has neither data nor a problem of the gateway`)
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
  // Once the head of the answer is there, fetch itself may lose sight of the signal in the same way.
  return response.body === null ? response : new Response(response.body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal }), response)
}

/** Not AbortSignal.any: Node 20 throws a timeout away that only such a signal waits for, and the call never ends. A listener keeps it. */
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

/** Shorter than the half minute after which some proxies cut a silent connection. */
const waitS = 20
const pauseMs = 1000

async function follow (api: Calls, operation: Operation, { withinMs = 35 * 60_000, signal }: FollowOptions = {}): Promise<Operation> {
  const { account, id } = operation
  const ending = firstOf(AbortSignal.timeout(withinMs), ...(signal === undefined ? [] : [signal]))
  let seen = operation
  while (seen.status === 'pending' || seen.status === 'running') {
    seen = dataOf(await api.GET('/v1/{account}/operations/{id}', { params: { path: { account, id }, header: { Prefer: `wait=${waitS}` } }, signal: ending }))
    // A gateway that is stopping answers at once.
    if (seen.finished_at === null) await new Promise(resolve => { setTimeout(resolve, pauseMs) })
  }
  return seen
}

function operationOf (written: Written): Operation {
  if ('action' in written) return written
  throw new TypeError('this is no operation: there is nothing to follow')
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && value.type.startsWith('/problems/') && 'detail' in value
