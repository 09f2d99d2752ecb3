import type { CreateSpec } from '../../src/domain/spec.ts'
import { create } from '../../src/verbs/create.ts'
import type { Command } from '../../src/verbs/verb.ts'

/** The command that the route of a create makes of this body. */
export function createCommand (spec: CreateSpec): Command {
  const prepared = create.prepare({ params: { account: 'it' }, query: {}, body: spec })
  if (prepared.answers !== 'operation') throw new Error('a create is answered with an operation')
  return prepared.command
}
