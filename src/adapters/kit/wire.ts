import { z } from 'zod'

/** A member that may be absent, null or of an unexpected type: then it is null. */
export const maybe = <Member extends z.ZodType>(member: Member) => member.nullish().catch(null)

export const text = maybe(z.string())
export const number = maybe(z.number())
export const flag = maybe(z.boolean())
export const texts = maybe(z.array(z.string()))

/** The entries that are neither null nor absent. */
export const withoutNulls = <T>(entries: ReadonlyArray<T | null | undefined> | null | undefined): T[] =>
  (entries ?? []).filter(entry => entry !== null && entry !== undefined)
