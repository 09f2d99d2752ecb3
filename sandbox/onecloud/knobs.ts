export interface OnecloudKnobs {
  /** Milliseconds from an accepted action to its last status. */
  actionMs: number
  createMs: number
  /** Status of a successful sign-in: 200, or 201 as very old releases answer. */
  tokenStatus: number
  /** `hex` is 64 characters; `fernet` is the long text of old releases. */
  tokenFormat: 'hex' | 'fernet'
  /** Fraction digits of the token's times. */
  expiresDigits: number
  /** Default and largest page; the vendor's is 2048. */
  maxPage: number
  /** `both`: internal addresses cannot be reached from outside; `internal`: the only ones, and they work. */
  endpoints: 'both' | 'public' | 'internal'
  /** Catalog types that are left out of the token. */
  withoutServices: readonly string[]
  /** Adds a trailing slash to every catalog address. */
  trailingSlashes: boolean
  /** Name of the owner key in a server record. */
  projectKey: 'tenant_id' | 'project_id'
  /** Older releases do not send `power_states`. */
  powerStates: boolean
  /** Servers that one project may hold; 0 is off. */
  quotaServers: number
  /** Actions (by their path word, also `create`, `delete` and `snapshot-delete`) that are accepted and then fail. */
  failActions: readonly string[]
}

export const defaultKnobs = (): OnecloudKnobs => ({
  actionMs: 1500,
  createMs: 3000,
  tokenStatus: 200,
  tokenFormat: 'hex',
  expiresDigits: 6,
  maxPage: 2048,
  endpoints: 'both',
  withoutServices: [],
  trailingSlashes: false,
  projectKey: 'tenant_id',
  powerStates: true,
  quotaServers: 0,
  failActions: []
})
