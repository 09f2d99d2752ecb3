import { choice, empty } from '../kit/json.ts'

export const defaultBehavior = () => ({
  /** From an accepted action to its end. A deleted droplet stays for as long. */
  actionMs: 1500,
  /** From a create to `active`. */
  createMs: 3000,
  /** The droplet shows the effect of an action this long after the action has completed. */
  statusLagMs: 0,
  /** A new droplet is missing from lists. */
  listLagMs: 500,
  /** A new action is 404. */
  actionLagMs: 0,
  /** A create that vanishes is accepted, then its droplet is 404; silently: so is its action, which otherwise ends as errored. */
  create: choice('builds', 'vanishes', 'vanishes-silently'),
  /** Types of actions that end as errored. */
  failActions: empty<string>(),
  /** A guest that ignores it keeps running, though the action completes. */
  shutdown: choice('works', 'ignored'),
  order: choice('up', 'down'),
  /** Scopes that the token lacks. */
  deniedScopes: empty<string>(),
  dropletLimit: 1000,
  /** Requests in a sliding window. */
  rate: { limit: 5000, windowMs: 3600_000 }
})

export type DigitaloceanBehavior = ReturnType<typeof defaultBehavior>
