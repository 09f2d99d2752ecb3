import type { SimulatedReply } from '../simulator.ts'
import { actionRoute, type Action, type Turn } from './actions.ts'
import type { Call, Route } from './call.ts'
import { imageInside, mayUseImage } from './catalogue-view.ts'
import { check, related, text } from './fields.ts'
import { instanceDetail } from './instance-view.ts'
import { findInstance } from './instances.ts'
import { walk } from './lifecycle.ts'
import { checkPassword, checkSshKeys } from './logins.ts'
import { invalid, ok } from './replies.ts'
import type { Image, Instance } from './records.ts'
import { keyView } from './keys.ts'

type ImageUse = 'disk' | 'iso'

const usable = (call: Call, instance: Instance, use: ImageUse): Image[] => [...call.world.images.values()].filter(image =>
  image.region === instance.region && image.status === 'active' && image.is_iso === (use === 'iso') && mayUseImage(image, instance.client))

const readImage = ({ call, instance, form }: Turn, use: ImageUse): Image | undefined =>
  related(form, 'image', key => usable(call, instance, use).find(image => image.id === key))

/** A rebuilt instance that was off is off again afterwards. */
const rebuild: Action = {
  path: 'rebuild',
  permission: 'instances.rebuild',
  needsCredit: true,
  detail: 'Instance rebuild started successfully',
  from: ['active', 'stopped', 'error'],
  prepare: turn => {
    const { call, instance, form } = turn
    const image = readImage(turn, 'disk')
    const name = text(form, 'name', 'optional', 128) ?? ''
    const password = checkPassword(form, 'root_password', 'optional')
    const sshKeys = checkSshKeys(call, form)
    const userData = text(form, 'user_data', 'optional', 21844)
    check(form)
    requireRoom(call, instance, image)
    return () => {
      const end = instance.status === 'stopped' ? 'stopped' : 'active'
      walk(call.world, instance, {
        tasks: ['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning'],
        ms: call.world.knobs.actionMs,
        end: () => {
          instance.image = image?.id ?? null
          instance.status = end
          if (name !== '') instance.name = name
          instance.rootPassword = password ?? instance.rootPassword
          instance.userData = userData ?? instance.userData
          if (sshKeys.length > 0) instance.sshKeys = sshKeys
        }
      })
      return undefined
    }
  }
}

function requireRoom ({ world }: Call, instance: Instance, image: Image | undefined): void {
  const flavor = world.flavors.get(instance.flavor ?? '')
  if (flavor === undefined || image === undefined) return
  if (image.min_disk > flavor.root_gb || image.min_ram > flavor.memory_mb) throw invalid({ detail: 'The image is too large for the flavor' })
}

const rescue: Action = {
  path: 'rescue',
  permission: 'instances.rescue',
  needsCredit: true,
  detail: 'Instance rescue started successfully',
  from: ['active', 'stopped'],
  checkedHere: true,
  prepare: turn => {
    readImage(turn, 'disk')
    checkPassword(turn.form, 'root_password', 'optional')
    check(turn.form)
    return () => enter(turn, 'rescuing', 'rescued')
  }
}

const bootFromIso: Action = {
  path: 'boot_from_iso',
  nova: 'rescue',
  permission: 'instances.boot_from_iso',
  detail: 'Booting from ISO',
  from: ['active', 'stopped'],
  prepare: turn => {
    readImage(turn, 'iso')
    check(turn.form)
    return () => enter(turn, 'booting_from_iso', 'booted_from_iso')
  }
}

/** Also what the panel's "unmount and reboot" sends. */
const unrescue: Action = {
  path: 'unrescue',
  permission: 'instances.unrescue',
  detail: 'Leaving rescue mode',
  from: ['rescued', 'booted_from_iso'],
  prepare: turn => () => enter(turn, 'unrescuing', 'active')
}

function enter ({ call: { world }, instance }: Turn, task: string, status: string): undefined {
  walk(world, instance, { tasks: [task], ms: world.knobs.actionMs, end: () => { instance.status = status } })
  return undefined
}

const split = (call: Call, instance: Instance): { open: unknown[], owned: unknown[], shared: unknown[] } => {
  const images = usable(call, instance, 'disk')
  const view = (image: Image): unknown => imageInside(call.world, image)
  return {
    open: images.filter(image => image.visibility === 'public').map(view),
    owned: images.filter(image => image.client !== null && image.client === instance.client).map(view),
    shared: images.filter(image => instance.client !== null && image.sharedWith.has(instance.client)).map(view)
  }
}

function rebuildForm (call: Call): SimulatedReply {
  const instance = findInstance(call)
  const { open, owned, shared } = split(call, instance)
  const keys = [...call.world.keys.values()].filter(key => key.user === call.api)
  return ok({
    bootSources: { image: open, owned_image: owned, shared_image: shared },
    instance: instanceDetail(call, instance),
    ssh_keys: keys.map(keyView)
  })
}

function rescueForm (call: Call): SimulatedReply {
  const { open, owned, shared } = split(call, findInstance(call))
  return ok({ image: { pub: open, own: owned, shr: shared } })
}

export const rescueRoutes: readonly Route[] = [
  actionRoute(rebuild, rebuildForm),
  actionRoute(rescue, rescueForm),
  actionRoute(bootFromIso),
  actionRoute(unrescue)
]
