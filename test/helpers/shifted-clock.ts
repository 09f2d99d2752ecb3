/** The variables by which libfaketime sets the clock of a process. */
const isShift = ([name]: readonly [string, unknown]): boolean => /^(LD_PRELOAD|FAKETIME\w*)$/.test(name)

/** For a child that shall have the clock of this process, wherever that is set. */
export const sameClock = (): NodeJS.ProcessEnv => Object.fromEntries(Object.entries(process.env).filter(isShift))

/** The environment of this process, but the system's clock: Redis does not start under libfaketime, and counts only how long something is kept. */
export const withSystemClock = (): NodeJS.ProcessEnv => Object.fromEntries(Object.entries(process.env).filter(entry => !isShift(entry)))
