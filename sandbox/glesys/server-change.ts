import { inferred, invalid, lockedRefusal, notSupported, ok, refuse, refuseCode, scheduled, withServer, withUnlocked, writes, type Answer, type Call, type Route, type Routes } from './answers.ts'
import { isMissing, textOf, truthOf, wholeOf } from './arguments.ts'
import { isoFiles, templateNamed } from './catalogue.ts'
import { parseSchedules, sizeRefusal } from './create-checks.ts'
import { destroyServer, isLocked, lockFor } from './lifecycle.ts'
import { mutationBody } from './server-view.ts'
import type { GlesysServer } from './world.ts'

type Action = (call: Call, server: GlesysServer) => Answer

const answerWith: Action = ({ world }, server) => ok({ server: mutationBody(world, server) })

/** Start and stop have no managed-hosting law of their own; whether the lock stops them is open. */
const powerChange = (run: Action): Route['run'] => withServer((call, server) => {
  if (server.managedhosting === 'yes') return refuse(405, 'Not allowed on a server with managed hosting.')
  return call.world.knobs.lockedPower === 'refuse' && isLocked(call.world, server) ? lockedRefusal(call.world) : run(call, server)
})

const already: Action = (call, server) => call.world.knobs.alreadyThere === 'accept'
  ? answerWith(call, server)
  : refuse(400, `Server is already ${server.power}.`)

const start: Action = (call, server) => {
  if (server.supportedfeatures['start'] === 'no') return notSupported()
  if (server.power === 'running') return already(call, server)
  return act(call, server, () => { server.power = 'running' })
}

const stop: Action = (call, server) => {
  const type = (textOf(call.args, 'type') ?? 'soft').toLowerCase()
  if (type === 'reboot') return reboot(call, server)
  if (type !== 'soft' && type !== 'hard') return invalid('type')
  if (server.supportedfeatures[`stop${type}`] === 'no') return notSupported()
  if (server.power === 'stopped') return already(call, server)
  // A guest may ignore the wish: then the lock ends and it runs on.
  const ignored = type === 'soft' && call.world.knobs.softStop === 'never'
  return act(call, server, () => { if (!ignored) server.power = 'stopped' })
}

const reboot: Action = (call, server) => {
  if (server.supportedfeatures['reboot'] === 'no') return notSupported()
  if (server.power === 'stopped' && call.world.knobs.alreadyThere === 'refuse') return already(call, server)
  server.power = 'stopped'
  return act(call, server, () => { server.power = 'running' })
}

function act (call: Call, server: GlesysServer, done: () => void): Answer {
  lockFor(call.world, server, { ms: call.world.knobs.actionMs, done })
  return answerWith(call, server)
}

const edit: Action = (call, server) => {
  const { world, args } = call
  const refusal = editRefusal(call, server)
  if (refusal !== null) return refusal
  const schedules = parseSchedules(args)
  if ('http' in schedules) return schedules
  const apply = (): void => {
    server.hostname = textOf(args, 'hostname') ?? server.hostname
    server.description = textOf(args, 'description') ?? server.description
    server.cpucores = wholeOf(args, 'cpucores') ?? server.cpucores
    server.memorysize = wholeOf(args, 'memorysize') ?? server.memorysize
    server.disksize = wholeOf(args, 'disksize') ?? server.disksize
    server.bandwidth = wholeOf(args, 'bandwidth') ?? server.bandwidth
    if (args['backupschedules'] !== undefined) server.backupSchedules = [...schedules]
    if (args['backupschedules'] !== undefined) server.backupEnabled = schedules.length > 0 ? 'yes' : 'no'
  }
  const atOnce = world.knobs.editValues === 'at-once'
  if (atOnce) apply()
  lockFor(world, server, { ms: world.knobs.actionMs, done: atOnce ? () => {} : apply })
  return scheduled({ server: mutationBody(world, server) })
}

function editRefusal (call: Call, server: GlesysServer): Answer | null {
  const { world, args } = call
  const unsupported = ['cpucores', 'memorysize', 'disksize', 'bandwidth', 'transfer']
    .some(name => args[name] !== undefined && server.supportedfeatures[`edit${name}`] === 'no')
  if (unsupported) return notSupported()
  const hostname = textOf(args, 'hostname')
  if (args['hostname'] !== undefined && isMissing(args, 'hostname')) return invalid('hostname')
  if (hostname !== undefined && isTaken(call, server, hostname)) return refuseCode(world, 607, 'Hostname is not unique.')
  const refusal = sizeRefusal(call, templateNamed(server.platform, server.templatename) ?? null)
  if (refusal !== null) return refusal
  const shrinks = (wholeOf(args, 'disksize') ?? Infinity) < server.disksize
  return shrinks && world.knobs.diskShrink === 'refuse' ? refuse(400, 'The disksize can not be decreased.') : null
}

const isTaken = ({ world, project }: Call, server: GlesysServer, hostname: string): boolean => [...world.servers.values()]
  .some(other => other !== server && other.projectkey === project && other.hostname.toLowerCase() === hostname.toLowerCase())

const destroy: Action = ({ world, args }, server) => {
  const keepip = truthOf(args, 'keepip')
  if (keepip === undefined) return refuse(400, 'The keepip field must be true or false.')
  lockFor(world, server, { ms: world.knobs.lingerMs, done: () => destroyServer(world, server, keepip ? 'kept' : 'given-back') })
  return ok()
}

const mountIso: Action = (call, server) => {
  if (server.supportedfeatures['iso'] === 'no') return notSupported()
  const file = textOf(call.args, 'isofile') ?? ''
  if (file !== '' && !isoFiles.includes(file)) return invalid('isofile')
  server.isofile = file === '' ? null : file
  return answerWith(call, server)
}

const backup: Action = (call, server) => {
  const enabled = truthOf(call.args, 'enabled')
  if (server.platform !== 'VMware') return notSupported()
  if (enabled === undefined) return refuse(400, 'The enabled field must be true or false.')
  server.backupEnabled = enabled ? 'yes' : 'no'
  return act(call, server, () => {})
}

export const serverChangeRoutes: Routes = {
  'server/start': writes(['serverid'], powerChange(start), ['bios']),
  'server/stop': writes(['serverid'], powerChange(stop), ['type', 'transactionstarttime']),
  'server/reboot': writes(['serverid'], powerChange(reboot)),
  'server/reset': inferred(writes(['serverid'], powerChange(reboot))),
  'server/edit': writes(['serverid'], withUnlocked(edit), ['hostname', 'description', 'cpucores', 'memorysize', 'disksize', 'bandwidth', 'backupschedules', 'transfer']),
  'server/destroy': writes(['serverid', 'keepip'], withUnlocked(destroy)),
  'server/mountiso': writes(['serverid'], withUnlocked(mountIso), ['isofile']),
  'server/backup': writes(['serverid', 'enabled'], withUnlocked(backup)),
  'server/resetpassword': writes(['serverid', 'rootpassword'], withServer(({ world }) => refuseCode(world, 616, 'Reset password is only supported on OpenVZ.'))),
  'server/resetlimit': writes(['serverid', 'type'], withServer(() => refuse(400, 'Limits are not supported on this platform.', 615)))
}
