import type { Environment } from './config/document.ts'

/** The process as seen by a command. */
export interface Terminal {
  readonly environment: Environment
  /** Writes data to standard output. */
  print(text: string): void
  /** Writes messages to standard error. */
  printError(text: string): void
  /** Absent where a command runs without a process of its own, as in a test. */
  readonly streams?: Streams
}

/** The standard streams. */
export interface Streams {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
  readonly error: NodeJS.WriteStream
}

/** 1: it failed. 2: invalid command line or configuration. 3: refused by the gateway. 4: the outcome is unknown. 130: interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130

/** A failure that ends a command, with its message. */
export class CommandError extends Error {
  readonly exitCode: ExitCode

  constructor (message: string, exitCode: ExitCode) {
    super(message)
    this.name = 'CommandError'
    this.exitCode = exitCode
  }
}
