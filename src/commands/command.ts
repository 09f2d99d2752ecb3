/** The process around a command, as values: a test runs a command without one. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly now: () => number
  readonly print: (text: string) => void
  readonly complain: (text: string) => void
}

export interface Option {
  /** What the option takes, as the help shows it; null for a switch. */
  readonly value: string | null
  readonly summary: string
  readonly isRequired: boolean
}

export interface Input {
  /** Positional arguments: as many as the command names. */
  readonly words: readonly string[]
  readonly options: Readonly<Record<string, string | boolean | undefined>>
}

/** One command of the command line. `run` imports what the command needs, so that the others cost nothing. */
export interface Command {
  readonly name: string
  readonly summary: string
  /** What a reader of `hawser help NAME` needs besides the summary. */
  readonly details: string
  /** Names of the positional arguments; one in brackets may be left out. */
  readonly words: readonly string[]
  readonly options: Readonly<Record<string, Option>>
  /** Returns the exit code. */
  run(input: Input, surroundings: Surroundings): Promise<number>
}

export const exitCodes = { done: 0, failed: 1, misused: 2 } as const

/** A wrong command line or configuration. Each line of the message is printed as a line of its own. */
export class UsageError extends Error {
  constructor (message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UsageError'
  }
}
