import { GatewayError } from '../domain/failure.ts'

export const permissions = ['read', 'operate', 'write', 'delete', 'raw', 'admin'] as const
export type Permission = typeof permissions[number]

/** Who is calling: a key or a token, and what it may do. Permissions imply nothing of each other. */
export interface Principal {
  readonly name: string
  readonly permissions: ReadonlySet<Permission>
  /** Null: every account. */
  readonly accounts: ReadonlySet<string> | null
}

/** The caller where no keys are asked for. */
export const anonymous: Principal = { name: 'anonymous', permissions: new Set(permissions), accounts: null }

/** What a token's principal is called before its subject: no key is. */
export const tokenNamePrefix = 'oidc:'

export const maySee = (principal: Principal, account: string): boolean =>
  principal.accounts === null || principal.accounts.has(account)

/** Throws `forbidden` when the key lacks the permission. */
export function requirePermission (principal: Principal, permission: Permission): void {
  if (principal.permissions.has(permission)) return
  throw new GatewayError('forbidden', `this key does not have the permission ${permission}`)
}
