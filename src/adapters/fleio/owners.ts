import { z } from 'zod'
import type { AllVerbs, OwnerCreate, WithOptions } from '../verbs.ts'
import type { Owner } from '../../domain/catalog.ts'
import { badMember } from '../../domain/failure.ts'
import type { OwnerSpec } from '../../domain/spec.ts'
import { joined } from '../kit/catalog.ts'
import { isNumericId, missing } from '../kit/ids.ts'
import type { FleioClient } from './client.ts'
import type { ClientWire } from './schema.ts'
import type { FleioMode } from './settings.ts'

export const createOwners = (client: FleioClient, mode: FleioMode): Pick<AllVerbs, 'owners.list' | 'owners.create'> => ({
  'owners.list': {
    evidence: mode === 'staff' ? 'documented' : 'inferred',
    cost: { calls: 1, perPage: 1 },
    run: async () => (await client.listClients()).map(toOwner),
    get: async id => {
      if (!isNumericId(id)) throw missing('no client has such an id', 'path.owner')
      return toOwner(await client.getClient(id))
    }
  },
  'owners.create': createOwnerCreate(client, mode)
})

const toOwner = (wire: ClientWire): Owner =>
  ({ id: wire.id, name: wire.name ?? joined(wire.first_name, wire.last_name), email: wire.email ?? null, status: wire.status ?? null })

const text = z.string().min(1).max(255)

const options = z.strictObject({
  first_name: text.optional().meta({ description: 'Replaces name, together with last_name' }),
  last_name: text.optional(),
  address1: text,
  city: text,
  country: z.string().regex(/^[A-Z]{2}$/).meta({ description: 'Two-letter country code in upper case' }),
  zip_code: text,
  phone: text,
  company: text.optional(),
  address2: text.optional(),
  state: text.optional(),
  fax: text.optional(),
  vat_id: text.optional(),
  currency: text.optional(),
  groups: z.array(text).optional().meta({ description: 'Names of groups' }),
  configuration: text.optional().meta({ description: 'Name of a configuration' }),
  external_billing_id: z.string().min(1).max(38).optional(),
  create_auto_order_service: z.boolean().optional()
    .meta({ description: 'Creates an OpenStack project for the client, which it needs for servers. Default true' }),
  auto_order_service_external_billing_id: text.optional()
})

type Options = z.output<typeof options>
type Order = WithOptions<OwnerSpec, Options>

const createOwnerCreate = (client: FleioClient, mode: FleioMode): OwnerCreate<Options> => ({
  evidence: mode === 'staff' ? 'documented' : 'inferred',
  accepts: ['name', 'email', 'password', 'options'],
  requires: ['options'],
  options,
  example: {
    name: 'Jane Doe',
    email: 'jane@example.com',
    options: { address1: '99 Elm St.', city: 'New York', state: 'NY', country: 'US', zip_code: '1000', phone: '9999999', currency: 'EUR' }
  },
  note: 'With a password, the client gets a user that signs in with the email.',
  run: async spec => {
    const names = namesOf(spec)
    const { email, password } = spec
    if (password !== undefined && email === undefined) throw badMember('body.email', 'is required: the user signs in with it')
    const made = await client.createClient({
      create_auto_order_service: true,
      ...spec.options,
      ...names,
      // Later releases ignore it.
      email,
      ...(password === undefined ? {} : { user: { username: email, email, ...names, password } })
    }, { members: membersOf(spec), uncertain: mode === 'enduser' })
    return { id: made.id, name: `${names.first_name} ${names.last_name}`, email: email ?? null, status: null }
  }
})

/** The last word of a name is taken as the last name; the options override it. */
function namesOf ({ name, options: { first_name: first, last_name: last } }: Order) {
  if (first !== undefined && last !== undefined && name === undefined) return { first_name: first, last_name: last }
  if (first !== undefined || last !== undefined) {
    throw badMember('body.name', 'must not be combined with first_name and last_name in the options')
  }
  const [, before, after] = /^(.*\S)\s+(\S+)$/.exec(name?.trim() ?? '') ?? []
  if (before === undefined || after === undefined) throw badMember('body.name', 'must be a first name and a last name')
  return { first_name: before, last_name: after }
}

const membersOf = ({ name }: Order): ReadonlyMap<string, string> => new Map([
  ...Object.keys(options.shape).map(field => [field, `body.options.${field}`] as const),
  ...(name === undefined ? [] : [['first_name', 'body.name'], ['last_name', 'body.name']] as const),
  ['email', 'body.email'],
  ['user', 'body.email'],
  ['user.password', 'body.password'],
  ['user.email', 'body.email']
])
