import type { Verdict } from '../domain/operation.js'
import type { ServerFacts } from '../domain/server.js'

/** What is known of an action beside the server that is seen now. */
export interface Circumstances {
  readonly sinceStartMs: number
  readonly transitionSeen: boolean
}

export interface Judgement {
  readonly verdict: Verdict
  readonly note: string | null
  readonly error: string | null
}

type Judge = (server: ServerFacts, circumstances: Circumstances) => Judgement

/** Vendors copy states with a delay: an old `error` right after an action says nothing about the action. */
const staleForMs = 3000
/** So long a reboot may go by unseen between two looks. */
const rebootSettlesMs = 15_000

const going: Judgement = { verdict: 'going', note: null, error: null }
const done: Judgement = { verdict: 'done', note: null, error: null }
const failed = (error: string): Judgement => ({ verdict: 'failed', note: null, error })

const judges: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ['start', server => isUp(server) && !isBusy(server) ? done : going],
  ['stop', server => server.status === 'stopped' && !isBusy(server) ? done : going],
  ['reboot', (server, { sinceStartMs, transitionSeen }) => {
    if (!isUp(server) || isBusy(server)) return going
    if (transitionSeen) return done
    return sinceStartMs < rebootSettlesMs ? going : { ...done, note: 'The server runs; the restart itself was not observed.' }
  }]
])

/** Judges an action by the server that the provider shows now; null means that there is none. */
export function judge (action: string, server: ServerFacts | null, circumstances: Circumstances): Judgement {
  if (server === null) return failed('the server is gone')
  if (server.status === 'error' && (circumstances.transitionSeen || circumstances.sinceStartMs > staleForMs)) {
    return failed(`the provider shows the server as ${server.provider_status ?? 'in error'}`)
  }
  return judges.get(action)?.(server, circumstances) ?? going
}

/** The server is on its way from one state to another. */
export const isInTransition = (server: ServerFacts): boolean =>
  isBusy(server) || !['running', 'rescue', 'error', 'unknown'].includes(server.status)

const isUp = (server: ServerFacts): boolean => server.status === 'running' || server.status === 'rescue'

/** A lock without work under way is an administrator's, and says nothing about ours. */
const isBusy = (server: ServerFacts): boolean => server.locked === true && server.task !== null
