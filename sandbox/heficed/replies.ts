import type { SimulatedReply, SimulatedRequest } from '../simulator.ts'
import type { Instance } from './wire.ts'
import type { World } from './world.ts'

export interface Call {
  readonly world: World
  readonly request: SimulatedRequest
  /** The variable parts of the path, by name. */
  readonly params: Readonly<Record<string, string>>
}

export type Handler = (call: Call) => SimulatedReply

export interface Trouble {
  readonly status: number
  readonly detail: string
  readonly context?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

const titles = new Map([
  [400, 'Bad Request'], [401, 'Unauthorized'], [403, 'Forbidden'], [404, 'Not Found'],
  [405, 'Method Not Allowed'], [409, 'Conflict'], [429, 'Too Many Requests']
])

export const ok = (body: unknown): SimulatedReply => ({ status: 200, body })

/** Problem details plus the vendor's own `context`; `instance` is the address asked for, never a server id. */
export function problem ({ world, request }: Pick<Call, 'world' | 'request'>, trouble: Trouble): SimulatedReply {
  const fields = trouble.context ?? []
  const context = world.knobs.problemContext === 'text' ? fields.join(', ') : { fields }
  return {
    status: trouble.status,
    headers: { ...trouble.headers, 'content-type': world.knobs.problemType },
    body: {
      type: 'about:blank',
      title: titles.get(trouble.status) ?? 'Error',
      detail: trouble.detail,
      instance: request.path,
      context
    }
  }
}

/** The vendor escapes slashes inside JSON strings; a slash occurs nowhere else in JSON text. */
export function encode (reply: SimulatedReply, escapeSlashes: boolean): SimulatedReply {
  if (reply.body === undefined) return reply
  const text = JSON.stringify(reply.body)
  return {
    status: reply.status,
    headers: { 'content-type': 'application/json', ...reply.headers },
    body: escapeSlashes ? text.replaceAll('/', '\\/') : text
  }
}

export const notFound = (call: Pick<Call, 'world' | 'request'>, what: string): SimulatedReply =>
  problem(call, { status: 404, detail: `${what} not found` })

/** Runs only for a server that exists and is already visible. */
export const withServer = (run: (call: Call, server: Instance) => SimulatedReply): Handler =>
  call => {
    const server = call.world.visible(Number(call.params['id']))
    return server === undefined ? notFound(call, 'Instance') : run(call, server)
  }
