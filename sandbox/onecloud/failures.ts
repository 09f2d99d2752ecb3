import { refusal } from '../kit/refusal.ts'

/** Thrown by a handler; the listener adds the time to the vendor's error body. */
export const refuse = (status: number, className: string, details: string): Error =>
  refusal({ status, body: { class: className, code: status, details } })

export const badInput = (details: string): Error => refuse(400, 'InputParameterError', details)

export const badRequest = (details: string): Error => refuse(400, 'BadRequestError', details)

export const wrongStatus = (details: string): Error => refuse(400, 'InvalidStatusError', details)

export const notFound = (kind: string, id: string): Error => refuse(404, 'ResourceNotFoundError', `${kind} ${id} not found`)

export const noHandler = (): Error => refuse(404, 'NotFoundError', 'Handler not found')

/** A nested error as one service quotes another's: the text inside is the real message. */
export const quoted = (code: number, className: string, fields: readonly string[], pattern: string, details: string): string =>
  JSON.stringify({ error: { class: className, code, data: { fields, id: pattern }, details } })

const missing = '%!s(MISSING)'

/** `allow` is `none` for a caller without a valid token, otherwise the widest scope the caller has. */
export const listForbidden = (service: string, resource: string, need: string, allow: string): Error => {
  const pattern = `not enough privilege to do ${missing}:${missing}:${missing} (require:${missing},allow:${missing},query:${missing})`
  const details = `not enough privilege to do ${service}:${resource}:list (require:${need},allow:${allow},query:${need})`
  const inner = quoted(403, 'ForbiddenError', [service, resource, 'list', need, allow, need], pattern, details)
  return refuse(403, 'ForbiddenError', `ListItems: listItemQueryFiltersRaw: ${inner}`)
}

export const classForbidden = (allow: string): Error => {
  const pattern = `not enough privilege (require:${missing},allow:${missing})`
  const inner = quoted(403, 'ForbiddenError', ['project', allow], pattern, `not enough privilege (require:project,allow:${allow})`)
  return refuse(403, 'ForbiddenError', `isClassRbacAllowed: ${inner}`)
}

export const objectForbidden = (need: string, allow: string): Error => refuse(403, 'ForbiddenError',
  `not enough privilege (require:${need},allow:${allow}:resource:project) [tags:[allow] domain:[] project:[] object:[]]`)

export const duplicateName = (kind: string, name: string): Error => refuse(409, 'DuplicateNameError', `Duplicate name ${kind} ${name}`)

/** Wrong types answer 500 and quote the whole request; the marker lets leak tests find the text. */
export const notConvertible = (input: unknown, type: string, key: string, value: string, wrap = ''): Error => databaseError(
  `${wrap}unable to convert '${JSON.stringify(input)}' to Type "${type}": jo.unmarshalValue: setStructFieldAt ${key}: ` +
  `"${value}": JSONDict.unmarshalStruct: strconv.ParseInt: parsing "${value}": invalid syntax; dsn=`)

export const databaseError = (text: string): Error =>
  refuse(500, 'UnclassifiedError', `${text} [region:SECRET-db-password@tcp(127.0.0.1:3306)/yunioncloud]`)

/** The text of the Go runtime when a handler that needs a body gets none. */
export const noBody = (): Error => refuse(500, 'InternalServerError',
  'Internal server error: interface conversion: jsonutils.JSONObject is nil, not *jsonutils.JSONDict')
