import { choice, empty, none } from '../kit/json.ts'

export const defaultBehavior = () => ({
  /** From an accepted action to its end. */
  actionMs: 1500,
  /** From a create to `active`. */
  createMs: 3000,
  /** Rows are copied from OpenStack notifications: a new instance is not listed before this has passed. */
  rowDelayMs: 500,
  /** Reads of an instance that still show the state from before its last action. */
  staleReads: 0,
  /** The base of links behind a badly configured proxy; null uses the Host header. */
  nextOrigin: none<string>(),
  /** Rows move between pages when the caller sends no usable `ordering`. */
  unorderedShift: false,
  licensed: true,
  /** Permission keys (`instances.stop`) that the callers lack. */
  deniedPermissions: empty<string>(),
  openstack: choice('up', 'refuses-sign-in', 'unreachable'),
  consoleShape: choice('remote', 'old-nova', 'lxd'),
  createEndsIn: choice('active', 'error'),
  /** Instances for each client. */
  instanceQuota: 1000
})

export type FleioBehavior = ReturnType<typeof defaultBehavior>
