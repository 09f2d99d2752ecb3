import type { Environment } from './config/substitute.ts'

/** The process as seen by a command. */
export interface Terminal {
  readonly environment: Environment
  /** Writes data to standard output. */
  print(text: string): void
  /** Writes prose to standard error. */
  complain(text: string): void
}

/** A failure that ends a command, with a message of one line. */
export class CommandError extends Error {
  /** 1: it failed. 2: invalid command line or configuration. */
  readonly exitCode: 1 | 2

  constructor (message: string, exitCode: 1 | 2) {
    super(message)
    this.name = 'CommandError'
    this.exitCode = exitCode
  }
}
