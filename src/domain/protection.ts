import { GatewayError } from './failure.ts'
import type { ServerFacts } from './server.ts'

/** Refuses an action on a protected server. All adapters refuse to delete it; rebuild and restore only where the provider refuses too. */
export function refuseProtected ({ protected: isProtected }: ServerFacts, refused: 'deleted' | 'rebuilt' | 'restored'): void {
  if (isProtected !== true) return
  const remedy = 'if the provider supports it, PATCH {"protected": false} removes the protection'
  throw new GatewayError('conflict', `a protected server cannot be ${refused}; ${remedy}`)
}
