import { canonicalAddress } from '../domain/address.ts'
import type { FilterName, Seen, ServerFilters } from '../domain/list.ts'
import type { ServerFacts } from '../domain/server.ts'

type Tests = { readonly [Name in FilterName]: (server: ServerFacts, wanted: NonNullable<ServerFilters[Name]>) => boolean }

const tests: Tests = {
  status: (server, wanted) => wanted.has(server.status),
  name: (server, wanted) => server.name === wanted,
  q: (server, wanted) => {
    const part = wanted.toLowerCase()
    return server.name.toLowerCase().includes(part) || server.id.toLowerCase().includes(part) ||
      server.addresses.some(({ address }) => address.toLowerCase().includes(part))
  },
  ip: (server, wanted) => server.addresses.some(({ address }) => canonicalAddress(address) === canonicalAddress(wanted)),
  region: (server, wanted) => server.region?.id === wanted,
  owner: (server, wanted) => server.owner?.id === wanted,
  tag: (server, wanted) => server.tags.includes(wanted)
}

/** Whether a row passes every filter except those in `except`. */
export function matches (server: ServerFacts, filters: ServerFilters, except: readonly FilterName[] = []): boolean {
  const passes = <Name extends FilterName>(name: Name): boolean => {
    const wanted = filters[name]
    return wanted === undefined || wanted === null || except.includes(name) || tests[name](server, wanted)
  }
  return passes('status') && passes('name') && passes('q') && passes('ip') && passes('region') && passes('owner') && passes('tag')
}

/** The filters that cannot be applied to this row before it is hydrated. */
export const lackingFilters = (seen: Seen, filters: ServerFilters): readonly FilterName[] =>
  seen.missing === undefined ? [] : seen.missing.filter(name => filters[name] !== undefined)
