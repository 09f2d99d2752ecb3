import type { SimulatedReply } from '../simulator.ts'
import { inScope, parameter, type Call, type Handler, type Route } from './call.ts'
import { nameOf } from './catalogue-view.ts'
import { clientDetail, clientRow, longNameOf } from './client-view.ts'
import { createClient, updateClient } from './client-write.ts'
import { check, isObject, readForm, readJson, text } from './fields.ts'
import { answerList, type Listing } from './lists.ts'
import { accepted, goneReply, invalid, notFound, ok } from './replies.ts'
import type { Client } from './records.ts'
import { cancel, schedule } from './world.ts'

const listing: Listing<Client> = {
  fields: new Map([
    ['id', { kind: 'number', read: row => row.id }],
    ['first_name', { kind: 'text', read: row => row.first_name }],
    ['last_name', { kind: 'text', read: row => row.last_name }],
    ['company', { kind: 'text', read: row => row.company }],
    ['email', { kind: 'text', read: row => row.email }],
    ['country', { kind: 'text', read: row => row.country }],
    ['currency', { kind: 'text', read: row => row.currency }],
    ['status', { kind: 'text', read: row => row.status }],
    ['external_billing_id', { kind: 'text', read: row => row.external_billing_id }],
    ['uptodate_credit', { kind: 'number', read: row => row.credit }],
    ['has_billing_agreement', { kind: 'boolean', read: row => row.has_billing_agreement }],
    ['has_enabled_project', { kind: 'boolean', read: row => row.project !== null }],
    ['has_external_billing', { kind: 'boolean', read: row => row.external_billing_id !== null }],
    ['date_created', { kind: 'time', read: row => row.date_created }]
  ]),
  plain: ['id', 'external_billing_id', 'has_enabled_project', 'has_billing_agreement', 'has_external_billing'],
  matches: (row, term) => [String(row.id), longNameOf(row), nameOf(row), row.email].some(column => column.toLowerCase().includes(term)),
  orderable: ['id', 'first_name', 'last_name', 'company', 'date_created', 'status', 'uptodate_credit'],
  defaultOrder: '-date_created'
}

/** `uptodate_credit_max` is the one plain parameter that is no exact match. */
function visible (call: Call): Client[] {
  const most = Number(parameter(call, 'uptodate_credit_max') ?? Infinity)
  return [...call.world.clients.values()].filter(client => inScope(call, client.id) && client.credit <= most)
}

function find (call: Call): Client {
  const client = call.world.clients.get(/^\d+$/.test(call.id) ? Number(call.id) : -1)
  if (client === undefined || !inScope(call, client.id)) throw notFound()
  return client
}

/** Queued. Servers go only when asked for; otherwise they are left without an owner. */
function remove (call: Call): SimulatedReply {
  const { world } = call
  const client = find(call)
  if (client.suspend_instead_of_terminate) {
    client.status = 'suspended'
    return goneReply
  }
  const withServers = /^(true|1)$/i.test(parameter(call, 'delete_cloud_resources') ?? '')
  client.status = 'deleting'
  schedule(world, `client-${client.id}`, world.knobs.actionMs, () => {
    world.clients.delete(client.id)
    for (const instance of [...world.instances.values()].filter(candidate => candidate.client === client.id)) {
      instance.client = null
      if (!withServers) continue
      cancel(world, instance.id)
      world.instances.delete(instance.id)
    }
  })
  return goneReply
}

/** A client that is in that state already is answered the same. */
const turn = (status: 'active' | 'suspended', detail: string): Handler => call => {
  find(call).status = status
  return accepted(detail)
}

function changeCredit (call: Call): SimulatedReply {
  const client = find(call)
  const form = readForm(call.request)
  const amount = text(form, 'amount', 'required')
  if (amount !== undefined && !/^\d+(\.\d+)?$/.test(amount)) form.errors['amount'] = ['A valid number is required.']
  check(form)
  client.credit += form.data['add_credit'] === false ? -Number(amount) : Number(amount)
  return ok({ credit_balance: client.credit.toFixed(2), client: client.id })
}

function setAgreements (call: Call): SimulatedReply {
  const rows = readJson(call.request)
  if (!Array.isArray(rows)) throw invalid({ non_field_errors: ['Expected a list of items but got type "dict".'] })
  for (const row of rows) {
    if (!isObject(row)) throw invalid(['Invalid data. Expected a dictionary.'])
    const client = [...call.world.clients.values()].find(candidate => candidate.external_billing_id === row['uuid'])
    if (client !== undefined) client.has_billing_agreement = row['agreement'] === true
  }
  return accepted('Billing agreements updated')
}

const read: Handler = call => ok(clientDetail(find(call)))
const patch: Handler = call => updateClient(call, find(call), 'optional')
const put: Handler = call => updateClient(call, find(call), 'required')

export const clientRoutes: readonly Route[] = [
  { path: 'clients', verbs: { GET: call => answerList(call, visible(call), listing, clientRow), POST: createClient } },
  { path: 'clients/set_billing_agreements', only: 'staff', verbs: { POST: setAgreements } },
  { path: 'clients/:id', only: 'staff', verbs: { GET: read, PATCH: patch, PUT: put, DELETE: remove } },
  { path: 'clients/:id', only: 'user', verbs: { GET: read, PATCH: patch, PUT: put } },
  { path: 'clients/:id/suspend', only: 'staff', verbs: { POST: turn('suspended', 'Client suspended') } },
  { path: 'clients/:id/resume', only: 'staff', verbs: { POST: turn('active', 'Client resumed') } },
  { path: 'clients/:id/change_credit', only: 'staff', verbs: { POST: changeCredit } },
  { path: 'clients/:id/billing_summary', only: 'staff', verbs: { GET: call => { find(call); return ok({ price: '12.40' }) } } }
]
