import type { SimulatedReply } from '../simulator.ts'
import type { Call } from './call.ts'
import { clientDetail, clientMade } from './client-view.ts'
import { blame, boolean, check, isObject, readForm, text, type Form } from './fields.ts'
import { detailReply, madeReply, ok, refusal } from './replies.ts'
import type { Client } from './records.ts'
import { schedule, timeNow, type World } from './world.ts'

/** An end user may have one client and no more. */
export function createClient (call: Call): SimulatedReply {
  const { world } = call
  if (call.api === 'user') throw refusal(detailReply(409, 'You already have a client'))
  const form = readForm(call.request)
  const fields = readFields(form, 'required')
  const order = boolean(form, 'create_auto_order_service')
  const external = externalId(world, form)
  checkUser(form)
  check(form)
  world.serial += 1
  const client: Client = {
    ...blank(world),
    ...fields,
    id: 100_000 + (world.serial * 7919) % 900_000,
    external_billing_id: external ?? null,
    groups: Array.isArray(form.data['groups']) ? form.data['groups'].map(String) : []
  }
  world.clients.set(client.id, client)
  if (order) giveProject(world, client)
  return madeReply(clientMade(client))
}

const blank = (world: World): Client => ({
  id: 0,
  first_name: '',
  last_name: '',
  company: null,
  email: '',
  phone: '',
  city: '',
  state: null,
  country: '',
  address1: '',
  address2: null,
  zip_code: '',
  fax: null,
  vat_id: null,
  currency: 'EUR',
  credit: 0,
  status: 'active',
  date_created: timeNow(world).replace(/(:\d\d)(?=[Z+-])/, '$1.000000'),
  outofcredit_datetime: null,
  suspend_instead_of_terminate: false,
  external_billing_id: null,
  has_billing_agreement: false,
  groups: [],
  configuration: 'default',
  project: null
})

/** The project may come later than the client. */
function giveProject (world: World, client: Client): void {
  const project = client.id.toString(16).padStart(32, '0')
  if (world.knobs.projectMs <= 0) client.project = project
  else schedule(world, `client-${client.id}`, world.knobs.projectMs, () => { client.project = project })
}

const requiredNames = ['first_name', 'last_name', 'address1', 'city', 'country', 'zip_code', 'phone'] as const
const optionalNames = ['company', 'address2', 'state', 'fax', 'vat_id', 'currency', 'email', 'configuration'] as const

type Writable = typeof requiredNames[number] | typeof optionalNames[number]

function readFields (form: Form, need: 'required' | 'optional'): Partial<Pick<Client, Writable>> {
  const fields: Partial<Pick<Client, Writable>> = {}
  for (const name of requiredNames) {
    const value = text(form, name, need)
    if (value !== undefined) fields[name] = value
  }
  for (const name of optionalNames) {
    const value = text(form, name, 'optional')
    if (value !== undefined) fields[name] = value
  }
  if (fields.country !== undefined && !/^[A-Z]{2}$/.test(fields.country)) blame(form, 'country', `"${fields.country}" is not a valid choice.`)
  return fields
}

function externalId (world: World, form: Form, self?: Client): string | undefined {
  const value = text(form, 'external_billing_id', 'optional', 38)
  if (value === undefined) return undefined
  const taken = [...world.clients.values()].some(client => client !== self && client.external_billing_id === value)
  return taken ? blame(form, 'external_billing_id', 'This field must be unique.') : value
}

function checkUser (form: Form): void {
  const user = form.data['user']
  if (user === undefined || user === null) return
  if (!isObject(user)) return blame(form, 'user', 'Invalid data. Expected a dictionary.')
  const inner: Form = { data: user, errors: {} }
  text(inner, 'email', 'required')
  text(inner, 'password', 'required')
  if (Object.keys(inner.errors).length > 0) form.errors['user'] = inner.errors
}

export function updateClient (call: Call, client: Client, need: 'required' | 'optional'): SimulatedReply {
  const form = readForm(call.request)
  const fields = readFields(form, need)
  const external = externalId(call.world, form, client)
  check(form)
  Object.assign(client, fields, external === undefined ? {} : { external_billing_id: external })
  return ok(clientDetail(client))
}
