import type { HeficedSend } from './send.ts'
import { listFailure, namingMembers } from './failures.ts'
import { readPages } from './pages.ts'
import { listWire, sshKeyWire, templateWire } from './schema.ts'
import type { HeficedAccount } from './settings.ts'

export type CatalogClient = ReturnType<typeof createCatalogClient>

const templateListWire = listWire(templateWire)
const sshKeyListWire = listWire(sshKeyWire)
const templatesFailure = namingMembers(new Map([['locationId', 'query.region'], ['instanceTypeId', 'query.instance_type']]), listFailure)

/** One function for each endpoint of the catalogs. */
export const createCatalogClient = ({ organization_id: organization }: HeficedAccount, send: HeficedSend) => ({
  /** The vendor-wide catalog: its path has no organization. */
  listTemplates: async (instanceTypeId: string, locationId: string) => await readPages(async offset => await send({
    name: 'templates',
    method: 'GET',
    path: `/common/kronoscloud/templates?${new URLSearchParams({ instanceTypeId, locationId, ...offset }).toString()}`,
    schema: templateListWire,
    failure: templatesFailure
  })),
  listSshKeys: async () => await readPages(async offset => await send({
    name: 'sshkeys',
    method: 'GET',
    path: `/${encodeURIComponent(organization)}/sshkeys${'offset' in offset ? `?offset=${offset.offset}` : ''}`,
    schema: sshKeyListWire,
    failure: listFailure
  }))
})
