export interface HeficedKnobs {
  /** From an accepted action to its effect. */
  actionMs: number
  /** From a paid order to `running`. */
  createMs: number
  /** From an immediate cancellation to 404. */
  cancelMs: number
  /** Milliseconds during which a new server is 404 after its order. */
  orderHiddenMs: number
  /** The least pause between releasing a subnet and routing it again. */
  moveMs: number
  unknownOrganization: 403 | 404
  /** The page size when none is asked for, and the most that one page holds. */
  pageLimit: number
  /** Shows `stopping`, `starting`, … while an action is under way. */
  transitional: boolean
  /** Puts the Connect item before the server's own item in an invoice. */
  connectFirst: boolean
  orderHostname: 'use' | 'ignore'
  /** Account credit; an order that it does not cover stays unpaid and its server pending. */
  credit: number
  cancelAnswer: 'event' | 'request' | 'empty'
  problemContext: 'text' | 'object'
  /** False: endpoints whose path is a guess answer as unknown routes. */
  inferred: boolean
}

export const defaultKnobs = (): HeficedKnobs => ({
  actionMs: 1500,
  createMs: 3000,
  cancelMs: 3000,
  orderHiddenMs: 0,
  moveMs: 4000,
  unknownOrganization: 403,
  pageLimit: 200,
  transitional: false,
  connectFirst: false,
  orderHostname: 'use',
  credit: 10_000,
  cancelAnswer: 'event',
  problemContext: 'text',
  inferred: true
})
