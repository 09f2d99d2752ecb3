export interface DigitaloceanBehavior {
  /** From an accepted action to its end. A deleted droplet stays as long. */
  actionMs: number
  /** From a create to `active`. */
  createMs: number
  /** The droplet shows the effect of an action this long after the action has completed. */
  statusLagMs: number
  /** A new droplet is missing from lists. */
  listLagMs: number
  /** A new action is 404. */
  actionLagMs: number
  /** A create that vanishes is accepted, then its droplet is 404; silently: so is its action, which otherwise ends as errored. */
  create: 'builds' | 'vanishes' | 'vanishes-silently'
  /** Types of actions that end as errored. */
  failActions: string[]
  /** A guest that ignores it keeps running, though the action completes. */
  shutdown: 'works' | 'ignored'
  order: 'up' | 'down'
  /** Scopes that the token lacks. */
  deniedScopes: string[]
  dropletLimit: number
  /** Requests in a sliding window. */
  rate: { limit: number, windowMs: number }
}

export const defaultBehavior = (): DigitaloceanBehavior => ({
  actionMs: 1500,
  createMs: 3000,
  statusLagMs: 0,
  listLagMs: 500,
  actionLagMs: 0,
  create: 'builds',
  failActions: [],
  shutdown: 'works',
  order: 'up',
  deniedScopes: [],
  dropletLimit: 1000,
  rate: { limit: 5000, windowMs: 3600_000 }
})
