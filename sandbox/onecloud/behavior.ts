import { choice, empty } from '../kit/json.ts'

export const defaultBehavior = () => ({
  /** Milliseconds from an accepted action to its last status. */
  actionMs: 1500,
  createMs: 3000,
  /** Status of a successful sign-in: 200, or 201 as very old releases answer. */
  tokenStatus: 200,
  /** `hex` is 64 characters; `fernet` is the long text of old releases. */
  tokenFormat: choice('hex', 'fernet'),
  /** Fraction digits of the token's times. */
  expiresDigits: 6,
  /** Default and largest page; the vendor's is 2048. */
  maxPage: 2048,
  /** `both`: internal addresses cannot be reached from outside; `internal`: the only ones, and they work. */
  endpoints: choice('both', 'public', 'internal'),
  /** Catalog types that are left out of the token. */
  withoutServices: empty<string>(),
  /** Adds a trailing slash to every catalog address. */
  trailingSlashes: false,
  /** Name of the owner key in a server record. */
  projectKey: choice('tenant_id', 'project_id'),
  /** Older releases do not send `power_states`. */
  powerStates: true,
  /** Servers that one project may hold; 0 is off. */
  quotaServers: 0,
  /** Actions (by their path word, also `create`, `delete` and `snapshot-delete`) that are accepted and then fail. */
  failActions: empty<string>()
})

export type OnecloudBehavior = ReturnType<typeof defaultBehavior>
