import type { SimulatedReply, SimulatedRequest } from '../simulator.ts'
import type { Answer } from './answers.ts'
import { isRecord, textOf, type Args } from './arguments.ts'
import type { GlesysKnobs } from './knobs.ts'
import { toXml } from './xml.ts'

export interface Envelope {
  readonly request: SimulatedRequest
  readonly args: Args
  readonly answer: Answer
  readonly knobs: GlesysKnobs
  readonly now: number
  /** What the vendor adds to the echo by itself. */
  readonly injected: Readonly<Record<string, unknown>>
}

export function toReply (envelope: Envelope): SimulatedReply {
  const { answer, knobs } = envelope
  const challenge: Record<string, string> = answer.http === 401 ? { 'www-authenticate': 'Basic realm="API"' } : {}
  if (answer.http !== 200 && knobs.errorBody === 'html') return { status: answer.http, headers: { ...challenge, 'content-type': 'text/html' }, body: htmlPage(answer.http) }
  const response = {
    status: statusBlock(envelope),
    ...(knobs.numbers === 'strings' ? numbersAsText(answer.payload) : answer.payload),
    debug: { input: echo(envelope) }
  }
  if (wantsJson(envelope)) return { status: answer.http, headers: challenge, body: { response } }
  const headers = { ...challenge, 'content-type': 'application/xml; charset=utf-8' }
  return { status: answer.http, headers, body: toXml('response', response, knobs.xmlBooleans) }
}

/** A `format` argument decides before Accept, Accept before Content-Type; without any of them it is XML. */
function wantsJson ({ request, args }: Envelope): boolean {
  const format = textOf(args, 'format')?.toLowerCase()
  if (format === 'json') return true
  if (format === 'xml') return false
  const accept = request.headers['accept']?.toLowerCase() ?? ''
  if (accept.includes('application/json')) return true
  if (accept.includes('/xml')) return false
  return (request.headers['content-type'] ?? '').toLowerCase().startsWith('application/json')
}

function statusBlock ({ answer, knobs, now }: Envelope): Record<string, unknown> {
  const status = { code: codeOf(answer, knobs, now), timestamp: swedishTime(now), text: answer.text }
  return knobs.transactionId === 'null' ? { ...status, transactionid: null } : status
}

function codeOf (answer: Answer, knobs: GlesysKnobs, now: number): number | string {
  if (knobs.codeType === 'string') return String(answer.code)
  if (answer.http !== 200) return answer.code
  if (knobs.codeType === 'zero') return 0
  // In August 2020 server/edit put its transaction id where the code belongs.
  return knobs.codeType === 'big-on-edit' && answer.scheduled ? 1_234_567 + now % 1000 : answer.code
}

/** The vendor repeats every argument, secrets too. */
function echo ({ args, knobs, injected }: Envelope): unknown {
  const entries = Object.entries(args).map(([name, value]) => [name, echoValue(name, value, knobs)])
  const input = { ...Object.fromEntries(entries), ...injected }
  return Object.keys(input).length === 0 && knobs.emptyDebug === 'array' ? [] : input
}

const booleanNames = new Set(['keepip', 'includestate', 'used', 'release'])
const digits = new Map([['yes', '1'], ['true', '1'], ['no', '0'], ['false', '0']])

function echoValue (name: string, value: unknown, knobs: GlesysKnobs): unknown {
  const text = asText(value)
  if (knobs.debugBooleans === 'as-sent' || !booleanNames.has(name) || typeof text !== 'string') return text
  return digits.get(text.toLowerCase()) ?? text
}

function asText (value: unknown): unknown {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(asText)
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, asText(entry)]))
  return String(value)
}

function numbersAsText (payload: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const turn = (value: unknown): unknown => {
    if (typeof value === 'number') return String(value)
    if (Array.isArray(value)) return value.map(turn)
    return isRecord(value) ? numbersAsText(value) : value
  }
  return Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, turn(value)]))
}

const htmlPage = (status: number): string =>
  `<html>\n<head><title>${status}</title></head>\n<body>\n<center><h1>${status}</h1></center>\n</body>\n</html>\n`

/** ISO 8601 with the Swedish offset, never Z. */
export function swedishTime (epochMs: number): string {
  const hours = isSwedishSummer(epochMs) ? 2 : 1
  const local = new Date(epochMs + hours * 3_600_000).toISOString().slice(0, 19)
  return `${local}+0${hours}:00`
}

function isSwedishSummer (epochMs: number): boolean {
  const year = new Date(epochMs).getUTCFullYear()
  return epochMs >= lastSunday(year, 2) && epochMs < lastSunday(year, 9)
}

/** The last Sunday of a month of 31 days, at one o'clock UTC. */
function lastSunday (year: number, month: number): number {
  const last = new Date(Date.UTC(year, month, 31, 1))
  return last.getTime() - last.getUTCDay() * 86_400_000
}
