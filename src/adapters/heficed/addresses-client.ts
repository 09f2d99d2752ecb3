import type { HeficedSend } from './send.ts'
import { listFailure, namingMembers } from './failures.ts'
import { toSubnet } from './addresses-mapping.ts'
import { readPages } from './pages.ts'
import { eventWire, listWire, subnetWire } from './schema.ts'
import type { HeficedAccount } from './settings.ts'

export type AddressClient = ReturnType<typeof createAddressClient>

const subnetListWire = listWire(subnetWire.transform(toSubnet))
const routeFailure = namingMembers(new Map([['body', 'body.addresses']]))

/** One function for each endpoint of the routed addresses. */
export function createAddressClient ({ organization_id: organization }: HeficedAccount, send: HeficedSend) {
  const subnets = `/${encodeURIComponent(organization)}/ipswitch/v4/subnets`

  /** The ids are sent as an object keyed "0", "1", …, as in the vendor's documentation. */
  const change = async (verb: 'route' | 'release', server: string, ids: readonly string[]) => await send({
    name: `ipswitch/${verb}`,
    method: 'POST',
    path: `${subnets}/${verb}/kronoscloud/${encodeURIComponent(server)}`,
    body: Object.fromEntries(ids.map((id, index) => [String(index), id])),
    schema: eventWire,
    assumed: { id: null, password: null },
    ...(verb === 'route' ? { failure: routeFailure } : {})
  })

  return {
    /** One level of the tree; the root level has an empty parent. */
    listSubnets: async (parentUuid: string) => await readPages(async offset => await send({
      name: 'ipswitch/subnets',
      method: 'GET',
      path: `${subnets}?${new URLSearchParams({ parentUuid, ...offset }).toString()}`,
      schema: subnetListWire,
      failure: listFailure
    })),
    change
  }
}
