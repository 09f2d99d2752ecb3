import { z } from 'zod'
import { httpUrl } from '../kit/settings.ts'

/** `staff` sees all clients' servers, `enduser` only its own. The URL selects the API, and the token must be of the same kind. */
export type FleioMode = 'staff' | 'enduser'

const apiRoot = /^https?:\/\/[^/]+\/(?:.+\/)?(staffapi|api)$/

/** The last path segment selects one of the two APIs. */
export const modeOf = ({ url }: FleioAccount): FleioMode => url.endsWith('/staffapi') ? 'staff' : 'enduser'

/** Each hosting company runs its own installation, so the path of the API varies. */
export const fleioAccountSchema = z.strictObject({
  url: httpUrl
    .refine(url => apiRoot.test(url), { error: 'must be the full root of an API, with a path ending in /staffapi or /api' })
    .meta({
      pattern: '^[hH][tT][tT][pP][sS]?://[^\\s/?#@]+/([^?#]+/)?(staffapi|api)/*$',
      description: 'Full root of the API, ending in /staffapi (all clients) or /api (one end user)'
    }),
  token: z.string().regex(/^[\x21-\x7e]+$/, { error: 'must be visible ASCII without spaces' })
    .meta({ description: 'Secret. Must belong to the same API' })
})
export type FleioAccount = z.infer<typeof fleioAccountSchema>

export const example: FleioAccount = {
  url: 'https://panel.example.com/backend/staffapi',
  token: '0000000000000000000000000000000000000000'
}
