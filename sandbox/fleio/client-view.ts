import { nameOf } from './catalogue-view.ts'
import type { Client } from './records.ts'

const countries = new Map([['DE', 'Germany'], ['CH', 'Switzerland'], ['RO', 'Romania'], ['US', 'United States of America']])

export const longNameOf = (client: Client): string =>
  client.company === null ? nameOf(client) : `${client.company} (${nameOf(client)})`

/** List rows have no `permissions` beside them, and credit is a decimal text. */
export const clientRow = (client: Client): Record<string, unknown> => ({
  last_name: client.last_name,
  date_created: client.date_created,
  phone: client.phone,
  city: client.city,
  long_name: longNameOf(client),
  first_name: client.first_name,
  uptodate_credit: client.credit.toFixed(2),
  vat_id: client.vat_id,
  country_name: countries.get(client.country) ?? client.country,
  group_name: client.groups.join(', '),
  company: client.company,
  currency: client.currency,
  country: client.country,
  state: client.state,
  outofcredit_datetime: client.outofcredit_datetime,
  name: nameOf(client),
  configuration_name: client.configuration === 'default' ? '' : client.configuration,
  email: client.email,
  id: client.id,
  suspend_instead_of_terminate: client.suspend_instead_of_terminate,
  status: client.status
})

export const clientDetail = (client: Client): Record<string, unknown> => ({
  ...clientRow(client),
  fax: client.fax,
  users: [],
  address1: client.address1,
  address2: client.address2,
  zip_code: client.zip_code,
  credits: [{ amount: client.credit.toFixed(2), currency: { code: client.currency } }],
  custom_fields: [],
  external_billing_id: client.external_billing_id,
  has_openstack_services: client.project !== null,
  tax_exempt: false,
  openstack_billing_plans: [],
  reseller_client: null,
  belongs_to_reseller: false
})

/** The order is carried out and yet echoed as false. */
export const clientMade = (client: Client): Record<string, unknown> => ({
  external_billing_id: client.external_billing_id,
  create_auto_order_service: false,
  address2: client.address2,
  last_name: client.last_name,
  custom_fields: [],
  address1: client.address1,
  zip_code: client.zip_code,
  id: client.id,
  first_name: client.first_name,
  reseller_client: 0,
  fax: client.fax,
  country: client.country,
  phone: client.phone,
  configuration: client.configuration,
  city: client.city,
  currency: client.currency,
  company: client.company,
  groups: client.groups,
  auto_order_service_external_billing_id: null,
  state: client.state,
  email: client.email,
  vat_id: client.vat_id
})
