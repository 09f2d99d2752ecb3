import { z } from 'zod'

// No examples on optional query parameters: the documentation's forms would fill them in.

/** A query parameter that is `true` or `false`. */
export const flag = (description: string) => z.string().transform((text, context) => {
  if (text === 'true' || text === 'false') return text === 'true'
  context.addIssue({ code: 'custom', message: 'must be true or false' })
  return z.NEVER
}).optional()
  .meta({ override: { type: 'boolean' }, description })

/** A query parameter that is a whole number. */
export const wholeNumber = ({ min, max, preset }: { readonly min: number, readonly max: number, readonly preset: number }) =>
  z.string().regex(new RegExp(`^\\d{1,${String(max).length + 1}}$`), { error: `must be a whole number from ${min} to ${max}` })
    .transform(Number)
    .pipe(z.number().min(min, { error: `must be from ${min} to ${max}` }).max(max, { error: `must be from ${min} to ${max}` }))
    .default(preset)

/** One or more of these words, separated by commas; the values are in the order of the list. */
export const wordList = <Word extends string>(words: readonly Word[], description: string) => z.string().transform((text, context) => {
  const parts = text.split(',')
  if (parts.every(part => words.some(word => word === part))) return words.filter(word => parts.includes(word))
  context.addIssue({ code: 'custom', message: `must be one or more of ${words.join(', ')}, separated by commas` })
  return z.NEVER
}).optional()
  .meta({ override: { type: 'string' }, description })

/** The parameters of every list. */
export const pageParameters = {
  limit: wholeNumber({ min: 1, max: 500, preset: 50 })
    .meta({ override: { type: 'integer', minimum: 1, maximum: 500, default: 50 }, description: 'The number of rows on a page' }),
  cursor: z.string().min(1).max(4096).optional()
    .meta({ description: 'The next_cursor of the previous page; valid for the same account, filters and order only' })
}

export const noQuery = z.strictObject({})

const region = z.string().min(1).max(255)
const meta = { description: 'The id of a region' }

/** For lists of choices that a provider returns only for one region. */
export const regionParameter = region.meta(meta)

/** For lists of choices that can be narrowed to one region. */
export const regionQuery = z.strictObject({ region: region.optional().meta(meta) })
export type RegionQuery = z.output<typeof regionQuery>
