import { GatewayError } from '../domain/failure.ts'

export const permissions = ['read', 'operate', 'write', 'delete', 'raw', 'admin'] as const
export type Permission = typeof permissions[number]

/** The caller: a key or a token, and its permissions. No permission implies another. */
export interface Principal {
  /** Stable: the audit, the log, rate limits and the scope of idempotency keys use it. */
  readonly id: string
  readonly permissions: ReadonlySet<Permission>
  /** Null: every account. */
  readonly accounts: ReadonlySet<string> | null
}

/** The caller if authentication is off. */
export const anonymous: Principal = { id: 'anonymous', permissions: new Set(permissions), accounts: null }

/** The prefix of principals of tokens; names and ids of keys cannot begin with it. */
export const tokenNamePrefix = 'oidc:'

export const maySee = (principal: Principal, account: string): boolean =>
  principal.accounts === null || principal.accounts.has(account)

/** Throws `forbidden` if the caller lacks the permission. */
export function requirePermission (principal: Principal, permission: Permission): void {
  if (principal.permissions.has(permission)) return
  throw new GatewayError('forbidden', `this key does not have the permission ${permission}`)
}
