import type { SimulatedReply } from '../simulator.ts'
import { actionRoute, type Action } from './actions.ts'
import type { Call, Route } from './call.ts'
import { flavorInside } from './catalogue-view.ts'
import { check, related } from './fields.ts'
import { instanceDetail } from './instance-view.ts'
import { findInstance } from './instances.ts'
import { walk } from './lifecycle.ts'
import { ok, refuse } from './replies.ts'
import type { Flavor, Instance } from './records.ts'

/** End users are not offered a smaller disk. */
function offered (call: Call, instance: Instance): Flavor[] {
  const smallest = call.api === 'user' ? call.world.flavors.get(instance.flavor ?? '')?.root_gb ?? 0 : 0
  return [...call.world.flavors.values()].filter(flavor =>
    flavor.region === instance.region && !flavor.disabled && flavor.id !== instance.flavor && flavor.root_gb >= smallest)
}

/** First step of two: it rests in `resized` until somebody confirms or reverts. */
const resize: Action = {
  path: 'resize',
  permission: 'instances.resize',
  needsCredit: true,
  detail: 'Instance resize started successfully',
  from: ['active', 'stopped'],
  prepare: ({ call, instance, form }) => {
    if (form.data['flavor'] === instance.flavor) throw refuse(400, 'When resizing, instances must change flavor!')
    const flavor = related(form, 'flavor', key => offered(call, instance).find(candidate => candidate.id === key))
    check(form)
    if (flavor?.out_of_stock === true) throw refuse(403, 'Flavor is out of stock')
    return () => {
      walk(call.world, instance, {
        tasks: ['resize_prep', 'resize_migrating', 'resize_migrated', 'resize_finish'],
        ms: call.world.knobs.actionMs,
        end: () => {
          instance.resizedFrom = { flavor: instance.flavor, status: instance.status }
          instance.flavor = flavor?.id ?? instance.flavor
          instance.status = 'resized'
        }
      })
      return undefined
    }
  }
}

const confirm: Action = {
  path: 'confirm_resize',
  nova: 'confirmResize',
  permission: 'instances.confirm-resize',
  detail: 'Resize confirmed',
  from: ['resized'],
  prepare: ({ call: { world }, instance }) => () => {
    walk(world, instance, {
      tasks: [],
      ms: world.knobs.actionMs,
      end: () => {
        if (instance.status === 'resized') instance.status = instance.resizedFrom?.status ?? 'active'
        instance.resizedFrom = null
      }
    })
    return undefined
  }
}

const revert: Action = {
  path: 'revert_resize',
  nova: 'revertResize',
  permission: 'instances.revert-resize',
  detail: 'Reverting size',
  from: ['resized'],
  prepare: ({ call: { world }, instance }) => () => {
    walk(world, instance, {
      tasks: ['resize_reverting'],
      ms: world.knobs.actionMs,
      end: () => {
        instance.flavor = instance.resizedFrom?.flavor ?? instance.flavor
        instance.status = instance.resizedFrom?.status ?? 'active'
        instance.resizedFrom = null
      }
    })
    return undefined
  }
}

function resizeForm (call: Call): SimulatedReply {
  const instance = findInstance(call)
  return ok({ flavors: offered(call, instance).map(flavorInside), instance: instanceDetail(call, instance) })
}

export const resizeRoutes: readonly Route[] = [
  actionRoute(resize, resizeForm),
  actionRoute(confirm),
  actionRoute(revert)
]
