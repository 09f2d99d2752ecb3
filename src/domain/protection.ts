import { GatewayError } from './failure.ts'
import type { ServerFacts } from './server.ts'

/** Refuses what a protected server does not allow. Its deletion is refused for every provider, other work where the provider means it so. */
export function refuseProtected ({ protected: isProtected }: ServerFacts, refused: 'deleted' | 'rebuilt' | 'restored'): void {
  if (isProtected !== true) return
  throw new GatewayError('conflict', `a protected server cannot be ${refused}; if the provider supports it, PATCH {"protected": false} removes the protection`)
}
