import { compareText } from '../../domain/compare.ts'
import type { EndpointWire, ServiceWire } from './keystone.ts'
import { httpUrl } from './settings.ts'

/** What decides which endpoints of the catalog are used. */
export interface EndpointRules {
  readonly auth_url: string
  /** In order of preference. */
  readonly interfaces: readonly string[]
  readonly region?: string | undefined
  readonly allowed_hosts?: readonly string[] | undefined
}

/** A usable endpoint, or why there is none; `isAbsent`: the catalog does not have it. */
export type Chosen = { readonly url: string } | { readonly fault: string, readonly isAbsent: boolean }

/** The endpoint of a service type, by interface and region. It receives the token, so its host must be allowed. */
export function chooseEndpoint (catalog: readonly ServiceWire[], type: string, rules: EndpointRules): Chosen {
  const endpoints = catalog.filter(service => service.type === type).flatMap(service => service.endpoints ?? [])
  const found = rules.interfaces.map(name => firstOf(endpoints, name, rules.region)).find(endpoint => endpoint !== undefined)
  if (found === undefined) return { fault: `the catalog has no ${type} endpoint for the configured interface and region`, isAbsent: true }
  const url = httpUrl.safeParse(found.url)
  const fault = url.success ? faultOf(new URL(url.data), rules) : 'is not a plain http or https URL'
  return url.success && fault === null ? { url: url.data } : { fault: `the catalog's ${type} endpoint ${fault}`, isAbsent: false }
}

/** The regions in which the catalog has a service. */
export const regionsOf = (catalog: readonly ServiceWire[], type: string, rules: EndpointRules): string[] => [...new Set(catalog
  .filter(service => service.type === type)
  .flatMap(service => service.endpoints ?? [])
  .filter(endpoint => rules.interfaces.includes(endpoint.interface ?? ''))
  .map(regionOf))].sort(compareText)

const regionOf = ({ region_id: id, region }: EndpointWire): string => id ?? region ?? ''

/** The catalog's order changes with every answer; two sign-ins must not end in two regions. */
function firstOf (endpoints: readonly EndpointWire[], name: string, region: string | undefined): EndpointWire | undefined {
  const [first] = endpoints
    .filter(endpoint => endpoint.interface === name && (region === undefined || regionOf(endpoint) === region))
    .sort((a, b) => compareText(regionOf(a), regionOf(b)) || compareText(a.url ?? '', b.url ?? ''))
  return first
}

function faultOf (url: URL, rules: EndpointRules): string | null {
  const home = new URL(rules.auth_url)
  const allowed = rules.allowed_hosts ?? [home.hostname]
  if (!allowed.includes(url.hostname)) return `is on ${url.hostname}, which is not in allowed_hosts`
  if (home.protocol === 'https:' && url.protocol !== 'https:') return 'is http while auth_url is https'
  return null
}
