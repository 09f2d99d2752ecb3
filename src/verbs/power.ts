import { usualGoals } from '../operations/judge.ts'
import { serverParams } from './params.ts'
import { emptyBody, forceBody, noBody, writeQuery } from './schemas.ts'
import { command, direct } from './verb.ts'
import { consoleAnswer } from './resource-schemas.ts'

// OneCloud reads the server first; after a refusal which may mean that there is no such endpoint it is read too.
const common = { tag: 'Power', method: 'POST', permission: 'operate', cost: { calls: 2 }, params: serverParams, query: writeQuery } as const

const start = command({
  ...common,
  operationId: 'startServer',
  action: 'start',
  summary: 'Start a server',
  path: '/servers/:id/start',
  body: emptyBody,
  toCommand: ({ params: { id } }) => ({
    goal: usualGoals.start,
    bind: ({ start: verb }) => verb && { verb, run: async () => await verb.run({ id }) }
  })
})

const stop = command({
  ...common,
  operationId: 'stopServer',
  action: 'stop',
  summary: 'Stop a server',
  path: '/servers/:id/stop',
  body: forceBody,
  toCommand: ({ params: { id }, body: { force } = {} }) => ({
    given: { 'body.force': force },
    goal: usualGoals.stop,
    bind: ({ stop: verb }) => verb && { verb, run: async () => await verb.run({ id, ...(force === undefined ? {} : { force }) }) }
  })
})

const reboot = command({
  ...common,
  operationId: 'rebootServer',
  action: 'reboot',
  summary: 'Restart a server',
  path: '/servers/:id/reboot',
  body: forceBody,
  toCommand: ({ params: { id }, body: { force } = {} }) => ({
    given: { 'body.force': force },
    goal: usualGoals.reboot,
    bind: ({ reboot: verb }) => verb && { verb, run: async () => await verb.run({ id, ...(force === undefined ? {} : { force }) }) }
  })
})

const console = direct({
  ...common,
  operationId: 'openConsole',
  action: 'console',
  summary: 'Open a server\'s console',
  description: 'The link opens the console for anyone who has it.',
  path: '/servers/:id/console',
  // VMmanager returns the node with the server; one more read after a refusal which may mean that there is no such endpoint.
  cost: { calls: 3 },
  mayHaveKey: () => false,
  body: noBody('OpenConsoleRequest'),
  answer: { description: 'The link; or the calls of a dry run', schema: consoleAnswer, isSecret: true },
  toCall: ({ params: { id } }) => ({
    bind: ({ console: verb }) => verb && { verb, run: async () => await verb.run({ id }) }
  })
})

export const powerVerbs = [start, stop, reboot, console]
