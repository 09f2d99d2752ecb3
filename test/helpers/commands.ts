import type { Goal } from '../../src/domain/operation.ts'
import type { CreateSpec } from '../../src/domain/spec.ts'
import { apiVerbs } from '../../src/verbs/all.ts'
import type { Command } from '../../src/verbs/call.ts'

/** The command that a request to this verb of the API results in. */
export function commandOf (operationId: string, params: object, body?: object): Command {
  const call = apiVerbs.find(verb => verb.operationId === operationId)?.prepare({ params: { account: 'a', ...params }, query: {}, body })
  if (call?.answers !== 'operation') throw new Error(`${operationId} is no command`)
  return call
}

export const createCommand = (spec: CreateSpec): Command => commandOf('createServer', {}, spec)

function goalOf ({ action, goal }: Command): Goal {
  if (goal === null) throw new Error(`${action} has no goal of its own`)
  return goal
}

/** The goals of the API's verbs, for adapters that have none. */
export const defaultGoals = {
  start: goalOf(commandOf('startServer', { id: '1' })),
  stop: goalOf(commandOf('stopServer', { id: '1' })),
  reboot: goalOf(commandOf('rebootServer', { id: '1' })),
  create: goalOf(createCommand({ name: 'x', image: 'i' })),
  delete: goalOf(commandOf('deleteServer', { id: '1' })),
  rebuild: goalOf(commandOf('rebuildServer', { id: '1' }, { image: 'i' }))
}
