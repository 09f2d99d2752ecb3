import { blankClient, type Client } from './records.ts'
import { documented } from './seed-catalogue.ts'
import type { World } from './world.ts'

const client = (id: number, traits: Partial<Client>): Client => ({
  ...blankClient,
  id,
  first_name: 'Demo',
  last_name: 'Demo',
  email: 'demo@example.com',
  phone: '89898989',
  city: 'New York',
  country: 'RO',
  address1: '99 Elm St.',
  zip_code: '1000',
  date_created: '2019-05-02T09:00:00.000000+03:00',
  project: id.toString(16).padStart(32, '0'),
  ...traits
})

/** The three of the documented list, Jane of the documented create, then edge cases. */
const clients: readonly Client[] = [
  client(322208, {
    first_name: 'Demo2',
    last_name: 'Demo2',
    email: 'demo2@example.com',
    company: 'My Co',
    country: 'DE',
    date_created: '2019-11-21T16:43:25.073366+02:00'
  }),
  client(765823, {
    first_name: 'Sample',
    last_name: 'Test',
    email: 'sample@example.com',
    company: 'Die Firma GmbH',
    country: 'CH',
    credit: 100,
    date_created: '2019-09-13T11:30:41.443349+03:00'
  }),
  client(599151, { city: 'jhjh', state: 'ujhjhjh', credit: 13674, date_created: '2019-06-06T11:27:06.543770+03:00' }),
  client(documented.client, {
    first_name: 'Jane',
    last_name: 'Doe',
    email: 'jane@example.com',
    country: 'US',
    project: documented.project,
    date_created: '2019-11-27T14:30:02.118402+02:00'
  }),
  client(410077, { first_name: 'No', last_name: 'Project', email: 'none@example.com', project: null, external_billing_id: 'whmcs-77' }),
  client(888001, { first_name: 'Late', last_name: 'Payer', email: 'late@example.com', status: 'suspended', credit: -12.5 })
]

export function seedClients (world: World): void {
  for (const row of clients) world.clients.set(row.id, { ...row })
}
