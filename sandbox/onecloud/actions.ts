import type { ServerRow, World } from './world.ts'
import { findRow, rowsOf } from './world.ts'
import { badRequest, notFound, refuse, wrongStatus } from './failures.ts'
import { begin, isBusy, touch } from './lifecycle.ts'
import { isTrue, textOf } from './values.ts'
import { powerOn } from './create.ts'
import { checkPassword } from './create-parts.ts'
import { bound, boundEip, grown, isInVpc, kept, rebuilt, rescued, resized, type Ask } from './effects.ts'
import { releaseEip } from './eips.ts'

interface Rule {
  /** The statuses in which the action is accepted; `any` if it is not checked. */
  readonly from: readonly string[] | 'any'
  readonly refusal: string
  /** The transitional statuses, and the last one; `same` is the former status. */
  readonly via: readonly string[]
  readonly end: 'running' | 'ready' | 'same' | 'by power'
  /** The last status if the node refuses. */
  readonly failed: string
  /** Checks the input before the status, and returns the effect that shows with the last status. */
  readonly prepare?: (ask: Ask) => (at: number) => void
  /** Other statuses that the input or the server selects. */
  readonly otherwise?: (ask: Ask) => Partial<Pick<Rule, 'from' | 'via' | 'end' | 'failed'>>
}

const up = ['ready', 'running']
const isForced = ({ input }: Ask) => isTrue(input['is_force']) ? { from: 'any' as const } : {}
/** The action starts the server again on request. */
const isStarted = (via: readonly string[]) => ({ input }: Ask) =>
  isTrue(input['auto_start']) ? { via: [...via, 'starting'], end: 'running' as const } : {}

