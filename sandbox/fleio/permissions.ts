import type { Call } from './call.ts'
import { refuse } from './replies.ts'

/** As the vendor spells them: hyphens and underscores are mixed. */
const everybody: ReadonlyMap<string, readonly string[]> = new Map([
  ['instances', [
    'detach_volume', 'rename', 'add_floating_ip', 'revert-resize', 'change-password', 'create_snapshot', 'create_backup',
    'associate_security_group', 'rescue', 'unrescue', 'remove_floating_ip', 'stop', 'attach-volume', 'resize', 'start',
    'boot_from_iso', 'reboot', 'create', 'dissociate_security_group', 'reset-state', 'destroy', 'confirm-resize', 'rebuild'
  ]],
  ['flavors', []],
  ['images', ['create', 'destroy', 'download', 'update']],
  ['networks', ['create', 'destroy', 'auto_create_network', 'update', 'save_auto_create_network_options']],
  ['floatingips', ['create', 'destroy']],
  ['pkm', ['create', 'destroy', 'update']]
])

const staffOnly: ReadonlyMap<string, readonly string[]> = new Map([
  ['instances', ['abort-migrate', 'suspend', 'move', 'migrate', 'resume', 'lock', 'unlock']],
  ['flavors', ['create', 'destroy', 'update']],
  ['images', ['deactivate', 'reactivate']]
])

export function permissionsOf (call: Call, family: string): Record<string, boolean> {
  const denied = new Set(call.world.knobs.deniedPermissions)
  const answer: Record<string, boolean> = {}
  for (const name of everybody.get(family) ?? []) answer[`${family}.${name}`] = !denied.has(`${family}.${name}`)
  for (const name of staffOnly.get(family) ?? []) {
    answer[`${family}.${name}`] = call.api === 'staff' && !denied.has(`${family}.${name}`)
  }
  return answer
}

export function requirePermission (call: Call, key: string): void {
  if (call.world.knobs.deniedPermissions.includes(key)) {
    throw refuse(403, 'You do not have permissions to perform the requested action')
  }
}

/** Operators are never short of credit. */
export function requireCredit (call: Call): void {
  if (call.api === 'user' && call.world.knobs.lowCredit) {
    throw refuse(403, 'Unable to perform this action. Your account credit is too low')
  }
}
