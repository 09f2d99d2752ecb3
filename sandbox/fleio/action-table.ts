import type { SimulatedReply } from '../kit/simulator.ts'
import { inScope, ok, refuse, type Call } from './call.ts'
import { mayUseImage } from './catalog.ts'
import { check, password, related, sshKeys, text, type Form } from './fields.ts'
import { blankImage, newUuid, timeNow, type Flavor, type FloatingIp, type Instance } from './world.ts'

interface ActionCall {
  readonly call: Call
  readonly instance: Instance
  readonly form: Form
}

/** The state of the instance when the work ends. */
type End = () => void

export interface Action {
  /** The last part of the URL, and OpenStack's name of the action in its refusals unless `nova` has another. */
  readonly path: string
  readonly nova?: string
  /** The permission key, which does not follow the path. */
  readonly permission: string
  readonly detail: string
  /** The states in which OpenStack accepts it; absent: all. */
  readonly from?: readonly string[]
  /** The panel itself refuses a wrong state (400) before OpenStack does (409). */
  readonly checkedByPanel?: true
  /** The task states that it goes through; null: it is done at once. */
  readonly tasks: readonly string[] | null
  /** Reads the body and refuses it before anything changes. */
  readonly prepare: (action: ActionCall) => End
  readonly answer?: (action: ActionCall) => SimulatedReply
}

const to = (status: string): Action['prepare'] => ({ instance }) => () => { instance.status = status }

const plain = (path: string, detail: string, tasks: readonly string[], status: string): Action =>
  ({ path, permission: path, detail, tasks, prepare: to(status) })

const floatingIpStates = ['active', 'stopped', 'paused', 'suspended', 'rescued', 'resized']

export const actions: readonly Action[] = [
  { ...plain('start', 'Instance is starting', ['powering-on'], 'active'), from: ['stopped'] },
  { ...plain('stop', 'Instance is stopping', ['powering-off'], 'stopped'), from: ['active', 'error'] },
  { ...plain('reboot', 'Rebooting', ['rebooting', 'reboot_started'], 'active'), from: ['active'] },
  { ...plain('unrescue', 'Leaving rescue mode', ['unrescuing'], 'active'), from: ['rescued', 'booted_from_iso'] },
  {
    path: 'rescue',
    permission: 'rescue',
    detail: 'Instance rescue started successfully',
    from: ['active', 'stopped'],
    checkedByPanel: true,
    tasks: ['rescuing'],
    prepare: action => {
      readImage(action)
      password(action.form, 'root_password', 'optional')
      return to('rescued')(action)
    }
  },
  {
    path: 'rename',
    permission: 'rename',
    detail: 'Renamed',
    tasks: null,
    prepare: ({ instance, form }) => {
      const name = text(form, 'name', 'required', 128)
      return () => { instance.name = name ?? instance.name }
    }
  },
  {
    path: 'change_password',
    nova: 'changePassword',
    permission: 'change-password',
    detail: 'Changing password',
    from: ['active'],
    tasks: ['updating_password'],
    prepare: ({ instance, form }) => {
      const value = password(form, 'password', 'required')
      return () => { instance.rootPassword = value ?? null }
    }
  },
  {
    path: 'rebuild',
    permission: 'rebuild',
    detail: 'Instance rebuild started successfully',
    from: ['active', 'stopped', 'error'],
    tasks: ['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning'],
    prepare: rebuilt
  },
  {
    path: 'resize',
    permission: 'resize',
    detail: 'Instance resize started successfully',
    from: ['active', 'stopped'],
    tasks: ['resize_prep', 'resize_migrating', 'resize_migrated', 'resize_finish'],
    prepare: resized
  },
  {
    path: 'confirm_resize',
    nova: 'confirmResize',
    permission: 'confirm-resize',
    detail: 'Resize confirmed',
    from: ['resized'],
    tasks: [],
    prepare: ({ instance }) => () => {
      if (instance.status === 'resized') instance.status = instance.resizedFrom ?? 'active'
      instance.resizedFrom = null
    }
  },
  // The answer has the image at once; it is `saving` until the image task of the instance has ended.
  {
    path: 'create_snapshot',
    nova: 'createImage',
    permission: 'create_snapshot',
    detail: '',
    from: ['active', 'stopped', 'paused', 'suspended'],
    tasks: ['image_snapshot', 'image_pending_upload', 'image_uploading'],
    prepare: ({ form }) => {
      text(form, 'name', 'required')
      return () => {}
    },
    answer: action => ok({ image_uuid: addSnapshot(action) })
  },
  {
    path: 'add_floating_ip',
    permission: 'add_floating_ip',
    detail: 'Floating ip associated',
    from: floatingIpStates,
    tasks: null,
    prepare: action => {
      const { instance } = action
      const address = findFloatingIp(action, 'floating_ip')
      if (address.client !== instance.client) throw refuse(404, 'Floating ip not found')
      if (address.attached !== null) throw refuse(409, 'Floating ip is already associated')
      const port = instance.ports.find(candidate => candidate.ipv4s.length > 0)
      const fixed = port?.ipv4s[0]?.ip_address
      if (port === undefined || fixed === undefined) throw refuse(400, 'Fixed ip not found')
      return () => { address.attached = { instance: instance.id, port: port.id, fixed } }
    }
  },
  {
    path: 'remove_floating_ip',
    permission: 'remove_floating_ip',
    detail: 'Floating ip dissociated',
    from: floatingIpStates,
    tasks: null,
    prepare: action => {
      const address = findFloatingIp(action, 'ip')
      if (address.attached?.instance !== action.instance.id) throw refuse(400, 'Floating ip is not associated with this instance')
      return () => { address.attached = null }
    }
  }
]

