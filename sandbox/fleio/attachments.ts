import { actionRoute, type Action, type Turn } from './actions.ts'
import { inScope, type Route } from './call.ts'
import { check, text } from './fields.ts'
import { notFound, refuse } from './replies.ts'
import type { FloatingIp, Volume } from './records.ts'
import { schedule, timeNow } from './world.ts'

/** By address, not by id. */
function findFloatingIp ({ call, form }: Turn, name: 'floating_ip' | 'ip'): FloatingIp {
  const address = text(form, name, 'required')
  check(form)
  const found = [...call.world.floatingIps.values()].find(row => row.floating_ip_address === address)
  if (found === undefined || !inScope(call, found.client)) throw refuse(404, 'Floating ip not found')
  return found
}

const attached: readonly string[] = ['active', 'stopped', 'paused', 'suspended', 'rescued', 'resized']

const addFloatingIp: Action = {
  path: 'add_floating_ip',
  permission: 'instances.add_floating_ip',
  detail: 'Floating ip associated',
  from: attached,
  prepare: turn => {
    const { call, instance, form } = turn
    const address = findFloatingIp(turn, 'floating_ip')
    const wanted = text(form, 'fixed_ip', 'optional')
    check(form)
    if (address.client !== instance.client) throw refuse(404, 'Floating ip not found')
    if (address.held !== null) throw refuse(409, 'Floating ip is already associated')
    const port = instance.ports.find(candidate => candidate.ipv4s.some(fixed => wanted === undefined || fixed.ip_address === wanted))
    const fixed = wanted ?? port?.ipv4s[0]?.ip_address
    if (port === undefined || fixed === undefined) throw refuse(400, 'Fixed ip not found')
    return () => {
      address.held = { instance: instance.id, port: port.id, fixed }
      address.updated_at = timeNow(call.world)
      return undefined
    }
  }
}

const removeFloatingIp: Action = {
  path: 'remove_floating_ip',
  permission: 'instances.remove_floating_ip',
  detail: 'Floating ip dissociated',
  from: attached,
  prepare: turn => {
    const address = findFloatingIp(turn, 'ip')
    if (address.held?.instance !== turn.instance.id) throw refuse(400, 'Floating ip is not associated with this instance')
    return () => {
      address.held = null
      address.updated_at = timeNow(turn.call.world)
      return undefined
    }
  }
}

function findVolume ({ call, instance, form }: Turn): Volume {
  const id = text(form, 'volume_id', 'required')
  check(form)
  const volume = call.world.volumes.get(id ?? '')
  if (volume?.client !== instance.client || volume.region !== instance.region) throw notFound()
  return volume
}

const attachVolume: Action = {
  path: 'attach_volume',
  permission: 'instances.attach-volume',
  detail: 'Volume attaching',
  from: ['active', 'stopped', 'paused', 'resized'],
  prepare: turn => {
    const volume = findVolume(turn)
    if (volume.instance !== null) throw refuse(409, 'Volume is in use')
    const { world } = turn.call
    return () => {
      schedule(world, turn.instance.id, world.knobs.actionMs, () => { volume.instance = turn.instance.id })
      return undefined
    }
  }
}

const detachVolume: Action = {
  path: 'detach_volume',
  permission: 'instances.detach_volume',
  detail: 'Volume detaching',
  from: ['active', 'stopped', 'paused', 'resized'],
  prepare: turn => {
    const volume = findVolume(turn)
    if (volume.instance !== turn.instance.id) throw refuse(400, 'Volume is not attached to this instance')
    const { world } = turn.call
    return () => {
      schedule(world, turn.instance.id, world.knobs.actionMs, () => { volume.instance = null })
      return undefined
    }
  }
}

export const attachmentRoutes: readonly Route[] =
  [addFloatingIp, removeFloatingIp, attachVolume, detachVolume].map(action => actionRoute(action))
