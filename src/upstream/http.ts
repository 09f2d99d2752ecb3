import { Agent, type Dispatcher } from 'undici'
import { HttpFault, type HttpFaultKind, type Peer } from './http-fault.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'
  /** Absolute; every part from outside is already percent-encoded. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface HttpResponse {
  readonly status: number
  /** Names in lower case; repeated headers are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** An answer whose text is not decoded yet. */
export interface ReceivedResponse extends Omit<HttpResponse, 'text'> {
  readonly bytes: Buffer
}

export const toResponse = ({ status, headers, bytes }: ReceivedResponse): HttpResponse =>
  ({ status, headers, text: bytes.toString('utf8') })

export interface HttpLimits {
  /** For one attempt: connecting, headers and the whole body. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Sends bytes and returns the answer; follows no redirect and does not retry. Throws only HttpFault. */
export interface HttpClient {
  send(request: HttpRequest, limits: HttpLimits): Promise<ReceivedResponse>
  close(): Promise<void>
}

export interface HttpClientOptions {
  /** PEM text of the authorities to trust instead of the default ones. */
  readonly ca?: string
  readonly insecureSkipVerify?: boolean
  readonly maximumBytes?: number
  readonly connections?: number
}

const defaultMaximumBytes = 16 * 1024 * 1024

/** One client for each account, because TLS settings belong to the account. */
export function createHttpClient (options: HttpClientOptions = {}): HttpClient {
  const agent = new Agent({
    connections: options.connections ?? 16,
    // Shorter than the usual keep-alive of servers: writing to a socket that the other side is closing fails the call.
    keepAliveTimeout: 4000,
    keepAliveMaxTimeout: 15_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: 10_000,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      ...(options.insecureSkipVerify === true ? { rejectUnauthorized: false } : {})
    }
  })
  const maximumBytes = options.maximumBytes ?? defaultMaximumBytes
  return {
    send: (request, limits) => exchange({ agent, request, limits, maximumBytes }),
    close: async () => { await agent.destroy() }
  }
}

interface Exchange {
  readonly agent: Agent
  readonly request: HttpRequest
  readonly limits: HttpLimits
  readonly maximumBytes: number
}

/** One promise for one exchange: what throws within it rejects it. */
const exchange = (asked: Exchange): Promise<ReceivedResponse> => new Promise((resolve, reject) => {
  if (asked.limits.signal.aborted) throw new HttpFault('aborted', { sent: false })
  dispatch(asked, new URL(asked.request.url), { resolve, reject })
})

interface Outcome {
  resolve(response: ReceivedResponse): void
  reject(fault: HttpFault): void
}

/** Sends the request; the outcome is what comes first of the answer, a fault, the timeout and the caller's signal. */
function dispatch ({ agent, request, limits, maximumBytes }: Exchange, url: URL, outcome: Outcome): void {
  const answer = createIncoming(maximumBytes)
  let controller: Dispatcher.DispatchController | undefined
  let settled = false
  let sent = false

  const settle = (): boolean => {
    if (settled) return false
    settled = true
    clearTimeout(timer)
    limits.signal.removeEventListener('abort', onAbort)
    return true
  }
  const fail = (fault: HttpFault): void => { if (settle()) outcome.reject(fault) }
  const stop = (kind: HttpFaultKind): void => {
    const fault = new HttpFault(kind, { sent, status: answer.status() })
    fail(fault)
    controller?.abort(fault)
  }
  const onAbort = (): void => { stop('aborted') }
  const timer = setTimeout(() => { stop('timeout') }, limits.timeoutMs)
  limits.signal.addEventListener('abort', onAbort, { once: true })

  const { method, headers, body = null } = request
  agent.dispatch({ origin: url.origin, path: `${url.pathname}${url.search}`, method, headers, body }, {
    onRequestStart (started) {
      controller = started
      if (settled) { started.abort(new HttpFault('aborted', { sent: false })); return }
      sent = true
    },
    onResponseStart (_started, status, headers) { if (!answer.begin(status, headers)) stop('too-large') },
    onResponseData (_started, chunk) { if (!answer.add(chunk)) stop('too-large') },
    onResponseEnd () { if (settle()) outcome.resolve(answer.response()) },
    onResponseError (_started, error) { fail(HttpFault.from(error, { sent, status: answer.status(), peer: peerOf(url) })) }
  })
}

/** An answer as it arrives; `begin` and `add` return false when it is larger than allowed. */
function createIncoming (maximumBytes: number) {
  const chunks: Buffer[] = []
  let status = 0
  let headers: Record<string, string> = {}
  let size = 0
  return {
    status: () => status,
    begin: (code: number, received: Record<string, string | string[] | undefined>): boolean => {
      status = code
      headers = flatten(received)
      return !(Number(headers['content-length']) > maximumBytes)
    },
    add: (chunk: Buffer): boolean => {
      size += chunk.length
      if (size <= maximumBytes) chunks.push(chunk)
      return size <= maximumBytes
    },
    response: (): ReceivedResponse => {
      const [only] = chunks
      const bytes = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size)
      return { status, headers, bytes }
    }
  }
}

const peerOf = ({ hostname, port, protocol }: URL): Peer =>
  ({ host: hostname, port: port === '' ? protocol === 'https:' ? 443 : 80 : Number(port) })

function flatten (received: Record<string, string | string[] | undefined>): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(received)) {
    if (value !== undefined) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}
