import type { SimulatedReply } from '../simulator.ts'
import { problem, type Call } from './replies.ts'

/** Reads one JSON object body and collects what is wrong with it. Wrong values read as '', 0 or false. */
export interface Fields {
  readonly has: (name: string) => boolean
  readonly text: (name: string) => string
  readonly integer: (name: string, accept?: (value: number) => boolean) => number
  /** Absent is false. */
  readonly flag: (name: string) => boolean
  readonly complain: (name: string) => void
  readonly refusal: () => SimulatedReply | undefined
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export type Parsed = { readonly ok: true, readonly value: unknown } | { readonly ok: false }

export function parseJson (text: string): Parsed {
  try {
    const value: unknown = JSON.parse(text)
    return { ok: true, value }
  } catch {
    return { ok: false }
  }
}

/** An empty body is an empty object, whatever its content type. */
export function readFields (call: Call, allowed: readonly string[]): Fields {
  const wrong: string[] = []
  const parsed = call.request.body === '' ? { ok: true, value: {} } as const : parseJson(call.request.body)
  const body = parsed.ok && isRecord(parsed.value) ? parsed.value : undefined
  const values = new Map(Object.entries(body ?? {}))
  if (body === undefined) wrong.push('body')
  if (call.world.knobs.unknownKeys === 'refuse') wrong.push(...[...values.keys()].filter(name => !allowed.includes(name)))
  return {
    has: name => values.has(name),
    text: name => {
      const value = values.get(name)
      if (typeof value === 'string' && value !== '') return value
      wrong.push(name)
      return ''
    },
    integer: (name, accept = () => true) => {
      const value = values.get(name)
      if (typeof value === 'number' && Number.isInteger(value) && accept(value)) return value
      wrong.push(name)
      return 0
    },
    flag: name => {
      const value = values.get(name)
      if (typeof value === 'boolean') return value
      if (value !== undefined) wrong.push(name)
      return false
    },
    complain: name => { wrong.push(name) },
    refusal: () => wrong.length === 0
      ? undefined
      : problem(call, { status: 400, detail: 'The request is not valid', context: wrong })
  }
}
