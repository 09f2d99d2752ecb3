import { flagOf, textOf, type Json } from '../kit/json.ts'
import { image, sizeOf } from './catalog.ts'
import { bodyOf, notFound, page, requireIdle, unprocessable, withDroplet, type Call, type Handler } from './call.ts'
import { findImage, invalidOrder, requireHostName } from './droplets.ts'
import { actionView, nextSerial, startAction, type Action, type Droplet, type World } from './world.ts'

interface Order {
  readonly world: World
  readonly droplet: Droplet
  readonly body: Json
}

interface Kind {
  /** Throws a refusal. */
  check?(order: Order): void
  /** What the droplet shows when the action has completed. */
  effect?(order: Order, action: () => Action): void
}

const become = (status: string) => ({ droplet }: Order): void => { droplet.status = status }
const refuseIn = (status: string, message: string) => ({ droplet }: Order): void => {
  if (droplet.status === status) throw unprocessable(message)
}

/** Which state an action needs, and what it does. A running action shows nowhere on the droplet. */
const kinds: Readonly<Record<string, Kind>> = {
  power_on: { check: refuseIn('active', 'Droplet is already powered on'), effect: become('active') },
  power_off: { check: refuseIn('off', 'Droplet is already powered off'), effect: become('off') },
  // Only issued: of a droplet that is off, it is accepted too.
  shutdown: { effect: ({ world, droplet }) => { if (world.behavior.shutdown === 'works') droplet.status = 'off' } },
  reboot: { check: refuseIn('off', 'Droplet is already powered off') },
  power_cycle: { check: refuseIn('off', 'Droplet is already powered off') },
  password_reset: { effect: become('active') },
  rename: {
    check: ({ body }) => { requireHostName(textOf(body, 'name') ?? '') },
    effect: ({ droplet, body }) => { droplet.name = textOf(body, 'name') ?? droplet.name }
  },
  resize: { check: checkResize, effect: resize },
  rebuild: {
    check: ({ world, body }) => { if (findImage(world, body['image']) === undefined) throw unprocessable('Image can\'t be blank') },
    effect: ({ world, droplet, body }) => { droplet.image = findImage(world, body['image'])?.id ?? droplet.image }
  },
  restore: {
    check: ({ world, droplet, body }) => {
      if (world.images.get(Number(body['image']))?.droplet !== droplet.id) throw invalidOrder('image')
    }
  },
  snapshot: {
    effect: ({ world, droplet, body }, action) => {
      const id = 67_600_000 + nextSerial(world)
      const { started_at: createdAt } = action()
      world.images.set(id, image({
        id,
        name: textOf(body, 'name') ?? '',
        distribution: 'Ubuntu',
        slug: null,
        type: 'snapshot',
        public: false,
        regions: [droplet.region],
        created_at: createdAt,
        min_disk_size: droplet.disk,
        droplet: droplet.id
      }))
    }
  }
}

function checkResize ({ droplet, body }: Order): void {
  const size = sizeOf(textOf(body, 'size') ?? '')
  if (size?.available !== true) throw invalidOrder('size')
  if (!size.regions.includes(droplet.region)) throw unprocessable('Size is not available in this region.')
  if (size.disk < droplet.disk) throw unprocessable('Size can not decrease size of Droplet\'s disk image')
  if (droplet.status !== 'off') throw unprocessable('Droplet must be powered off before it is resized')
}

/** The disk grows only where that is asked for. */
function resize ({ droplet, body }: Order): void {
  droplet.size = textOf(body, 'size') ?? droplet.size
  if (flagOf(body, 'disk') === true) droplet.disk = sizeOf(droplet.size)?.disk ?? droplet.disk
}

export const actOnDroplet: Handler = withDroplet((call, droplet) => {
  const { world } = call
  const body = bodyOf(call)
  const type = textOf(body, 'type') ?? ''
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  if (kind === undefined) throw unprocessable('The action type is not valid.')
  requireIdle(world, droplet.id)
  const order = { world, droplet, body }
  kind.check?.(order)
  const action: Action = startAction(world, {
    type,
    region: droplet.region,
    resource: { id: droplet.id, type: 'droplet' },
    busy: [droplet.id],
    effect: () => { kind.effect?.(order, () => action) }
  })
  return { status: 201, body: { action: actionView(action) } }
})

/** An action outlives its droplet. A new one may not be there yet. */
export const getAction: Handler = ({ world, params }: Call) => {
  const action = world.actions.get(Number(params['id']))
  if (action === undefined || action.visibleAt > world.now()) throw notFound()
  return { status: 200, body: { action: actionView(action) } }
}

/** Of the whole account, the latest first. */
export const listActions: Handler = call => page(call, 'actions',
  [...call.world.actions.values()].filter(({ visibleAt }) => visibleAt <= call.world.now()).sort((a, b) => b.id - a.id).map(actionView))
