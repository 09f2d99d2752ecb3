import { z } from 'zod'
import type { AllVerbs, OwnerCreate } from '../verbs.ts'
import type { Owner } from '../../domain/catalog.ts'
import { UpstreamError } from '../../domain/failure.ts'
import type { VmmanagerClient } from './client.ts'
import { idOf } from './ids.ts'
import type { AccountWire } from './schema.ts'
import type { VmmanagerAccount } from './settings.ts'

type Owners = Pick<AllVerbs, 'owners.list' | 'login_link'> & { readonly 'owners.create': OwnerCreate<OwnerOptions> }

const ownerOptions = z.strictObject({
  role: z.enum(['@admin', '@advanced_user', '@user']).optional().meta({ description: 'Role of the account. Default @user' }),
  phone_number: z.string().min(1).max(32).optional()
})
type OwnerOptions = z.output<typeof ownerOptions>

const keyLivesMs = 60 * 60_000
const member = 'path.owner'

export const createOwners = (account: VmmanagerAccount, client: VmmanagerClient, now: () => number): Owners => ({
  'owners.list': {
    evidence: 'observed',
    cost: { calls: 1, perPage: 1 },
    run: async () => (await client.listAccounts()).map(toOwner),
    get: async id => {
      const { list } = await client.findAccount(idOf(id, member))
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
    run: async ({ name, email, password, options: { role = '@user', phone_number: phone } }) => {
      const { id } = await client.createAccount({ email, password, role, full_name: name, phone_number: phone })
      return { id: id ?? await findIdByEmail(client, email), name: name ?? null, email: email ?? null, status: null }
    }
  },
  login_link: {
    evidence: 'documented',
    note: 'Opens the panel as this account; requires administrator rights. The path of the link is account.login_link_path.',
    run: async ({ owner }) => {
      const requestedAt = now()
      const { key } = await client.createKey(idOf(owner, member))
      const url = `${account.url}${account.login_link_path}/${encodeURIComponent(key)}`
      return { url, expires_at: new Date(requestedAt + keyLivesMs).toISOString() }
    }
  }
})

const toOwner = (wire: AccountWire): Owner => ({ id: wire.id, name: null, email: wire.email ?? null, status: wire.state ?? null })

/** For an answer without an id. */
async function findIdByEmail (client: VmmanagerClient, email: string | undefined): Promise<string> {
  const created = (await client.listAccounts()).find(row => row.email?.toLowerCase() === email?.toLowerCase())
  if (created === undefined) throw new UpstreamError('malformed', 'the provider created the account but returned no id')
  return created.id
}
