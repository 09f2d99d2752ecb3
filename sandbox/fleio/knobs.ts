export interface FleioKnobs {
  /** From an accepted action to its end. */
  actionMs: number
  /** From a create to `active`. */
  createMs: number
  /** Rows are copied from OpenStack notifications: a new instance is not listed before this has passed. */
  rowDelayMs: number
  /** From a client's order to its OpenStack project. */
  projectMs: number
  defaultPageSize: number
  maximumPageSize: number
  /** Reads of an instance that still show the state from before its last action. */
  staleReads: number
  /** What a badly configured proxy makes of the links; null takes the Host header. */
  nextOrigin: string | null
  /** Rows move between pages when the caller sends no usable `ordering`. */
  unorderedShift: boolean
  /** A filter value of the wrong type: matches nothing, or crashes. */
  badValueFilter: 'nothing' | 'crash'
  inferred: boolean
  licensed: boolean
  userActive: boolean
  lowCredit: boolean
  /** Permission keys (`instances.stop`) that the callers lack. */
  deniedPermissions: string[]
  openstack: 'up' | 'refuses-sign-in' | 'unreachable'
  consoleShape: 'remote' | 'old-nova' | 'lxd'
  /** Newer releases may answer a create with the id. */
  createReturnsId: boolean
  createEndsIn: 'active' | 'error'
  /** A create with a `volume_type` is queued: its 201 says nothing about what follows. */
  queuedCreate: 'works' | 'fails' | 'vanishes'
  nicsMissing: 'default-network' | 'crash'
  /** Instances for each client. */
  instanceQuota: number
  utcOffsetMinutes: number
  /** Token calls are not limited unless the operator says so. */
  requestsPerMinute: number | null
}

export const defaultKnobs = (): FleioKnobs => ({
  actionMs: 1500,
  createMs: 3000,
  rowDelayMs: 500,
  projectMs: 0,
  defaultPageSize: 20,
  maximumPageSize: 10_000,
  staleReads: 0,
  nextOrigin: null,
  unorderedShift: false,
  badValueFilter: 'nothing',
  inferred: true,
  licensed: true,
  userActive: true,
  lowCredit: false,
  deniedPermissions: [],
  openstack: 'up',
  consoleShape: 'remote',
  createReturnsId: false,
  createEndsIn: 'active',
  queuedCreate: 'works',
  nicsMissing: 'default-network',
  instanceQuota: 1000,
  utcOffsetMinutes: 120,
  requestsPerMinute: null
})
