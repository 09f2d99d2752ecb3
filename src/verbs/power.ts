import { defaultGoals } from '../operations/goal.ts'
import { serverParams } from './params.ts'
import { emptyBody, forceBody, namedEmptyBody, writeQuery } from './schemas.ts'
import { bound, command, direct } from './verb.ts'
import { consoleAnswer } from './resource-schemas.ts'

const common = { tag: 'Power', method: 'POST', permission: 'operate', params: serverParams, query: writeQuery } as const

const start = command({
  ...common,
  operationId: 'startServer',
  action: 'start',
  summary: 'Start a server',
  description: 'Powers the server on.',
  path: '/servers/:id/start',
  body: emptyBody,
  toCommand: ({ params: { id } }) => ({
    goal: defaultGoals.start,
    bind: ({ start }) => bound(start, () => ({ id }))
  })
})

const stop = command({
  ...common,
  operationId: 'stopServer',
  action: 'stop',
  summary: 'Stop a server',
  description: 'Shuts the server down; with `force` it is powered off without involving the guest system, if the provider supports that.',
  path: '/servers/:id/stop',
  body: forceBody,
  toCommand: ({ params: { id }, body: { force } = {} }) => ({
    given: { 'body.force': force },
    goal: defaultGoals.stop,
    bind: ({ stop }) => bound(stop, () => ({ id, ...(force === undefined ? {} : { force }) }))
  })
})

const reboot = command({
  ...common,
  operationId: 'rebootServer',
  action: 'reboot',
  summary: 'Reboot a server',
  description: 'Restarts the server; with `force` it is reset without involving the guest system, if the provider supports that.',
  path: '/servers/:id/reboot',
  body: forceBody,
  toCommand: ({ params: { id }, body: { force } = {} }) => ({
    given: { 'body.force': force },
    goal: defaultGoals.reboot,
    bind: ({ reboot }) => bound(reboot, () => ({ id, ...(force === undefined ? {} : { force }) }))
  })
})

const console = direct({
  ...common,
  operationId: 'openConsole',
  action: 'console',
  summary: 'Open a console',
  description: 'Returns a link to the console of a server. The link works without a key: treat it as a secret.',
  path: '/servers/:id/console',
  mayHaveKey: () => false,
  body: namedEmptyBody('OpenConsoleRequest'),
  answer: { description: 'The link; with `dry_run`, the calls that would be sent', schema: consoleAnswer, isSecret: true },
  toCall: ({ params: { id } }) => ({
    bind: ({ console: verb }) => verb && {
      verb,
      ready: own => async () => {
        const { type, url, password = null, expires_at: expiresAt } = await verb.run({ ...own, id })
        return { type, url, password, expires_at: expiresAt }
      }
    }
  })
})

export const powerVerbs = [start, stop, reboot, console]
