import type { z } from 'zod'
import type { HttpResponse } from '../../upstream/http.ts'
import { isSuccess, parseJson, parseWire, refused } from '../../upstream/read.ts'
import { callFailure, complaintOf, type ToFailure } from './failures.ts'

/** An answer's body; throws the failure that it reports. */
export function readAnswer<T> (schema: z.ZodType<T>, response: HttpResponse, toFailure: ToFailure = callFailure): T {
  // A suspended platform has done nothing; its body may be JSON, HTML or empty and is not read.
  if (response.status === 503) throw refused(response, { failure: 'suspended', notAttempted: true })
  const body = response.text === '' ? {} : parseJson(response.text)
  const complaint = complaintOf(body)
  if (!isSuccess(response) || complaint !== null) throw refused(response, toFailure(response, complaint))
  return parseWire(schema, body, response)
}
