import type { SimulatedReply } from '../simulator.ts'
import type { VmmanagerKnobs } from './knobs.ts'

/** Every service answers errors in one envelope; codes other than 22013, 3001, 1000 and 5021 are not recorded. */
export const refuse = (status: number, code: number, msg: string, value?: Record<string, unknown>): SimulatedReply => ({
  status,
  body: { error: { code, msg, ...(value === undefined ? {} : { value }) } }
})

export const badToken = (knobs: VmmanagerKnobs): SimulatedReply => refuse(401, knobs.badTokenCode, 'Unauthorized')

/** A function that is closed to this caller has the same code as a bad token, only the status differs. */
export const closed = (): SimulatedReply => refuse(403, 3001, 'Unauthorized')

export const invalidPassword = (): SimulatedReply => refuse(401, 22013, 'Invalid password')

export const hostUnknown = (knobs: VmmanagerKnobs): SimulatedReply => refuse(knobs.hostUnknownStatus, 5021, 'Host id unknown')

export const notFound = (name: string): SimulatedReply => refuse(404, 1002, 'Not found', { name })

export const unexpectedProperty = (name: string): SimulatedReply => refuse(400, 1005, 'Unexpected property', { name })

export const invalidValue = (name: string): SimulatedReply => refuse(400, 1006, 'Invalid value', { name })

export const conflict = (msg: string): SimulatedReply => refuse(409, 5030, msg)

export const filterError = (knobs: VmmanagerKnobs, msg: string): SimulatedReply => refuse(knobs.filterErrorStatus, 1010, msg)

export const suspended = (knobs: VmmanagerKnobs): SimulatedReply => {
  if (knobs.suspendBody === 'json') return refuse(503, 503, 'Service unavailable')
  if (knobs.suspendBody === 'empty') return { status: 503 }
  return {
    status: 503,
    headers: { 'content-type': 'text/html' },
    body: '<html><head><title>503 Service Temporarily Unavailable</title></head><body><h1>503</h1></body></html>'
  }
}
