import { Agent, type Dispatcher } from 'undici'
import { HttpFault, type Peer } from './http-fault.ts'

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

export interface HttpLimits {
  /** For one attempt: connecting, headers and the whole body. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Sends bytes and returns the answer; follows no redirect and does not retry. Throws only HttpFault. */
export interface HttpClient {
  send(request: HttpRequest, limits: HttpLimits): Promise<HttpResponse>
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
    send: async (request, limits) => await exchange({ agent, request, limits, maximumBytes }),
    close: async () => { await agent.destroy() }
  }
}

interface Exchange {
  readonly agent: Agent
  readonly request: HttpRequest
  readonly limits: HttpLimits
  readonly maximumBytes: number
}

async function exchange ({ agent, request, limits, maximumBytes }: Exchange): Promise<HttpResponse> {
  if (limits.signal.aborted) throw new HttpFault('aborted', { sent: false })
  const url = new URL(request.url)
  const peer = peerOf(url)
  return await new Promise<HttpResponse>((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let settled = false
    let sent = false
    let status = 0
    let headers: Record<string, string> = {}
    const chunks: Buffer[] = []
    let size = 0

    const settle = (finish: () => void): void => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      limits.signal.removeEventListener('abort', onAbort)
      finish()
    }
    const stop = (fault: HttpFault): void => {
      settle(() => { reject(fault) })
      controller?.abort(fault)
    }
    const onAbort = (): void => { stop(new HttpFault('aborted', { sent, status })) }
    const timer = setTimeout(() => { stop(new HttpFault('timeout', { sent, status })) }, limits.timeoutMs)
    limits.signal.addEventListener('abort', onAbort, { once: true })

    agent.dispatch({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: { ...request.headers },
      body: request.body ?? null
    }, {
      onRequestStart (started) {
        controller = started
        if (settled) { started.abort(new HttpFault('aborted', { sent: false })); return }
        sent = true
      },
      onResponseStart (_started, statusCode, received) {
        status = statusCode
        headers = flatten(received)
        const announced = Number(headers['content-length'])
        if (announced > maximumBytes) stop(new HttpFault('too-large', { sent, status }))
      },
      onResponseData (_started, chunk) {
        size += chunk.length
        if (size > maximumBytes) { stop(new HttpFault('too-large', { sent, status })); return }
        chunks.push(chunk)
      },
      onResponseEnd () {
        const [only] = chunks
        const body = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size)
        settle(() => { resolve({ status, headers, text: body.toString('utf8') }) })
      },
      onResponseError (_started, error) {
        settle(() => { reject(HttpFault.from(error, { sent, status, peer })) })
      }
    })
  })
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
