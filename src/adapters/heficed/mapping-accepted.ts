import type { Accepted } from '../verbs.ts'
import type { EventWire } from './schema.ts'

/**
 * The event can not be read again: no public source shows how. The server is looked at instead, and the event's first
 * state is not told, since it would stand there for ever.
 */
export const toAccepted = ({ id }: EventWire): Accepted => typeof id === 'string' ? { upstream: { id, status: null } } : {}
