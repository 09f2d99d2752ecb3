import { UpstreamError } from '../../domain/failure.ts'
import type { AdapterVerbs } from '../verbs.ts'
import type { OpenstackClient } from './client.ts'

/** The cloud has one of these, as a rule. */
const kinds = [['vnc', 'novnc'], ['spice', 'spice-html5'], ['serial', 'serial']] as const

export const createConsole = (client: OpenstackClient): NonNullable<AdapterVerbs['console']> => ({
  evidence: 'observed',
  cost: { calls: kinds.length },
  note: 'The link is valid for ten minutes by default; how long it is, the cloud does not say.',
  run: async ({ id }) => {
    for (const [protocol, type] of kinds.slice(0, -1)) {
      const link = await client.openConsole(id, protocol, type).catch(unlessUnavailable)
      if (link !== null) return toLink(link, type)
    }
    const [protocol, type] = kinds[kinds.length - 1] ?? kinds[0]
    return toLink(await client.openConsole(id, protocol, type), type)
  }
})

const toLink = ({ type, url }: { readonly type?: string | null | undefined, readonly url: string }, asked: string) => ({ type: type ?? asked, url, expires_at: null })

/** `Unavailable console type` is the only refusal of the form. */
function unlessUnavailable (error: unknown): null {
  if (error instanceof UpstreamError && error.failure === 'rejected') return null
  throw error
}
