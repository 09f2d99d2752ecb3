import { consoleAnswer, emptyBody, forceBody } from './schemas.ts'
import { command, direct, forward } from './verb.ts'

const common = { tag: 'Power', method: 'POST', permission: 'operate' } as const

const start = command({
  ...common,
  operationId: 'startServer',
  action: 'start',
  summary: 'Start a server',
  description: 'Powers the server on.',
  path: '/servers/:id/start',
  body: emptyBody('StartRequest'),
  goal: { statuses: ['running', 'rescue'] },
  bind: forward(({ start }) => start)
})

const stop = command({
  ...common,
  operationId: 'stopServer',
  action: 'stop',
  summary: 'Stop a server',
  description: 'Shuts the server down; with `force` it is powered off without involving the guest system, if the provider supports that.',
  path: '/servers/:id/stop',
  body: forceBody,
  goal: { statuses: ['stopped'] },
  bind: forward(({ stop }) => stop)
})

const reboot = command({
  ...common,
  operationId: 'rebootServer',
  action: 'reboot',
  summary: 'Reboot a server',
  description: 'Restarts the server; with `force` it is reset without involving the guest system, if the provider supports that.',
  path: '/servers/:id/reboot',
  body: forceBody,
  goal: { statuses: ['running', 'rescue'], transition: true },
  bind: forward(({ reboot }) => reboot)
})

const console = direct({
  ...common,
  operationId: 'openConsole',
  action: 'console',
  summary: 'Open a console',
  description: 'Returns a link to the console of a server. The link works without a key: treat it as a secret.',
  path: '/servers/:id/console',
  mayHaveKey: () => false,
  body: emptyBody('OpenConsoleRequest'),
  answer: { description: 'The link; with `dry_run`, the calls that would be sent', schema: consoleAnswer, isSecret: true },
  bind: (verbs, permit, { input }) => {
    const { verb, parameters } = permit(verbs.console)
    return {
      verb,
      run: async () => {
        const { type, url, password = null, expires_at: expiresAt } = await verb.run({ ...parameters, ...input })
        return { type, url, password, expires_at: expiresAt }
      }
    }
  }
})

export const powerVerbs = [start, stop, reboot, console]
