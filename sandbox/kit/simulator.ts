import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHolds, type Holds } from './hold.ts'

/** One request as a simulated vendor sees it. `path` is still percent-encoded; `body` is the text as sent. */
export interface SimulatedRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly rawQuery: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
  /** True when the sender gave a Content-Length; some vendors ignore chunked bodies. */
  readonly lengthKnown: boolean
}

/** An object body is sent as JSON; a string is sent as it is with the Content-Type given in `headers`. */
export interface SimulatedReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** A request with its answer; `status` 0 means that the connection was cut or left hanging. */
export interface SimulatedCall extends SimulatedRequest {
  readonly status: number
}

/**
 * A fault for the next `times` (default 1) requests that match. `reset-before` closes the connection before the vendor handles the
 * request; `reset-after` and `hang-after` lose the answer; `truncate` halves the body; `drip` sends it slowly.
 */
export interface Fault {
  readonly match?: (request: SimulatedRequest) => boolean
  readonly times?: number
  readonly kind: 'reply' | 'reset-before' | 'reset-after' | 'hang-before' | 'hang-after' | 'truncate' | 'drip'
  readonly reply?: SimulatedReply
}

export interface Simulator {
  readonly origin: string
  readonly calls: SimulatedCall[]
  /** Milliseconds before each answer. */
  latencyMs: number
  fail(fault: Fault): void
  clearFaults(): void
  /** Holds requests until the test releases them, so that it does not depend on timing. */
  readonly hold: Holds<SimulatedRequest>['hold']
  close(): Promise<void>
}

export interface SimulatorOptions {
  readonly port?: number
  readonly latencyMs?: number
  /** Receives each request with the vendor's own answer, before a fault changes it. */
  readonly onExchange?: (request: SimulatedRequest, reply: SimulatedReply) => void
}

const maximumBodyBytes = 4 * 1024 * 1024
const rememberedCalls = 5000

/** A vendor's own members beside those of its simulator; getters stay live. */
export const withMembers = <Base extends Simulator, Members extends object>(simulator: Base, members: Members): Base & Members =>
  Object.defineProperties(Object.assign(simulator, members), Object.getOwnPropertyDescriptors(members))

/** Starts one simulated vendor on loopback; `work` is the vendor. Port 0 (default) takes a free one. */
export async function startSimulator (
  work: (request: SimulatedRequest) => SimulatedReply | Promise<SimulatedReply>,
  options: SimulatorOptions = {}
): Promise<Simulator> {
  const calls: SimulatedCall[] = []
  let faults: Array<{ fault: Fault, remaining: number }> = []
  const holds = createHolds<SimulatedRequest>()
  const handle = async (request: SimulatedRequest): Promise<SimulatedReply> => {
    const reply = await work(request)
    options.onExchange?.(request, reply)
    return reply
  }

  const takeFault = (request: SimulatedRequest): Fault | undefined => {
    const found = faults.find(({ fault }) => fault.match?.(request) ?? true)
    if (found === undefined) return undefined
    found.remaining -= 1
    if (found.remaining <= 0) faults = faults.filter(entry => entry !== found)
    return found.fault
  }

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming)
    if (simulator.latencyMs > 0) await sleep(simulator.latencyMs)
    await holds.pass(request)
    const fault = takeFault(request)
    const status = await answer({ request, fault, incoming, outgoing, handle })
    calls.push({ ...request, status })
    if (calls.length > rememberedCalls) calls.splice(0, calls.length - rememberedCalls)
  }

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => { incoming.socket.destroy() })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const simulator: Simulator = {
    origin: `http://127.0.0.1:${portOf(server.address())}`,
    calls,
    latencyMs: options.latencyMs ?? 0,
    fail: fault => { faults.push({ fault, remaining: fault.times ?? 1 }) },
    clearFaults: () => { faults = [] },
    hold: holds.hold,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>(resolve => { server.close(() => resolve()) })
    }
  }
  return simulator
}

interface Exchange {
  readonly request: SimulatedRequest
  readonly fault: Fault | undefined
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly handle: (request: SimulatedRequest) => SimulatedReply | Promise<SimulatedReply>
}

async function answer ({ request, fault, incoming, outgoing, handle }: Exchange): Promise<number> {
  switch (fault?.kind) {
    case 'reset-before': incoming.socket.resetAndDestroy(); return 0
    case 'hang-before': return 0
    case 'reply': return await send(outgoing, fault.reply ?? { status: 500 })
    case 'reset-after': await handle(request); incoming.socket.resetAndDestroy(); return 0
    case 'hang-after': await handle(request); return 0
    case 'truncate': return await send(outgoing, await handle(request), 'truncate')
    case 'drip': return await send(outgoing, await handle(request), 'drip')
    case undefined: return await send(outgoing, await handle(request))
  }
}

async function send (outgoing: ServerResponse, reply: SimulatedReply, how: 'whole' | 'truncate' | 'drip' = 'whole'): Promise<number> {
  const isText = typeof reply.body === 'string'
  const text = reply.body === undefined ? '' : isText ? String(reply.body) : JSON.stringify(reply.body)
  const type = reply.body === undefined || isText ? {} : { 'content-type': 'application/json' }
  const sent = how === 'truncate' ? text.slice(0, Math.floor(text.length / 2)) : text
  const length = reply.status === 204 ? {} : { 'content-length': String(Buffer.byteLength(sent)) }
  outgoing.writeHead(reply.status, { ...type, ...reply.headers, ...length })
  if (how === 'drip') await drip(outgoing, sent)
  outgoing.end(how === 'drip' ? '' : sent)
  return reply.status
}

async function drip (outgoing: ServerResponse, text: string): Promise<void> {
  for (const character of text) {
    if (outgoing.destroyed) return
    outgoing.write(character)
    await sleep(50)
  }
}

async function readRequest (incoming: IncomingMessage): Promise<SimulatedRequest> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    size += chunk.length
    if (size > maximumBodyBytes) throw new Error('body too large')
    chunks.push(chunk)
  }
  const url = incoming.url ?? '/'
  const mark = url.indexOf('?')
  const rawQuery = mark < 0 ? '' : url.slice(mark + 1)
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = Array.isArray(value) ? value.join(', ') : value
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(rawQuery),
    rawQuery,
    headers,
    body: Buffer.concat(chunks).toString('utf8'),
    lengthKnown: headers['content-length'] !== undefined
  }
}

const portOf = (address: AddressInfo | string | null): number =>
  address === null || typeof address === 'string' ? 0 : address.port

export const sleep = async (ms: number): Promise<void> => { await new Promise(resolve => setTimeout(resolve, ms)) }
