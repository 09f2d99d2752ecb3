import { z } from 'zod'
import type { Seen } from '../../domain/list.ts'
import type { ServerFacts } from '../../domain/server.ts'

/**
 * Reads one upstream object with `wire`, maps it, and keeps the object itself beside the server. The schema is compiled to code at its
 * first use, because it reads every row of every list: compiling takes milliseconds, and reading then a third of the time.
 */
export function seenWire<Wire> (wire: z.ZodType<Wire>, toServer: (wire: Wire) => ServerFacts): z.ZodType<Seen> {
  let compiled: z.ZodType<Wire> | null = null
  return z.unknown().transform((raw, context): Seen => {
    compiled ??= z.compile(wire)
    const parsed = compiled.safeParse(raw)
    if (parsed.success) return { server: toServer(parsed.data), raw }
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: 'custom', path: [...path], message })
    return z.NEVER
  })
}
