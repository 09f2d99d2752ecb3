import { choice } from '../kit/json.ts'

export const defaultBehavior = () => ({
  /** From an accepted action to its effect. */
  actionMs: 1500,
  /** From a paid order to `running`. */
  createMs: 3000,
  /** From an immediate cancellation to 404. */
  cancelMs: 3000,
  /** Milliseconds during which a new server is 404 after its order. */
  orderHiddenMs: 0,
  /** The least pause between releasing a subnet and routing it again. */
  moveMs: 4000,
  unknownOrganization: choice(403, 404),
  /** The default and maximum page size. */
  pageLimit: 200,
  /** Shows `stopping`, `starting`, … while an action is under way. */
  transitional: false,
  /** Puts the Connect item before the server's own item in an invoice. */
  connectFirst: false,
  orderHostname: choice('use', 'ignore'),
  /** Account credit; an order that it does not cover stays unpaid and its server pending. */
  credit: 10_000,
  cancelAnswer: choice('event', 'request', 'empty'),
  problemContext: choice('text', 'object'),
  /** False: endpoints whose path is a guess answer as unknown routes. */
  inferred: true
})

export type HeficedBehavior = ReturnType<typeof defaultBehavior>
