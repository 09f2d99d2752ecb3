import type { Upstream } from '../contract.ts'
import { longTokenWire } from './schema.ts'
import { createVmmanagerSend } from './send.ts'
import type { VmmanagerAccount } from './settings.ts'

/** Creates a token valid until the given time, sent as UTC because the zone of the platform's clock is unknown. */
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
