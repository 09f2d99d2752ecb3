import type { RegionQuery } from '../../domain/parameter.ts'
import { present } from '../kit/wire.ts'
import type { CatalogClient } from './catalog-client.ts'
import type { CreateFormWire } from './catalog-schema.ts'
import type { OwnerClient } from './owners-client.ts'

/**
 * The forms for a new server: one for each client of the user and each region, or only for the requested region. End users
 * see plans and public images nowhere else.
 */
export async function readForms (catalog: CatalogClient, owners: OwnerClient, { region }: RegionQuery): Promise<readonly CreateFormWire[]> {
  const clients = await owners.listClients()
  const forms: CreateFormWire[] = []
  for (const client of clients.length === 0 ? [null] : clients) {
    const asked = client === null ? {} : { client: client.id }
    const first = await catalog.getCreateForm(region === undefined ? asked : { ...asked, region })
    forms.push(first)
    if (region !== undefined) continue
    for (const other of regionsOf(first)) if (other !== first.selected_region) forms.push(await catalog.getCreateForm({ ...asked, region: other }))
  }
  return forms
}

const regionsOf = ({ region }: CreateFormWire): readonly string[] => present(region).map(row => row.id)
