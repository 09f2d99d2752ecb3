import { z } from 'zod'

// No examples on optional query parameters: the documentation's forms would fill them in.

/** A query parameter that is `true` or `false`. */
export const flag = (description: string) => z.string().transform((text, context) => {
  if (text === 'true' || text === 'false') return text === 'true'
  context.addIssue({ code: 'custom', message: 'must be true or false' })
  return z.NEVER
}).optional()
  .meta({ override: { type: 'boolean' }, description })

const region = z.string().min(1).max(255)
const meta = { description: 'The id of a region' }

/** For lists of choices that a provider returns only for one region. */
export const regionParameter = region.meta(meta)

/** For lists of choices that can be narrowed to one region. */
export const regionQuery = z.strictObject({ region: region.optional().meta(meta) })
export type RegionQuery = z.output<typeof regionQuery>
