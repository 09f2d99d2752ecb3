import { z } from 'zod'
import type { Seen } from '../../domain/list.ts'
import type { ServerFacts } from '../../domain/server.ts'

/**
 * Reads one upstream object with `wire`, maps it, and keeps the object itself beside the server. The schema is compiled to code at its
 * first use, because it reads every row of every list: compiling takes milliseconds, and reading then a third of the time.
 */
export function seenWire<Wire> (wire: z.ZodType<Wire>, toServer: (wire: Wire) => ServerFacts): z.ZodType<Seen> {
  let compiled: z.ZodType<Wire> | null = null
  return seenBy(raw => {
    const parsed = (compiled ??= z.compile(wire)).safeParse(raw)
    return parsed.success ? toServer(parsed.data) : parsed.error
  })
}

/** Reads a member that may be absent or null. */
export type MemberReading = <T>(member: z.ZodType<T>) => z.ZodType<T | null | undefined>

const strictly: MemberReading = member => member.nullish()
/** Anything unexpected is null. */
export const leniently: MemberReading = member => member.nullish().catch(null)

/**
 * The same without a copy of each row, which is a third of what a list allocates. `toWire` makes the schema without transforms. Made
 * strictly it only looks at the object, which is then mapped as it is; an object that does not pass is read leniently.
 */
export function seenInPlace<Wire> (
  toWire: (may: MemberReading) => z.ZodType<Wire>, toServer: (wire: Wire) => ServerFacts
): z.ZodType<Seen> {
  const lenient = toWire(leniently)
  let strict: z.ZodType<Wire> | null = null
  // Input and output are the same, because nothing is transformed.
  const isWire = (raw: unknown): raw is Wire => (strict ??= z.compile(toWire(strictly))).validate(raw)
  return seenBy(raw => {
    if (isWire(raw)) return toServer(raw)
    const parsed = lenient.safeParse(raw)
    return parsed.success ? toServer(parsed.data) : parsed.error
  })
}

const seenBy = (read: (raw: unknown) => ServerFacts | z.ZodError): z.ZodType<Seen> => z.unknown().transform((raw, context): Seen => {
  const server = read(raw)
  if (!(server instanceof z.ZodError)) return { server, raw }
  for (const { path, message } of server.issues) context.addIssue({ code: 'custom', path: [...path], message })
  return z.NEVER
})
