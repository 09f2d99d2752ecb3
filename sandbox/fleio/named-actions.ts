import { actionRoute, type Action } from './actions.ts'
import type { Route } from './call.ts'
import { check, integer, text } from './fields.ts'
import { walk } from './lifecycle.ts'
import { checkPassword } from './logins.ts'
import { ok } from './replies.ts'
import type { Instance } from './records.ts'
import { newUuid, schedule, timeNow, type World } from './world.ts'

const rename: Action = {
  path: 'rename',
  permission: 'instances.rename',
  detail: 'Renamed',
  prepare: ({ instance, form }) => {
    const name = text(form, 'name', 'required', 128)
    check(form)
    return () => { instance.name = name ?? instance.name; return undefined }
  }
}

const changePassword: Action = {
  path: 'change_password',
  nova: 'changePassword',
  permission: 'instances.change-password',
  detail: 'Changing password',
  from: ['active'],
  prepare: ({ call: { world }, instance, form }) => {
    const password = checkPassword(form, 'password', 'required')
    check(form)
    return () => {
      walk(world, instance, { tasks: ['updating_password'], ms: world.knobs.actionMs, end: () => { instance.rootPassword = password ?? null } })
      return undefined
    }
  }
}

/** Answers the image at once; it is `saving` until the instance's image task is over. */
const createSnapshot: Action = {
  path: 'create_snapshot',
  nova: 'createImage',
  permission: 'instances.create_snapshot',
  needsCredit: true,
  detail: '',
  from: ['active', 'stopped', 'paused', 'suspended'],
  prepare: ({ call: { world }, instance, form }) => {
    const name = text(form, 'name', 'required')
    check(form)
    return () => {
      const image = addSnapshot(world, instance, name ?? '')
      walk(world, instance, { tasks: ['image_snapshot', 'image_pending_upload', 'image_uploading'], ms: world.knobs.actionMs, end: () => {} })
      return ok({ image_uuid: image })
    }
  }
}

function addSnapshot (world: World, instance: Instance, name: string): string {
  const id = newUuid(world, '9e0d1c2b')
  const source = world.images.get(instance.image ?? '')
  world.images.set(id, {
    id,
    name,
    type: 'snapshot',
    status: 'saving',
    visibility: 'private',
    size: 0,
    min_disk: world.flavors.get(instance.flavor ?? '')?.root_gb ?? 0,
    min_ram: 0,
    os_distro: source?.os_distro ?? null,
    os_version: source?.os_version ?? null,
    is_iso: false,
    region: instance.region,
    instance_uuid: instance.id,
    client: instance.client,
    sharedWith: new Set(),
    created_at: timeNow(world)
  })
  schedule(world, id, world.knobs.actionMs, () => {
    const image = world.images.get(id)
    if (image === undefined) return
    image.status = 'active'
    image.size = 734003200
  })
  return id
}

const move: Action = {
  path: 'move',
  permission: 'instances.move',
  only: 'staff',
  detail: 'Move in progress',
  prepare: ({ call: { world }, instance, form }) => {
    const client = integer(form, 'client', 'required')
    if (client !== undefined && (world.clients.get(client)?.project ?? null) === null) {
      form.errors['client'] = [`Invalid pk "${client}" - object does not exist.`]
    }
    check(form)
    return () => {
      schedule(world, instance.id, world.knobs.actionMs, () => { instance.client = client ?? null })
      return undefined
    }
  }
}

export const namedRoutes: readonly Route[] = [rename, changePassword, createSnapshot, move].map(action => actionRoute(action))
