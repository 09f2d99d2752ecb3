import { isRecord, parseJson } from '../kit/json.ts'
import type { SimulatedRequest } from '../kit/simulator.ts'
import type { Json } from './values.ts'

/** The body is read only with a JSON content type and a known length; otherwise it is ignored. */
export const readBody = (request: SimulatedRequest): unknown => {
  const type = request.headers['content-type'] ?? ''
  return request.lengthKnown && type.startsWith('application/json') ? parseJson(request.body) : undefined
}

/** For updates and actions the wrapper is optional and so is the body. */
export const readInput = (request: SimulatedRequest, keyword: string): Json => {
  const body = readBody(request)
  const inner = isRecord(body) ? body[keyword] : undefined
  return isRecord(inner) ? inner : isRecord(body) ? body : {}
}
