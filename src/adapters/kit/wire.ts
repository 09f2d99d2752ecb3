import { z } from 'zod'

/** Members that may be absent, null or of an unexpected type: then they are null. */
export const text = z.string().nullish().catch(null)
export const number = z.number().nullish().catch(null)
export const flag = z.boolean().nullish().catch(null)
export const texts = z.array(z.string()).nullish().catch(null)

/** The entries that are there. */
export const present = <T>(entries: ReadonlyArray<T | null | undefined> | null | undefined): T[] =>
  (entries ?? []).filter(entry => entry !== null && entry !== undefined)