const readImage = ({ call, instance, form }: ActionCall) => related(form, 'image', key => {
  const image = call.world.images.get(key)
  const isFit = image?.region === instance.region && image.status === 'active' && !image.is_iso && mayUseImage(image, instance.client)
  return isFit ? image : undefined
})

/** An instance that was off is off again after the rebuild. */
function rebuilt (action: ActionCall): End {
  const { call, instance, form } = action
  const image = readImage(action)
  const rootPassword = password(form, 'root_password', 'optional')
  const keys = sshKeys(call, form)
  check(form)
  const flavor = call.world.flavors.get(instance.flavor ?? '')
  if ((image?.min_disk ?? 0) > (flavor?.root_gb ?? Infinity) || (image?.min_ram ?? 0) > (flavor?.memory_mb ?? Infinity)) {
    throw refuse(400, 'The image is too large for the flavor')
  }
  return () => {
    instance.image = image?.id ?? null
    instance.status = instance.status === 'stopped' ? 'stopped' : 'active'
    instance.rootPassword = rootPassword ?? instance.rootPassword
    if (keys.length > 0) instance.sshKeys = keys
  }
}

/** End users are not offered a smaller disk. */
export function offered (call: Call, instance: Instance): Flavor[] {
  const smallest = call.api === 'user' ? call.world.flavors.get(instance.flavor ?? '')?.root_gb ?? 0 : 0
  return [...call.world.flavors.values()].filter(flavor =>
    flavor.region === instance.region && !flavor.disabled && flavor.id !== instance.flavor && flavor.root_gb >= smallest)
}

/** The first of two steps: the instance stays `resized` until it is confirmed. */
function resized ({ call, instance, form }: ActionCall): End {
  if (form.data['flavor'] === instance.flavor) throw refuse(400, 'When resizing, instances must change flavor!')
  const flavor = related(form, 'flavor', key => offered(call, instance).find(candidate => candidate.id === key))
  if (flavor?.out_of_stock === true) throw refuse(403, 'Flavor is out of stock')
  return () => {
    instance.resizedFrom = instance.status
    instance.flavor = flavor?.id ?? instance.flavor
    instance.status = 'resized'
  }
}

function addSnapshot ({ call: { world }, instance, form }: ActionCall): string {
  const id = newUuid(world, '9e0d1c2b')
  const source = world.images.get(instance.image ?? '')
  world.images.set(id, {
    ...{ ...blankImage(id, text(form, 'name', 'required') ?? ''), type: 'snapshot', status: 'saving', visibility: 'private', size: 0 },
    min_disk: world.flavors.get(instance.flavor ?? '')?.root_gb ?? 0,
    ...{ os_distro: source?.os_distro ?? null, os_version: source?.os_version ?? null },
    ...{ region: instance.region, instance_uuid: instance.id, client: instance.client, created_at: timeNow(world) }
  })
  world.later(world.behavior.actionMs, () => { Object.assign(world.images.get(id) ?? {}, { status: 'active', size: 734003200 }) }, id)
  return id
}

/** By address, not by id. */
function findFloatingIp ({ call, form }: ActionCall, name: 'floating_ip' | 'ip'): FloatingIp {
  const address = text(form, name, 'required')
  check(form)
  const found = [...call.world.floatingIps.values()].find(row => row.floating_ip_address === address)
  if (found === undefined || !inScope(call, found.client)) throw refuse(404, 'Floating ip not found')
  return found
}
