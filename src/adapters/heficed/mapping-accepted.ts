import type { Accepted } from '../verbs.ts'
import type { EventWire } from './schema.ts'

/**
 * No public source shows how to read an event again. The server is polled instead, and the event's first state is not
 * published, since it would never change.
 */
export const toAccepted = ({ id }: EventWire): Accepted => typeof id === 'string' ? { upstream: { id, status: null } } : {}
