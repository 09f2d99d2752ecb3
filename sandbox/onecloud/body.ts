import type { SimulatedRequest } from '../kit/simulator.ts'
import { isObject, parseJson, type Json } from './values.ts'

/** The body is read only with a JSON content type and a known length; otherwise it is ignored. */
export const readBody = (request: SimulatedRequest): unknown => {
  const type = request.headers['content-type'] ?? ''
  if (!request.lengthKnown || request.body === '' || !type.startsWith('application/json')) return undefined
  return parseJson(request.body)
}

/** For updates and actions the wrapper is optional and so is the body. */
export const readInput = (request: SimulatedRequest, keyword: string): Json => {
  const body = readBody(request)
  if (!isObject(body)) return {}
  const inner = body[keyword]
  return isObject(inner) ? inner : body
}
