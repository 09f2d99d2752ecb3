export interface OnecloudKnobs {
  /** How long an accepted action takes until its last status. */
  actionMs: number
  createMs: number
  /** Token lifetime. */
  tokenMs: number
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
  /** What the sign-in does to the demo user. */
  userState: 'active' | 'disabled' | 'locked'
  /** Failed tries in a row before 429; 0 is off. */
  maxFailedLogins: number
  release: '3.10' | 'master'
  /** Name of the owner key in a server record. */
  projectKey: 'tenant_id' | 'project_id'
  /** Older releases do not send `power_states`. */
  powerStates: boolean
  /** Whether a plain delete goes to the recycle bin, and for how long. */
  recycleBin: boolean
  recycleMs: number
  /** The largest server that the one node can hold; beyond it the create ends in `sched_fail`. */
  nodeCpu: number
  nodeMemoryMb: number
  nodeOnline: boolean
  systemDiskMinMb: number
  /** Servers that one project may hold; 0 is off. */
  quotaServers: number
  /** Actions (by their path word, also `create` and `delete`) that are accepted and then fail. */
  failActions: readonly string[]
  /** Serves the parts known only from source or by inference: IPv6 keys and the rarer actions. */
  inferred: boolean
}

export const defaultKnobs = (): OnecloudKnobs => ({
  actionMs: 1500,
  createMs: 3000,
  tokenMs: 86_400_000,
  tokenStatus: 200,
  tokenFormat: 'hex',
  expiresDigits: 6,
  maxPage: 2048,
  endpoints: 'both',
  withoutServices: [],
  trailingSlashes: false,
  userState: 'active',
  maxFailedLogins: 0,
  release: '3.10',
  projectKey: 'tenant_id',
  powerStates: true,
  recycleBin: true,
  recycleMs: 3 * 86_400_000,
  nodeCpu: 24,
  nodeMemoryMb: 131_072,
  nodeOnline: true,
  systemDiskMinMb: 10_240,
  quotaServers: 0,
  failActions: [],
  inferred: true
})
