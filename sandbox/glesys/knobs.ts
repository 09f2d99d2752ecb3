/** The behaviour that public sources leave open, with the likeliest default, and all durations. */
export interface GlesysKnobs {
  /** What a change on a locked server answers: today's documented code, or the body seen in 2012. */
  lockedError: 'http-403' | 'http-500-code-606'
  unknownServer: 'http-400' | 'http-404'
  listItems: 'rich' | 'four-fields'
  /** `old` is the time before September 2022: includestate fills `state` and nothing else. */
  detailsFields: 'modern' | 'old'
  /** The `state` that is sent without includestate. */
  plainState: 'locked-shown' | 'always-null'
  mutationAnswers: 'plain' | 'with-state' | 'minimal'
  /** Whether an accepted edit shows its new values at once or when the lock ends. */
  editValues: 'at-once' | 'when-unlocked'
  emptyDebug: 'array' | 'object'
  /** Since 2022 the echo was seen with the project and the organization added. */
  debugInjects: boolean
  transactionId: 'absent' | 'null'
  codeType: 'int' | 'string' | 'big-on-edit' | 'zero'
  numbers: 'native' | 'strings'
  errorBody: 'envelope' | 'html'
  /** Start of a running server, stop of a stopped one. */
  alreadyThere: 'accept' | 'refuse'
  /** The HTTP status beside codes 600 and up. */
  sixHundredHttp: number
  actionMs: number
  createMs: number
  /** Milliseconds during which a destroyed server is still listed, locked. */
  lingerMs: number
}

export const defaultKnobs: Readonly<GlesysKnobs> = {
  lockedError: 'http-403',
  unknownServer: 'http-400',
  listItems: 'rich',
  detailsFields: 'modern',
  plainState: 'locked-shown',
  mutationAnswers: 'plain',
  editValues: 'at-once',
  emptyDebug: 'array',
  debugInjects: false,
  transactionId: 'absent',
  codeType: 'int',
  numbers: 'native',
  errorBody: 'envelope',
  alreadyThere: 'accept',
  sixHundredHttp: 500,
  actionMs: 1500,
  createMs: 3000,
  lingerMs: 1000
}
