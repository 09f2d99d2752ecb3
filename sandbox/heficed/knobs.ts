export interface HeficedKnobs {
  /** From an accepted action to its effect. */
  actionMs: number
  /** From a paid order to `running`. */
  createMs: number
  /** From an immediate cancellation to 404. */
  cancelMs: number
  /** How long a new server answers 404 after its order. */
  orderHiddenMs: number
  /** The least pause between releasing a subnet and routing it again. */
  moveMs: number
  tokenLifetimeSeconds: number
  /** Scopes ticked for the application. */
  allowedScopes: string[]
  /** False: the application may not use the client_credentials grant. */
  grantAllowed: boolean
  /** Adds the extra members that token servers of before November 2020 sent. */
  legacyTokenErrors: boolean
  /** A raw token without a scheme was accepted once. */
  acceptBareToken: boolean
  unknownOrganization: 403 | 404
  /** The page size when none is asked for, and the most that one page holds. */
  pageLimit: number
  /** A `limit` above this is refused. */
  limitMaximum: number
  /** Shows `stopping`, `starting`, … while an action is under way. */
  transitional: boolean
  wrongState: 'conflict' | 'bad-request' | 'failed-event'
  /** Accepted actions end as failed events that change nothing. */
  failActions: boolean
  unknownKeys: 'refuse' | 'ignore'
  /** Puts the Connect item before the server's own item in an invoice. */
  connectFirst: boolean
  orderPeriods: 'integers' | 'false'
  orderHostname: 'use' | 'ignore'
  /** Account credit; an order that it does not cover stays unpaid and its server pending. */
  credit: number
  cancelAnswer: 'event' | 'request' | 'empty'
  problemType: 'application/problem+json' | 'application/json'
  problemContext: 'text' | 'object'
  escapeSlashes: boolean
  /** False: endpoints whose path is a guess answer as unknown routes. */
  inferred: boolean
}

export const defaultKnobs = (): HeficedKnobs => ({
  actionMs: 1500,
  createMs: 3000,
  cancelMs: 3000,
  orderHiddenMs: 0,
  moveMs: 4000,
  tokenLifetimeSeconds: 86_400,
  allowedScopes: ['kronoscloud', 'ipswitch', 'sshkeys'],
  grantAllowed: true,
  legacyTokenErrors: false,
  acceptBareToken: false,
  unknownOrganization: 403,
  pageLimit: 200,
  limitMaximum: 200,
  transitional: false,
  wrongState: 'conflict',
  failActions: false,
  unknownKeys: 'refuse',
  connectFirst: false,
  orderPeriods: 'integers',
  orderHostname: 'use',
  credit: 10_000,
  cancelAnswer: 'event',
  problemType: 'application/problem+json',
  problemContext: 'text',
  escapeSlashes: true,
  inferred: true
})
