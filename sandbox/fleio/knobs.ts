export interface FleioKnobs {
  /** From an accepted action to its end. */
  actionMs: number
  /** From a create to `active`. */
  createMs: number
  /** Rows are copied from OpenStack notifications: a new instance is not listed before this has passed. */
  rowDelayMs: number
  /** Reads of an instance that still show the state from before its last action. */
  staleReads: number
  /** The base of links behind a badly configured proxy; null uses the Host header. */
  nextOrigin: string | null
  /** Rows move between pages when the caller sends no usable `ordering`. */
  unorderedShift: boolean
  licensed: boolean
  /** Permission keys (`instances.stop`) that the callers lack. */
  deniedPermissions: string[]
  openstack: 'up' | 'refuses-sign-in' | 'unreachable'
  consoleShape: 'remote' | 'old-nova' | 'lxd'
  createEndsIn: 'active' | 'error'
  /** Instances for each client. */
  instanceQuota: number
}

export const defaultKnobs = (): FleioKnobs => ({
  actionMs: 1500,
  createMs: 3000,
  rowDelayMs: 500,
  staleReads: 0,
  nextOrigin: null,
  unorderedShift: false,
  licensed: true,
  deniedPermissions: [],
  openstack: 'up',
  consoleShape: 'remote',
  createEndsIn: 'active',
  instanceQuota: 1000
})
