import {
  invalid, isMissing, notSupported, ok, refuse, refuseCode, textOf, truthOf, wholeOf, withUnlocked, writes, type Answer, type Call,
  type Routes, type Run
} from './call.ts'
import { templateNamed } from './catalog.ts'
import { sizeRefusal } from './server-create.ts'
import { mutationBody } from './server-read.ts'
import { destroyServer } from './servers.ts'
import { lockFor, type GlesysServer } from './world.ts'

type Power = GlesysServer['power']

/** The resulting power, and the power shown until the lock ends. An action that changes nothing may be refused. */
const actions: Readonly<Record<'start' | 'stop' | 'reboot', { readonly to: Power, readonly during?: Power }>> = {
  start: { to: 'running' },
  stop: { to: 'stopped' },
  reboot: { to: 'running', during: 'stopped' }
}

const act = (name: keyof typeof actions): Run => withUnlocked((call, server) => {
  const { world, args } = call
  const { to, during } = actions[name]
  const type = (textOf(args, 'type') ?? 'soft').toLowerCase()
  if (name === 'stop' && type !== 'soft' && type !== 'hard') return invalid('type')
  if (server.supportedfeatures[name === 'stop' ? `stop${type}` : name] === 'no') return notSupported()
  const answer = (): Answer => ok({ server: mutationBody(world, server) })
  if (server.power === to && during === undefined) {
    return world.behavior.alreadyThere === 'accept' ? answer() : refuse(400, `Server is already ${to}.`)
  }
  server.power = during ?? server.power
  lockFor(world, server, world.behavior.actionMs, () => { server.power = to })
  return answer()
})

const edit = withUnlocked((call, server) => {
  const { world, args } = call
  const refusal = editRefusal(call, server)
  if (refusal !== null) return refusal
  const changes = Object.fromEntries([
    ...['hostname', 'description'].map(name => [name, textOf(args, name)]),
    ...['cpucores', 'memorysize', 'disksize', 'bandwidth'].map(name => [name, wholeOf(args, name)])
  ].filter(([, value]) => value !== undefined))
  const apply = (): void => { Object.assign(server, changes) }
  const isAtOnce = world.behavior.editValues === 'at-once'
  if (isAtOnce) apply()
  lockFor(world, server, world.behavior.actionMs, isAtOnce ? undefined : apply)
  return { ...ok({ server: mutationBody(world, server) }), text: 'Server update scheduled' }
})

function editRefusal (call: Call, server: GlesysServer): Answer | null {
  const { world, args, project } = call
  const isUnsupported = ['cpucores', 'memorysize', 'disksize', 'bandwidth', 'transfer']
    .some(name => args[name] !== undefined && server.supportedfeatures[`edit${name}`] === 'no')
  if (isUnsupported) return notSupported()
  if (args['hostname'] !== undefined && isMissing(args, 'hostname')) return invalid('hostname')
  const hostname = textOf(args, 'hostname')?.toLowerCase()
  const isTaken = [...world.servers.values()]
    .some(other => other !== server && other.projectkey === project && other.hostname.toLowerCase() === hostname)
  if (isTaken) return refuseCode(world, 607, 'Hostname is not unique.')
  const shrinks = (wholeOf(args, 'disksize') ?? Infinity) < server.disksize
  return sizeRefusal(call, templateNamed(server.platform, server.templatename)) ??
    (shrinks ? refuse(400, 'The disksize cannot be decreased.') : null)
}

const destroy = withUnlocked(({ world, args }, server) => {
  const keepip = truthOf(args, 'keepip')
  if (keepip === undefined) return refuse(400, 'The keepip field must be true or false.')
  lockFor(world, server, world.behavior.lingerMs, () => { destroyServer(world, server, keepip ? 'kept' : 'released') })
  return ok({})
})

export const serverChangeRoutes: Routes = {
  'server/start': writes(['serverid'], act('start')),
  'server/stop': writes(['serverid'], act('stop')),
  'server/reboot': writes(['serverid'], act('reboot')),
  'server/edit': writes(['serverid'], edit),
  'server/destroy': writes(['serverid', 'keepip'], destroy)
}
