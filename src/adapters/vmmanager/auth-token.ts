import type { Upstream } from '../contract.ts'
import { longTokenWire } from './schema.ts'
import { createVmmanagerSend } from './send.ts'
import type { VmmanagerAccount } from './settings.ts'

/** A token that lives until then. The platform's clock has no known zone: the time is sent as UTC. */
export async function createToken (account: VmmanagerAccount, upstream: Upstream, expiresAt: Date): Promise<string> {
  const { token } = await createVmmanagerSend(account, upstream)({
    name: 'token',
    path: `${account.auth_prefix}/auth/v4/token`,
    body: { expires_at: expiresAt.toISOString().slice(0, 19).replace('T', ' '), description: 'hawser' },
    schema: longTokenWire,
    assumed: { token: '{token}' }
  })
  return token
}
