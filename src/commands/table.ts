import { check } from './check.ts'
import type { Command } from './command.ts'
import { createHelp } from './help.ts'
import { key } from './key.ts'
import { serve } from './serve.ts'
import { token } from './token.ts'

/** Every command, in the order of the help; the first is the default. */
export const commands: readonly [Command, ...Command[]] = [serve, check, key, token, createHelp(() => commands)]
