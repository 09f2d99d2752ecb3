import type { ServerAction, ServerStatus } from '../../domain/server.ts'
import type { InstanceWire, PermissionsWire } from './schema.ts'

/** The actions allowed in each state; a state that is not listed allows none. */
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

/**
 * The panel's advised actions, by its own names. Without delete, which it advises only for servers in error, but which works in
 * other states too.
 */
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

/** The user's permissions, whose names differ again; the console has none. */
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

/** Only informs readers: no action is refused because of it. */
export function toActions (status: ServerStatus, wire: InstanceWire): ServerAction[] {
  const advice = wire.allowed_actions
  const possible = (actions.get(status) ?? []).filter(action => {
    const known = words.get(action)
    return known === undefined || advice === null || advice === undefined || known.some(word => advice.includes(word))
  })
  return permitted(possible, wire.permissions)
}

/** Without the actions that the user has no permission for; a missing permission is not a denial. */
export function permitted (possible: readonly ServerAction[], permissions: PermissionsWire): ServerAction[] {
  return possible.filter(action => {
    const key = permissionKeys.get(action)
    return key === undefined || permissions?.[key] !== false
  })
}
