import type { Permission } from '../src/access/principal.ts'
import type { UpstreamCost } from '../src/verbs/cost.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Declared by every route that may call a provider. */
    upstream?: UpstreamCost
  }
}

export const mayCost = (permission: Permission, upstream: UpstreamCost) => ({ permission, upstream }) as const
