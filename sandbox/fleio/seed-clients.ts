import { blankClient, type Client } from './records.ts'
import { documented } from './seed-catalog.ts'
import type { World } from './world.ts'

const home = { phone: '89898989', city: 'New York', country: 'RO', address1: '99 Elm St.', zip_code: '1000' }

const client = (id: number, first: string, last: string, more: Partial<Client> = {}): Client => ({
  ...{ ...blankClient(id), ...home, first_name: first, last_name: last, email: `${first.toLowerCase()}@example.com` },
  ...{ date_created: '2019-05-02T09:00:00.000000+03:00', project: id.toString(16).padStart(32, '0') },
  ...more
})

/** The three of the documented list, Jane of the documented create, then edge cases. */
const clients: readonly Client[] = [
  client(322208, 'Demo2', 'Demo2', { company: 'My Co', country: 'DE', date_created: '2019-11-21T16:43:25.073366+02:00' }),
  client(765823, 'Sample', 'Test', {
    company: 'Die Firma GmbH', country: 'CH', credit: 100, date_created: '2019-09-13T11:30:41.443349+03:00'
  }),
  client(599151, 'Demo', 'Demo', { city: 'jhjh', state: 'ujhjhjh', credit: 13674, date_created: '2019-06-06T11:27:06.543770+03:00' }),
  client(documented.client, 'Jane', 'Doe', {
    country: 'US', project: documented.project, date_created: '2019-11-27T14:30:02.118402+02:00'
  }),
  client(410077, 'No', 'Project', { project: null, external_billing_id: 'whmcs-77' }),
  client(888001, 'Late', 'Payer', { status: 'suspended', credit: -12.5 })
]

export function seedClients (world: World): void {
  for (const row of clients) world.clients.set(row.id, { ...row })
}
