import { z } from 'zod'
import type { AllVerbs, OwnerCreate, WithOptions } from '../verbs.ts'
import type { Owner } from '../../domain/catalog.ts'
import { badMember, UpstreamError } from '../../domain/failure.ts'
import type { OwnerSpec } from '../../domain/spec.ts'
import type { OwnerClient } from './owners-client.ts'
import { toOwner } from './catalog-mapping.ts'
import { idIn } from './ids.ts'
import type { VmmanagerAccount } from './settings.ts'

type Owners = Pick<AllVerbs, 'owners.list' | 'login_link'> & { readonly 'owners.create': OwnerCreate<OwnerOptions> }

const ownerOptions = z.strictObject({
  role: z.enum(['@admin', '@advanced_user', '@user']).optional().meta({ description: 'Role of the account. Default @user' }),
  phone_number: z.string().min(1).max(32).optional()
})
type OwnerOptions = z.output<typeof ownerOptions>

const keyLivesMs = 60 * 60_000
const member = 'path.owner'

export const createOwners = (account: VmmanagerAccount, client: OwnerClient, now: () => number): Owners => ({
  'owners.list': {
    evidence: 'observed',
    cost: { calls: 1, perPage: 1 },
    run: async () => (await client.listAccounts()).map(toOwner),
    get: async id => {
      const { list } = await client.findAccount(idIn(id, member))
      const wire = list.find(row => row.id === id)
      if (wire === undefined) throw new UpstreamError('not-found', 'the provider has no account with this id', { member })
      return toOwner(wire)
    }
  },
  'owners.create': {
    evidence: 'observed',
    cost: { calls: 1, perPage: 1 },
    note: 'Requires administrator rights. name is stored as the full name, which lists do not return.',
    accepts: ['name', 'email', 'password', 'options'],
    requires: ['email', 'password'],
    options: ownerOptions,
    example: { email: 'client@example.com', password: 'Example-Pass1' },
    run: async spec => await createOwner(client, spec)
  },
  login_link: {
    evidence: 'documented',
    note: 'Opens the panel as this account; requires administrator rights. The path of the link is account.login_link_path.',
    run: async ({ owner }) => {
      const asked = now()
      const { key } = await client.createKey(idIn(owner, member))
      const url = `${account.url}${account.login_link_path}/${encodeURIComponent(key)}`
      return { url, expires_at: new Date(asked + keyLivesMs).toISOString() }
    }
  }
})

async function createOwner (client: OwnerClient, { name, email, password, options }: WithOptions<OwnerSpec, OwnerOptions>): Promise<Owner> {
  if (email === undefined) throw badMember('body.email', 'is required')
  if (password === undefined) throw badMember('body.password', 'is required')
  const { role = '@user', phone_number: phone } = options
  const { id } = await client.createAccount({
    email,
    password,
    role,
    ...(name === undefined ? {} : { full_name: name }),
    ...(phone === undefined ? {} : { phone_number: phone })
  })
  const facts = { name: name ?? null, email, status: null }
  return { ...facts, id: typeof id === 'string' ? id : await idByEmail(client, email) }
}

/** Finds the id of an account whose answer has none. */
async function idByEmail (client: OwnerClient, email: string): Promise<string> {
  const made = (await client.listAccounts()).find(row => row.email?.toLowerCase() === email.toLowerCase())
  if (made === undefined) throw new UpstreamError('malformed', 'the provider created the account but returned no id')
  return made.id
}
