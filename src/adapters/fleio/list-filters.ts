import { isIPv4 } from 'node:net'
import type { FilterName, ServerFilters } from '../../domain/list.ts'
import type { FleioMode } from './settings.ts'

/** Texts that the vendor converts to other values. */
const constants = new Set(['null', 'true', 'false'])

/**
 * The filters that lose no matching row; the gateway applies the others. `filtering` is preferred over plain parameters,
 * which refuse an unknown region. Its conditions are joined with a plus sign, which must be sent as %2B, and have no
 * quoting.
 */
export function fromFilters (filters: ServerFilters, mode: FleioMode): Record<string, string> {
  const { name = '', owner = '', region = '', ip = '' } = filters
  const conditions = [
    ...(mode === 'staff' && /^\d{1,9}$/.test(owner) ? [`project__service__client__id:${owner}`] : []),
    ...(/^[\w.-]+$/.test(region) && !constants.has(region.toLowerCase()) ? [`region:${region}`] : [])
  ]
  return {
    ...(conditions.length === 0 ? {} : { filtering: conditions.join('+') }),
    // The vendor trims spaces, and its collation of other scripts is not known.
    ...(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(name) ? { name } : {}),
    // An IPv6 address has many spellings, and the vendor compares texts.
    ...(isIPv4(ip) ? { search: ip } : {})
  }
}

/**
 * Rows of a list have one address of a server. The others are declared missing only if the filters need them, because a
 * row with missing members costs a call when it is shown. `q` can match an address only if it consists of its characters.
 */
export function lackingOf ({ ip, q }: ServerFilters): readonly FilterName[] | null {
  const asked = ip !== undefined || (q !== undefined && /^[\da-f:.]+$/i.test(q))
  return asked ? ['ip', 'q'] : null
}
