import { isRecord, type Json } from '../kit/json.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import { textOf, type Answer } from './call.ts'
import type { GlesysBehavior } from './behavior.ts'
import { toXml } from './xml.ts'

export interface Envelope {
  readonly request: SimulatedRequest
  readonly args: Json
  readonly answer: Answer
  readonly behavior: GlesysBehavior
  readonly now: number
  readonly project: string
}

export function toReply (envelope: Envelope): SimulatedReply {
  const { answer: { http, payload }, behavior } = envelope
  const challenge: Record<string, string> = http === 401 ? { 'www-authenticate': 'Basic realm="API"' } : {}
  if (http !== 200 && behavior.errorBody === 'html') {
    const body = `<html><body><center><h1>${http}</h1></center></body></html>\n`
    return { status: http, headers: { ...challenge, 'content-type': 'text/html' }, body }
  }
  const response = {
    status: statusBlock(envelope),
    ...(behavior.numbers === 'strings' ? mapValues(payload, value => typeof value === 'number' ? String(value) : value) : payload),
    debug: { input: echo(envelope) }
  }
  if (wantsJson(envelope)) return { status: http, headers: challenge, body: { response } }
  return { status: http, headers: { ...challenge, 'content-type': 'application/xml; charset=utf-8' }, body: toXml('response', response) }
}

/** A `format` argument decides before Accept, Accept before Content-Type; without any of them it is XML. */
function wantsJson ({ request, args }: Envelope): boolean {
  const format = textOf(args, 'format')?.toLowerCase()
  if (format === 'json' || format === 'xml') return format === 'json'
  const accept = request.headers['accept']?.toLowerCase() ?? ''
  if (accept.includes('application/json')) return true
  if (accept.includes('/xml')) return false
  return (request.headers['content-type'] ?? '').toLowerCase().startsWith('application/json')
}

function statusBlock ({ answer, behavior, now }: Envelope): Json {
  const status = { code: codeOf(answer, behavior, now), timestamp: swedishTime(now), text: answer.text }
  return behavior.transactionId === 'null' ? { ...status, transactionid: null } : status
}

function codeOf (answer: Answer, behavior: GlesysBehavior, now: number): number | string {
  if (behavior.codeType === 'string') return String(answer.code)
  if (answer.http !== 200) return answer.code
  if (behavior.codeType === 'zero') return 0
  // In August 2020 server/edit put its transaction id where the code belongs; its text is the only one but OK.
  return behavior.codeType === 'big-on-edit' && answer.text !== 'OK' ? 1_234_567 + now % 1000 : answer.code
}

/** The vendor repeats every argument, secrets too. */
function echo ({ args, behavior, project }: Envelope): unknown {
  const added = behavior.debugInjects && project !== '' ? { projectkey: project, organizationnumber: 1337 } : {}
  const input = { ...mapValues(args, value => value === null ? '' : String(value)), ...added }
  return Object.keys(input).length === 0 && behavior.emptyDebug === 'array' ? [] : input
}

function mapValues (record: Json, change: (value: unknown) => unknown): Record<string, unknown> {
  const turn = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(turn)
    return isRecord(value) ? mapValues(value, change) : change(value)
  }
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, turn(value)]))
}

/** ISO 8601 with the Swedish offset, never Z. */
export function swedishTime (epochMs: number): string {
  const year = new Date(epochMs).getUTCFullYear()
  const hours = epochMs >= lastSunday(year, 2) && epochMs < lastSunday(year, 9) ? 2 : 1
  return `${new Date(epochMs + hours * 3_600_000).toISOString().slice(0, 19)}+0${hours}:00`
}

/** The last Sunday of a month of 31 days, at one o'clock UTC. */
function lastSunday (year: number, month: number): number {
  const last = new Date(Date.UTC(year, month, 31, 1))
  return last.getTime() - last.getUTCDay() * 86_400_000
}
