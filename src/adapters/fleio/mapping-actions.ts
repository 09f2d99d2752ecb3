import type { ServerAction, ServerStatus } from '../../domain/server.ts'
import type { InstanceWire, PermissionsWire } from './schema.ts'

/** Which actions make sense in which state; what is not named here has none. */
export const actions: ReadonlyMap<ServerStatus, readonly ServerAction[]> = new Map<ServerStatus, readonly ServerAction[]>([
  ['running', ['stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'password', 'console', 'delete']],
  ['stopped', ['start', 'resize', 'rename', 'rebuild', 'rescue', 'delete']],
  ['rescue', ['unrescue', 'console', 'delete']],
  ['resizing', ['console', 'delete']],
  ['paused', ['delete']],
  ['suspended', ['delete']],
  ['error', ['delete']],
  ['unknown', ['start', 'stop', 'reboot', 'resize', 'rename', 'rebuild', 'rescue', 'unrescue', 'password', 'console', 'delete']]
])

/** The panel's advice speaks a language of its own. Delete is not here: it stands there only for servers in error, but works elsewhere too. */
const words: ReadonlyMap<ServerAction, readonly string[]> = new Map<ServerAction, readonly string[]>([
  ['start', ['start']],
  ['stop', ['shutoff']],
  ['reboot', ['reboot']],
  ['resize', ['resize']],
  ['rename', ['rename']],
  ['rebuild', ['rebuild']],
  ['rescue', ['rescue']],
  ['unrescue', ['unrescue', 'unmount_and_reboot']],
  ['password', ['change_password']],
  ['console', ['console']]
])

/** The rights of the user have yet other names; the console has none. */
const permissionKeys: ReadonlyMap<ServerAction, string> = new Map<ServerAction, string>([
  ['start', 'instances.start'],
  ['stop', 'instances.stop'],
  ['reboot', 'instances.reboot'],
  ['resize', 'instances.resize'],
  ['rename', 'instances.rename'],
  ['rebuild', 'instances.rebuild'],
  ['rescue', 'instances.rescue'],
  ['unrescue', 'instances.unrescue'],
  ['password', 'instances.change-password'],
  ['delete', 'instances.destroy']
])

/** Advice for readers only: no action is refused by it. */
export function toActions (status: ServerStatus, wire: InstanceWire): ServerAction[] {
  const advice = wire.allowed_actions
  const possible = (actions.get(status) ?? []).filter(action => {
    const known = words.get(action)
    return known === undefined || advice === null || advice === undefined || known.some(word => advice.includes(word))
  })
  return permitted(possible, wire.permissions)
}

/** Without those that the user has no right to; what is not told is not denied. */
export function permitted (possible: readonly ServerAction[], permissions: PermissionsWire): ServerAction[] {
  return possible.filter(action => {
    const key = permissionKeys.get(action)
    return key === undefined || permissions?.[key] !== false
  })
}
