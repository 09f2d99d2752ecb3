import { pick, type Json } from '../kit/json.ts'
import { refusal } from '../kit/refusal.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { detailReply, inScope, madeReply, notFound, ok, type Call, type Route } from './call.ts'
import { nameOf } from './catalog.ts'
import { addError, boolean, check, readForm, text } from './fields.ts'
import { answerList, type Listing } from './lists.ts'
import { blankClient, timeNow, type Client } from './world.ts'

const countries = new Map([['DE', 'Germany'], ['CH', 'Switzerland'], ['RO', 'Romania'], ['US', 'United States of America']])

const longNameOf = (client: Client): string => client.company === null ? nameOf(client) : `${client.company} (${nameOf(client)})`

/** List rows have no `permissions` beside them, and credit is a decimal text. */
const clientRow = (client: Client): Json => ({
  ...pick(client, 'id', 'first_name', 'last_name', 'company', 'email', 'phone', 'city', 'state', 'country', 'vat_id', 'currency', 'status'),
  date_created: client.date_created,
  long_name: longNameOf(client),
  uptodate_credit: client.credit.toFixed(2),
  country_name: countries.get(client.country) ?? client.country,
  group_name: client.groups.join(', '),
  outofcredit_datetime: null,
  name: nameOf(client),
  configuration_name: '',
  suspend_instead_of_terminate: false
})

const clientDetail = (client: Client): Json => ({
  ...clientRow(client),
  ...pick(client, 'fax', 'address1', 'address2', 'zip_code', 'external_billing_id'),
  users: [],
  credits: [{ amount: client.credit.toFixed(2), currency: { code: client.currency } }],
  custom_fields: [],
  has_openstack_services: client.project !== null,
  tax_exempt: false,
  openstack_billing_plans: [],
  reseller_client: null,
  belongs_to_reseller: false
})

const listing: Listing<Client> = {
  columns: ['id', 'first_name', 'last_name', 'company', 'email', 'date_created'],
  plain: ['id'],
  searched: (row, term) => [String(row.id), longNameOf(row), nameOf(row), row.email].some(column => column.toLowerCase().includes(term)),
  orderable: ['id', 'first_name', 'last_name', 'company', 'date_created'],
  defaultOrder: '-date_created'
}

const required = ['first_name', 'last_name', 'address1', 'city', 'country', 'zip_code', 'phone']
const optional = ['company', 'address2', 'state', 'fax', 'vat_id', 'currency', 'email', 'configuration']

/** An end user may have only one client. The order of a project is carried out, but echoed as false. */
function createClient (call: Call): SimulatedReply {
  const { world } = call
  if (call.api === 'user') throw refusal(detailReply(409, 'You already have a client'))
  const form = readForm(call.request)
  const fields = Object.fromEntries([
    ...required.map(name => [name, text(form, name, 'required')]),
    ...optional.map(name => [name, text(form, name, 'optional')])
  ].filter(([, value]) => value !== undefined))
  const country = String(fields['country'] ?? 'DE')
  if (!/^[A-Z]{2}$/.test(country)) addError(form, 'country', `"${country}" is not a valid choice.`)
  const external = text(form, 'external_billing_id', 'optional', 38) ?? null
  const isTaken = external !== null && [...world.clients.values()].some(client => client.external_billing_id === external)
  if (isTaken) addError(form, 'external_billing_id', 'This field must be unique.')
  const order = boolean(form, 'create_auto_order_service')
  check(form)
  world.serial += 1
  const id = 100_000 + (world.serial * 7919) % 900_000
  const groups = Array.isArray(form.data['groups']) ? form.data['groups'].map(String) : []
  const client: Client = {
    ...{ ...blankClient(id), ...fields, groups, external_billing_id: external },
    project: order ? id.toString(16).padStart(32, '0') : null,
    date_created: timeNow(world).replace(/(:\d\d)(?=\+)/, '$1.000000')
  }
  world.clients.set(id, client)
  const { credit, status, date_created: created, project, ...made } = client
  const added = { create_auto_order_service: false, custom_fields: [], reseller_client: 0, auto_order_service_external_billing_id: null }
  return madeReply({ ...made, ...added })
}

const listClients = (call: Call): SimulatedReply =>
  answerList(call, [...call.world.clients.values()].filter(({ id }) => inScope(call, id)), listing, clientRow)

function getClient (call: Call): SimulatedReply {
  const client = call.world.clients.get(/^\d+$/.test(call.id) ? Number(call.id) : -1)
  if (client === undefined || !inScope(call, client.id)) throw notFound()
  return ok(clientDetail(client))
}

export const clientRoutes: readonly Route[] = [
  { path: 'clients', verbs: { GET: listClients, POST: createClient } },
  { path: 'clients/:id', verbs: { GET: getClient } }
]