const deployed = ['start_deploy', 'deploying', 'sync_status']
const rules: Readonly<Record<string, Rule>> = {
  start: {
    from: ['ready', 'start_fail', 'save_disk_failed', 'suspend'],
    refusal: 'Cannot do start server',
    via: ['start_start', 'starting'],
    end: 'running',
    failed: 'start_fail',
    otherwise: ({ row }) => row.status === 'suspend' ? { via: ['resuming'], failed: 'resume_failed' } : {}
  },
  stop: {
    from: ['running', 'stop_fail'],
    refusal: 'Cannot stop server',
    via: ['start_stop', 'stopping'],
    end: 'ready',
    failed: 'stop_fail',
    otherwise: isForced
  },
  restart: {
    from: ['running', 'stop_fail'],
    refusal: 'Cannot do restart server',
    via: ['stopping', 'ready', 'start_start', 'starting'],
    end: 'running',
    failed: 'stop_fail'
  },
  syncstatus: {
    from: 'any',
    refusal: '',
    via: ['sync_status'],
    end: 'by power',
    failed: 'sync_fail',
    prepare: ({ row }) => {
      if (isBusy(row)) throw badRequest("Guest has 1 task active, can't sync status")
      return () => {}
    }
  },
  'change-config': {
    from: ['ready'],
    refusal: 'cannot change CPU/Memory spec',
    via: ['change_flavor', 'sync_status'],
    end: 'ready',
    failed: 'change_flavor_fail',
    prepare: resized,
    otherwise: isStarted(['change_flavor', 'sync_status'])
  },
  'resize-disk': {
    from: ['ready'],
    refusal: 'Cannot resize disk',
    via: ['start_resize_disk', 'resize_disk', 'sync_config', 'sync_status'],
    end: 'ready',
    failed: 'resize_disk_fail',
    prepare: grown
  },
  'rebuild-root': {
    from: ['ready'],
    refusal: 'Cannot reset root',
    via: ['rebuild_root', 'image_caching', 'rebuild_root', ...deployed],
    end: 'ready',
    failed: 'rebuild_root_fail',
    prepare: rebuilt,
    otherwise: isStarted(['rebuild_root', 'image_caching', 'rebuild_root', ...deployed])
  },
  // Running: through the guest agent; stopped: the disk is rewritten.
  'set-password': {
    from: up,
    refusal: 'Cannot set password',
    via: deployed,
    end: 'ready',
    failed: 'deploy_fail',
    prepare: ({ input }) => {
      checkPassword(textOf(input['password']))
      return () => {}
    },
    otherwise: ({ row }) => row.status === 'running' ? { via: ['qga_set_password'], end: 'running', failed: 'qga_exec_command_failed' } : {}
  },
  'start-rescue': {
    from: up,
    refusal: 'Cannot start rescue',
    via: ['stopping', 'start_rescue'],
    end: 'running',
    failed: 'start_rescue_failed',
    prepare: rescued(true)
  },
  'stop-rescue': {
    from: up,
    refusal: 'Cannot stop rescue',
    via: ['stopping', 'stop_rescue', 'starting'],
    end: 'running',
    failed: 'stop_rescue_failed',
    prepare: rescued(false)
  },
  'instance-snapshot': {
    from: up,
    refusal: 'Cannot create instance snapshot',
    via: ['start_instance_snapshot'],
    end: 'same',
    failed: 'instance_snapshot_failed',
    prepare: kept
  },
  'instance-snapshot-reset': {
    from: ['ready'],
    refusal: 'Cannot reset instance snapshot',
    via: ['start_snapshot_reset'],
    end: 'ready',
    failed: 'snapshot_reset_failed',
    prepare: ({ world, row, input }) => {
      const wanted = textOf(input['instance_snapshot'])
      if (findRow(rowsOf(world, 'instance_snapshots'), wanted)?.['guest_id'] !== row.id) throw notFound('instance_snapshot', wanted)
      return () => {}
    }
  },
  'associate-eip': {
    from: up,
    refusal: 'Unable to associate eip for guest',
    via: ['associate_eip', 'sync_status'],
    end: 'same',
    failed: 'associate_eip_failed',
    prepare: bound,
    // On a classic network the request is accepted and fails afterwards.
    otherwise: ({ world, row }) => isInVpc(world, row) ? {} : { via: ['associate_eip', 'associate_eip_failed'] }
  },
  'dissociate-eip': {
    from: up,
    refusal: 'Unable to dissociate eip for guest',
    via: ['dissociate_eip', 'sync_status'],
    end: 'same',
    failed: 'dissociate_eip_failed',
    prepare: ({ world, row }) => {
      const eip = boundEip(world, row)
      if (eip === undefined) throw wrongStatus('No eip to dissociate')
      return () => { releaseEip(eip) }
    }
  },
  'user-metadata': {
    from: 'any',
    refusal: '',
    via: [],
    end: 'same',
    failed: '',
    prepare: ({ row, input }) => {
      row.metadata = { ...row.metadata, ...Object.fromEntries(Object.entries(input).map(([key, value]) => [`user:${key}`, textOf(value)])) }
      return () => {}
    }
  }
}

export const act = (world: World, row: ServerRow, verb: string, { input, userId }: Pick<Ask, 'input' | 'userId'>): void => {
  const rule = rules[verb]
  if (rule === undefined) {
    throw refuse(404, 'ActionNotFoundError', `Action ${verb} not found, please check service version, current version: v3.10-local`)
  }
  const ask = { world, row, input, userId }
  const { from, refusal, via, end, failed } = { ...rule, ...rule.otherwise?.(ask) }
  const effect = rule.prepare?.(ask)
  if (from !== 'any' && !from.includes(row.status)) throw wrongStatus(`${refusal} in status ${row.status}`)
  const last = end === 'same' ? row.status : end === 'by power' ? row.power === 'on' ? 'running' : 'ready' : end
  const statuses = via.at(-1)?.endsWith('_failed') === true ? via : [...via, last]
  const finish = (at: number): void => {
    effect?.(at)
    if (end === 'running') powerOn(row)
    else if (end === 'ready') row.power = 'off'
    touch(row, at)
  }
  begin(world, row, { action: verb, ms: world.knobs.actionMs, statuses, failed, effects: { [statuses.length - 1]: finish } })
}
