import { isIPv4 } from 'node:net'
import type { FilterName, ServerFilters } from '../../domain/list.ts'
import type { FleioMode } from './settings.ts'

/** Words that the vendor turns into values. */
const constants = new Set(['null', 'true', 'false'])

/**
 * The filters that can be trusted to lose no row; the gateway does the rest. `filtering` rather than plain parameters
 * where there is a choice: those refuse a region that does not exist. Its conditions are joined with a plus sign, which
 * must go as %2B, and nothing can be quoted inside.
 */
export function fromFilters (filters: ServerFilters, mode: FleioMode): Record<string, string> {
  const { name = '', owner = '', region = '', ip = '' } = filters
  const conditions = [
    ...(mode === 'staff' && /^\d{1,9}$/.test(owner) ? [`project__service__client__id:${owner}`] : []),
    ...(/^[\w.-]+$/.test(region) && !constants.has(region.toLowerCase()) ? [`region:${region}`] : [])
  ]
  return {
    ...(conditions.length === 0 ? {} : { filtering: conditions.join('+') }),
    // Spaces at the ends are cut off there, and what collations make of other scripts is unknown.
    ...(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(name) ? { name } : {}),
    // An IPv6 address has many spellings, and the vendor searches text.
    ...(isIPv4(ip) ? { search: ip } : {})
  }
}

/**
 * Rows of a list know one address of a server. They lack the others only where they are asked for: a row that lacks
 * something costs a call when it is shown. Part of a name is no part of an address unless it is made of its letters.
 */
export function lackingOf ({ ip, q }: ServerFilters): readonly FilterName[] | null {
  const asked = ip !== undefined || (q !== undefined && /^[\da-f:.]+$/i.test(q))
  return asked ? ['ip', 'q'] : null
}
