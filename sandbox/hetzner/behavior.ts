import { choice, empty } from '../kit/json.ts'

export const defaultBehavior = () => ({
  /** From an accepted action to its end. */
  actionMs: 1500,
  /** From a create to a running server. */
  createMs: 3000,
  /** Whether the guest system reacts to the ACPI signal of shutdown and reboot. */
  guest: choice('obeys', 'ignores'),
  /** Requests per hour, refilled evenly. */
  rateLimit: 3600,
  /** Commands whose actions end in `error`. */
  failCommands: empty<string>(),
  /** Actions can no longer be read. */
  forgetsActions: false,
  /** The status after a resize. */
  afterResize: choice('off', 'running'),
  /** Plans for which no location has capacity, by name. */
  soldOut: empty<string>()
})

export type HetznerBehavior = ReturnType<typeof defaultBehavior>
