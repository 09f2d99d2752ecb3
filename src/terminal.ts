import type { Environment } from './config/substitute.ts'

/** What a command sees of the process. */
export interface Terminal {
  readonly environment: Environment
  /** Data, to standard output. */
  print(text: string): void
  /** Prose, to standard error. */
  complain(text: string): void
}

/** A command that cannot go on, said in one line. */
export class CommandError extends Error {
  /** 1: it failed. 2: the command line or the configuration is wrong. */
  readonly exitCode: 1 | 2

  constructor (message: string, exitCode: 1 | 2) {
    super(message)
    this.name = 'CommandError'
    this.exitCode = exitCode
  }
}
