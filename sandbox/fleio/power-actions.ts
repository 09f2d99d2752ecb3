import { actionRoute, type Action } from './actions.ts'
import type { Route } from './call.ts'
import { walk } from './lifecycle.ts'

interface Passage {
  readonly tasks: readonly string[]
  readonly to: string | null
}

/** An action without a body that ends in another state (null: in the same). */
const passage = (action: Omit<Action, 'prepare'>, { tasks, to }: Passage): Action => ({
  ...action,
  prepare: ({ call: { world }, instance }) => () => {
    walk(world, instance, { tasks, ms: world.knobs.actionMs, end: () => { instance.status = to ?? instance.status } })
    return undefined
  }
})

const start = passage(
  { path: 'start', permission: 'instances.start', detail: 'Instance is starting', from: ['stopped'] },
  { tasks: ['powering-on'], to: 'active' }
)
const stop = passage(
  { path: 'stop', permission: 'instances.stop', detail: 'Instance is stopping', from: ['active', 'error'] },
  { tasks: ['powering-off'], to: 'stopped' }
)
const reboot = passage(
  { path: 'reboot', permission: 'instances.reboot', detail: 'Rebooting', from: ['active'] },
  { tasks: ['rebooting', 'reboot_started'], to: null }
)
const suspend = passage(
  { path: 'suspend', permission: 'instances.suspend', only: 'staff', detail: 'Suspend sent', from: ['active'] },
  { tasks: ['suspending'], to: 'suspended' }
)
const resume = passage(
  { path: 'resume', permission: 'instances.resume', only: 'staff', detail: 'Resume sent', from: ['suspended'] },
  { tasks: ['resuming'], to: 'active' }
)

const lock: Action = {
  path: 'lock',
  permission: 'instances.lock',
  only: 'staff',
  detail: 'Lock sent',
  always: true,
  prepare: ({ instance }) => () => { instance.locked = true; return undefined }
}

const unlock: Action = {
  ...lock,
  path: 'unlock',
  permission: 'instances.unlock',
  detail: 'Unlock sent',
  prepare: ({ instance }) => () => { instance.locked = false; return undefined }
}

/** Does something only in the state error; otherwise it is a friendly nothing. */
const resetState: Action = {
  path: 'reset_state',
  permission: 'instances.reset-state',
  needsCredit: true,
  detail: 'Reset state sent',
  always: true,
  prepare: ({ instance }) => () => {
    if (instance.status === 'error') instance.status = 'active'
    return undefined
  }
}

const migrate = passage(
  { path: 'migrate', permission: 'instances.migrate', only: 'staff', detail: 'Migrate in progress', from: ['active', 'stopped', 'suspended'] },
  { tasks: ['migrating'], to: null }
)

export const powerRoutes: readonly Route[] =
  [start, stop, reboot, suspend, resume, lock, unlock, resetState, migrate].map(action => actionRoute(action))
