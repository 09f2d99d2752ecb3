import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import { errorTime } from './values.ts'

export interface Refusal {
  readonly status: number
  readonly className: string
  readonly details: string
  /** The text of `details` when the caller asks for Chinese. */
  readonly chinese?: string
}

type RefusalError = Error & { readonly refusal: Refusal }

/** Thrown by a handler; the listener turns it into the vendor's error body. */
export const refuse = (status: number, className: string, details: string, chinese?: string): RefusalError =>
  Object.assign(new Error(details), {
    refusal: { status, className, details, ...(chinese === undefined ? {} : { chinese }) }
  })

export const isRefusal = (error: unknown): error is RefusalError => error instanceof Error && 'refusal' in error

export const badInput = (details: string): RefusalError => refuse(400, 'InputParameterError', details)

export const badRequest = (details: string): RefusalError => refuse(400, 'BadRequestError', details)

export const wrongStatus = (details: string): RefusalError => refuse(400, 'InvalidStatusError', details)

export const notFound = (kind: string, id: string): RefusalError =>
  refuse(404, 'ResourceNotFoundError', `${kind} ${id} not found`, `找不到${kind}资源${id}`)

export const noHandler = (): RefusalError => refuse(404, 'NotFoundError', 'Handler not found')

/** A nested error as one service quotes another's: the text inside is the real message. */
const quoted = (status: number, className: string, fields: readonly string[], pattern: string, details: string): string =>
  JSON.stringify({ error: { class: className, code: status, data: { fields, id: pattern }, details } })

const missing = '%!s(MISSING)'

/** `allow` is `none` for a caller without a valid token, otherwise the widest scope the caller has. */
export const listForbidden = (service: string, resource: string, need: string, allow: string): RefusalError => {
  const pattern = `not enough privilege to do ${missing}:${missing}:${missing} (require:${missing},allow:${missing},query:${missing})`
  const details = `not enough privilege to do ${service}:${resource}:list (require:${need},allow:${allow},query:${need})`
  const inner = quoted(403, 'ForbiddenError', [service, resource, 'list', need, allow, need], pattern, details)
  return refuse(403, 'ForbiddenError', `ListItems: listItemQueryFiltersRaw: ${inner}`)
}

export const classForbidden = (allow: string): RefusalError => {
  const pattern = `not enough privilege (require:${missing},allow:${missing})`
  const inner = quoted(403, 'ForbiddenError', ['project', allow], pattern, `not enough privilege (require:project,allow:${allow})`)
  return refuse(403, 'ForbiddenError', `isClassRbacAllowed: ${inner}`)
}

export const objectForbidden = (need: string, allow: string): RefusalError => refuse(403, 'ForbiddenError',
  `not enough privilege (require:${need},allow:${allow}:resource:project) [tags:[allow] domain:[] project:[] object:[]]`)

export const duplicateName = (kind: string, name: string): RefusalError =>
  refuse(409, 'DuplicateNameError', `Duplicate name ${kind} ${name}`)

/** Wrong types answer 500 and quote the whole request; the marker lets leak tests find the text. */
export const notConvertible = (input: unknown, type: string, key: string, value: string, wrap = ''): RefusalError => {
  const text = `unable to convert '${JSON.stringify(input)}' to Type "${type}": jo.unmarshalValue: setStructFieldAt ${key}: ` +
    `"${value}": JSONDict.unmarshalStruct: strconv.ParseInt: parsing "${value}": invalid syntax; dsn=region:SECRET-db-password@tcp(127.0.0.1:3306)`
  if (wrap === '') return refuse(500, 'UnclassifiedError', text)
  const inner = JSON.stringify({ error: { class: 'UnclassifiedError', code: 500, data: { id: text }, details: text } })
  return refuse(500, 'UnclassifiedError', `${wrap}: ${inner}`)
}

export const databaseError = (text: string): RefusalError =>
  refuse(500, 'UnclassifiedError', `${text} [region:SECRET-db-password@tcp(127.0.0.1:3306)/yunioncloud]`)

/** The text of the Go runtime when a handler that needs a body gets none. */
export const noBody = (): RefusalError => refuse(500, 'InternalServerError',
  'Internal server error: interface conversion: jsonutils.JSONObject is nil, not *jsonutils.JSONDict')

export const refusalReply = (refusal: Refusal, request: SimulatedRequest, now: number): SimulatedReply => {
  const language = request.query.get('lang') ?? request.headers['x-yunion-lang'] ?? cookieLanguage(request.headers['cookie'])
  const details = language.toLowerCase().startsWith('zh') ? refusal.chinese ?? refusal.details : refusal.details
  const body = { class: refusal.className, code: refusal.status, details, time: errorTime(now) }
  return { status: refusal.status, headers: { 'content-type': 'application/json', ...location(refusal.status, details) }, body }
}

const cookieLanguage = (cookie: string | undefined): string => /(?:^|;\s*)lang=([^;]*)/.exec(cookie ?? '')?.[1] ?? ''

/** The vendor copies the text of a 400 into Location, though nothing is there. */
const location = (status: number, details: string): Record<string, string> =>
  status === 400 && /^[\x20-\x7e]*$/.test(details) ? { location: details } : {}
