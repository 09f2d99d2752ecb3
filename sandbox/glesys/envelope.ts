import { isRecord, type Json } from '../kit/json.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import { textOf, type Answer } from './call.ts'
import type { GlesysBehavior } from './behavior.ts'

interface Envelope {
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

/** By the `format` argument, then Accept, then Content-Type; XML without any of them. */
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
  // In August 2020 server/edit returned its transaction id as the code; it is the only function whose text is not OK.
  return behavior.codeType === 'big-on-edit' && answer.text !== 'OK' ? 1_234_567 + now % 1000 : answer.code
}

/** The vendor repeats every argument, secrets too. */
function echo ({ args, behavior, project }: Envelope): unknown {
  const added = behavior.debugInjects && project !== '' ? { projectkey: project, organizationnumber: 1337 } : {}
  const input = { ...mapValues(args, value => value === null ? '' : String(value)), ...added }
  return Object.keys(input).length === 0 && behavior.emptyDebug === 'array' ? [] : input
}

function mapValues (record: Json, change: (value: unknown) => unknown): Record<string, unknown> {
  const convert = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(convert)
    return isRecord(value) ? mapValues(value, change) : change(value)
  }
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, convert(value)]))
}

/** ISO 8601 with the Swedish offset, never Z. */
function swedishTime (epochMs: number): string {
  const year = new Date(epochMs).getUTCFullYear()
  const hours = epochMs >= lastSunday(year, 2) && epochMs < lastSunday(year, 9) ? 2 : 1
  return `${new Date(epochMs + hours * 3_600_000).toISOString().slice(0, 19)}+0${hours}:00`
}

/** The last Sunday of a month of 31 days, at one o'clock UTC. */
function lastSunday (year: number, month: number): number {
  const last = new Date(Date.UTC(year, month, 31, 1))
  return last.getTime() - last.getUTCDay() * 86_400_000
}

/** Null, empty text, empty list and empty object all become the same empty element, as the vendor's do. */
const toXml = (root: string, value: unknown): string => `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, value, 0)}`

function element (name: string, value: unknown, depth: number): string {
  const indent = ' '.repeat(depth)
  const tag = elementName(name)
  const inside = content(value, depth)
  if (inside === '') return `${indent}<${tag}/>\n`
  if (typeof value !== 'object') return `${indent}<${tag}>${inside}</${tag}>\n`
  return `${indent}<${tag}>\n${inside}${indent}</${tag}>\n`
}

function content (value: unknown, depth: number): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return escapeText(String(value))
  if (Array.isArray(value)) return value.map(entry => element('item', entry, depth + 1)).join('')
  return Object.entries(value).map(([name, entry]) => element(name, entry, depth + 1)).join('')
}

const escapeText = (text: string): string => withoutForbidden(text)
  .replaceAll('&', '&amp;')
  .replaceAll('<', '&lt;')
  .replaceAll('>', '&gt;')
  .replaceAll('\r', '&#13;')

/** XML 1.0 cannot represent most control characters. */
const withoutForbidden = (text: string): string =>
  // eslint-disable-next-line no-control-regex
  text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD')

/** The echo of arguments makes element names of the caller's text. */
function elementName (name: string): string {
  const safe = name.replace(/[^A-Za-z0-9_.-]/g, '_')
  return /^[A-Za-z_]/.test(safe) ? safe : `_${safe}`
}
