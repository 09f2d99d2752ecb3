import { z } from 'zod'
import { httpUrl } from '../kit/settings.ts'

/** `staff` sees every client's servers, `enduser` only its own. The URL decides, and the token must be of the same kind. */
export type FleioMode = 'staff' | 'enduser'

const modes: ReadonlyMap<string, FleioMode> = new Map<string, FleioMode>([['staffapi', 'staff'], ['api', 'enduser']])

const lastWord = /^https?:\/\/[^/]+\/(?:.+\/)?(\w+)$/

/** The last word of the path tells which of the two APIs it is; null for neither. */
export const modeOf = (url: string): FleioMode | null => modes.get(lastWord.exec(url)?.[1] ?? '') ?? null

/** Each hosting company runs its own installation; where the API lies below the host varies. */
export const fleioAccountSchema = z.strictObject({
  url: httpUrl
    .refine(url => modeOf(url) !== null, { error: 'must be the full root of an API: its path ends in /staffapi or /api' })
    .meta({ pattern: '^[hH][tT][tT][pP][sS]?://[^\\s/?#@]+/([^?#]+/)?(staffapi|api)/*$', description: 'The API\'s full root, with /staffapi (all clients) or /api (one end user) at its end' }),
  token: z.string().regex(/^[\x21-\x7e]+$/, { error: 'must be one word' }).meta({ description: 'Secret. Of the same kind as the API' })
})
export type FleioAccount = z.infer<typeof fleioAccountSchema>

export const example: FleioAccount = {
  url: 'https://panel.example.com/backend/staffapi',
  token: '0000000000000000000000000000000000000000'
}
