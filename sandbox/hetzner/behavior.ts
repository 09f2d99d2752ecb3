export interface HetznerBehavior {
  /** From an accepted action to its end. */
  actionMs: number
  /** From an order to a running server. */
  createMs: number
  /** Whether the guest system reacts to the ACPI signal of shutdown and reboot. */
  guest: 'obeys' | 'ignores'
  /** Requests per hour, refilled evenly. */
  rateLimit: number
  /** Commands whose actions end in `error`. */
  failCommands: readonly string[]
  /** Actions that can no longer be read. */
  forgetsActions: boolean
  /** What a resized server does that was off. */
  afterResize: 'off' | 'running'
  /** Plans that no location has room for right now, by name. */
  soldOut: readonly string[]
}

export const defaultBehavior = (): HetznerBehavior => ({
  actionMs: 1500,
  createMs: 3000,
  guest: 'obeys',
  rateLimit: 3600,
  failCommands: [],
  forgetsActions: false,
  afterResize: 'off',
  soldOut: []
})
