import { z } from 'zod'
import type { Seen } from '../../domain/list.ts'
import type { ServerFacts } from '../../domain/server.ts'

/** Reads one upstream object with `wire`, maps it, and keeps the object itself beside the server. */
export const seenWire = <Wire>(wire: z.ZodType<Wire>, toServer: (wire: Wire) => ServerFacts): z.ZodType<Seen> =>
  z.unknown().transform((raw, context): Seen => {
    const parsed = wire.safeParse(raw)
    if (parsed.success) return { server: toServer(parsed.data), raw }
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: 'custom', path: [...path], message })
    return z.NEVER
  })
