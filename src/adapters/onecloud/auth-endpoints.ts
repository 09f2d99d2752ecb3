import { compareText } from '../../domain/compare.ts'
import { httpUrl } from '../kit/settings.ts'
import type { EndpointWire, ServiceWire } from './schema.ts'
import type { OnecloudAccount } from './settings.ts'

/** A usable endpoint, or why there is none. */
export type Chosen = { readonly url: string } | { readonly fault: string }

/** The endpoint of a service type, by interface and region. It receives the token, so its host must be allowed. */
export function chooseEndpoint (catalogue: readonly ServiceWire[], type: string, account: OnecloudAccount): Chosen {
  const endpoints = catalogue.filter(service => service.type === type).flatMap(service => service.endpoints ?? [])
  const found = interfacesOf(account).map(name => firstOf(endpoints, name, account.region)).find(endpoint => endpoint !== undefined)
  if (found === undefined) return { fault: `the catalogue has no ${type} endpoint for the configured interface and region` }
  const url = httpUrl.safeParse(found.url)
  if (!url.success) return { fault: `the catalogue's ${type} endpoint is not a plain http or https URL` }
  const fault = faultOf(new URL(url.data), account)
  return fault === null ? { url: url.data } : { fault: `the catalogue's ${type} endpoint ${fault}` }
}

const interfacesOf = (account: OnecloudAccount): readonly string[] =>
  account.interface === 'public' ? ['public', 'internal'] : [account.interface]

/** The catalogue's order changes with every answer; two sign-ins must not end in two regions. */
function firstOf (endpoints: readonly EndpointWire[], name: string, region: string | undefined): EndpointWire | undefined {
  const [first] = endpoints
    .filter(endpoint => endpoint.interface === name && (region === undefined || endpoint.region_id === region))
    .sort((a, b) => compareText(a.region_id ?? '', b.region_id ?? '') || compareText(a.url ?? '', b.url ?? ''))
  return first
}

function faultOf (url: URL, account: OnecloudAccount): string | null {
  const home = new URL(account.auth_url)
  const allowed = account.allowed_hosts ?? [home.hostname]
  if (!allowed.includes(url.hostname)) return `is on ${url.hostname}, which is not in allowed_hosts`
  if (home.protocol === 'https:' && url.protocol !== 'https:') return 'is http while auth_url is https'
  return null
}
