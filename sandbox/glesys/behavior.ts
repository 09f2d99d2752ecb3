import { choice } from '../kit/json.ts'

/** The behavior that public sources leave open, with the likeliest first, and all durations. */
export const defaultBehavior = () => ({
  /** The answer to a change of a locked server: the documented code, or the body seen in 2012. */
  lockedError: choice('http-403', 'http-500-code-606'),
  unknownServer: choice('http-400', 'http-404'),
  listItems: choice('rich', 'four-fields'),
  /** `old` is the time before September 2022: includestate fills `state` and nothing else. */
  detailsFields: choice('modern', 'old'),
  /** The `state` that is sent without includestate. */
  plainState: choice('locked-shown', 'always-null'),
  mutationAnswers: choice('plain', 'with-state', 'minimal'),
  /** Whether an accepted edit shows its new values at once or when the lock ends. */
  editValues: choice('at-once', 'when-unlocked'),
  emptyDebug: choice('array', 'object'),
  /** Since 2022 the echo was seen with the project and the organization added. */
  debugInjects: false,
  transactionId: choice('absent', 'null'),
  codeType: choice('int', 'string', 'big-on-edit', 'zero'),
  numbers: choice('native', 'strings'),
  errorBody: choice('envelope', 'html'),
  /** Start of a running server, stop of a stopped one. */
  alreadyThere: choice('accept', 'refuse'),
  /** The HTTP status beside codes 600 and up. */
  sixHundredHttp: 500,
  actionMs: 1500,
  createMs: 3000,
  /** Milliseconds during which a destroyed server is still listed, locked. */
  lingerMs: 1000
})

export type GlesysBehavior = ReturnType<typeof defaultBehavior>
