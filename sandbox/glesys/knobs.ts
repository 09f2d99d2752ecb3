/** What the vendor's public sources leave open, each with the likeliest answer as default, and all durations. */
export interface GlesysKnobs {
  /** What a change on a locked server answers: today's documented code, or the body seen in 2012. */
  lockedError: 'http-403' | 'http-500-code-606'
  unknownServer: 'http-400' | 'http-404'
  listItems: 'rich' | 'four-fields'
  /** `old` is the time before September 2022: includestate fills `state` and nothing else. */
  detailsFields: 'modern' | 'old'
  /** The `state` that is sent when nobody asked for it. */
  plainState: 'locked-shown' | 'always-null'
  mutationAnswers: 'plain' | 'with-state' | 'minimal'
  /** Whether an accepted edit shows its new values at once or when the lock ends. */
  editValues: 'at-once' | 'when-unlocked'
  xmlBooleans: 'words' | 'digits' | 'yes-no'
  emptyDebug: 'array' | 'object'
  /** Since 2022 the echo was seen with the project and the organization added. */
  debugInjects: boolean
  debugBooleans: 'as-sent' | 'digits'
  transactionId: 'absent' | 'null'
  codeType: 'int' | 'string' | 'big-on-edit' | 'zero'
  wrongMethod: 'refuse' | 'accept'
  numbers: 'native' | 'strings'
  errorBody: 'envelope' | 'html'
  softStop: 'completes' | 'never'
  createOutcome: 'running' | 'stopped' | 'stays-locked'
  /** 403 is what a client of 2012 expected; the vendor's own code list says 401. */
  permissionRefusal: 'http-401' | 'http-403'
  accountLocked: boolean
  /** Start of a running server, stop of a stopped one. */
  alreadyThere: 'accept' | 'refuse'
  lockedPower: 'refuse' | 'accept'
  diskShrink: 'refuse' | 'accept'
  /** The HTTP status beside codes 600 and up. */
  sixHundredHttp: number
  /** One of 603, 604, 605, 617, 618, 619: every create and clone is refused with it. */
  createRefusal: number | null
  /** When set, user/login wants this second factor. */
  otp: string | null
  maximumServers: number
  /** Functions that are only guessed at; without them they are unknown. */
  inferred: boolean
  actionMs: number
  createMs: number
  /** How long a destroyed server is still seen, locked. */
  lingerMs: number
  /** A temporary key dies when it was not used for so long. */
  keyLifetimeMs: number
  statusCacheMs: number
}

export const defaultKnobs: Readonly<GlesysKnobs> = {
  lockedError: 'http-403',
  unknownServer: 'http-400',
  listItems: 'rich',
  detailsFields: 'modern',
  plainState: 'locked-shown',
  mutationAnswers: 'plain',
  editValues: 'at-once',
  xmlBooleans: 'words',
  emptyDebug: 'array',
  debugInjects: false,
  debugBooleans: 'as-sent',
  transactionId: 'absent',
  codeType: 'int',
  wrongMethod: 'refuse',
  numbers: 'native',
  errorBody: 'envelope',
  softStop: 'completes',
  createOutcome: 'running',
  permissionRefusal: 'http-401',
  accountLocked: false,
  alreadyThere: 'accept',
  lockedPower: 'refuse',
  diskShrink: 'refuse',
  sixHundredHttp: 500,
  createRefusal: null,
  otp: null,
  maximumServers: 5000,
  inferred: true,
  actionMs: 1500,
  createMs: 3000,
  lingerMs: 1000,
  keyLifetimeMs: 6 * 60 * 60 * 1000,
  statusCacheMs: 60_000
}
