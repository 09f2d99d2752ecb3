import { flagOf, textOf, type Json } from '../kit/json.ts'
import { image, sizeOf } from './catalog.ts'
import { badBody, bodyOf, notFound, page, unprocessable, withDroplet, type Call, type Handler } from './call.ts'
import { findImage } from './droplets.ts'
import { actionView, nextSerial, startAction, type Action, type Droplet, type World } from './world.ts'

interface Asked {
  readonly world: World
  readonly droplet: Droplet
  readonly body: Json
}

interface Kind {
  refusal?(asked: Asked): string | null
  /** What the droplet shows when the action has completed. */
  effect?(asked: Asked, action: () => Action): void
}

const become = (status: string) => ({ droplet }: Asked): void => { droplet.status = status }
const refuseIn = (status: string, message: string) => ({ droplet }: Asked): string | null => droplet.status === status ? message : null

/** Which state an action needs, and what it does. A running action shows nowhere on the droplet. */
const kinds: Readonly<Record<string, Kind>> = {
  power_on: { refusal: refuseIn('active', 'Droplet is already powered on'), effect: become('active') },
  power_off: { refusal: refuseIn('off', 'Droplet is already powered off'), effect: become('off') },
  // Only issued: of a droplet that is off, it is accepted too.
  shutdown: { effect: asked => { if (asked.world.behavior.shutdown === 'works') asked.droplet.status = 'off' } },
  reboot: { refusal: refuseIn('off', 'Droplet is already powered off') },
  power_cycle: { refusal: refuseIn('off', 'Droplet is already powered off') },
  password_reset: { effect: become('active') },
  rename: {
    refusal: ({ body }) => /^[a-zA-Z0-9]?[a-zA-Z0-9.-]*[a-zA-Z0-9]$/.test(textOf(body, 'name') ?? '') ? null : 'Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)',
    effect: ({ droplet, body }) => { droplet.name = textOf(body, 'name') ?? droplet.name }
  },
  resize: { refusal: refuseResize, effect: resize },
  rebuild: {
    refusal: ({ world, body }) => findImage(world, body['image']) === undefined ? 'Image can\'t be blank' : null,
    effect: ({ world, droplet, body }) => { droplet.image = findImage(world, body['image'])?.id ?? droplet.image }
  },
  restore: {
    refusal: ({ world, droplet, body }) => world.images.get(Number(body['image']))?.droplet === droplet.id ? null : 'You specified an invalid image for Droplet creation.'
  },
  snapshot: {
    effect: ({ world, droplet, body }, action) => {
      const id = 67_600_000 + nextSerial(world)
      const { started_at: createdAt } = action()
      world.images.set(id, image({
        id, name: textOf(body, 'name') ?? '', distribution: 'Ubuntu', slug: null, type: 'snapshot', public: false, regions: [droplet.region], created_at: createdAt, min_disk_size: droplet.disk, droplet: droplet.id
      }))
    }
  }
}

function refuseResize ({ droplet, body }: Asked): string | null {
  const size = sizeOf(textOf(body, 'size') ?? '')
  if (size?.available !== true) return 'You specified an invalid size for Droplet creation.'
  if (!size.regions.includes(droplet.region)) return 'Size is not available in this region.'
  if (size.disk < droplet.disk) return 'Size can not decrease size of Droplet\'s disk image'
  return droplet.status === 'off' ? null : 'Droplet must be powered off before it is resized'
}

/** The disk grows only where that is asked for. */
function resize ({ droplet, body }: Asked): void {
  droplet.size = textOf(body, 'size') ?? droplet.size
  if (flagOf(body, 'disk') === true) droplet.disk = sizeOf(droplet.size)?.disk ?? droplet.disk
}

export const actOnDroplet: Handler = withDroplet((call, droplet) => {
  const { world } = call
  const body = bodyOf(call)
  if (body === undefined) return badBody()
  const type = textOf(body, 'type') ?? ''
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  if (kind === undefined) return unprocessable('The action type is not valid.')
  if (world.pending.has(droplet.id)) return unprocessable('Droplet already has a pending event.')
  const asked = { world, droplet, body }
  const refusal = kind.refusal?.(asked) ?? null
  if (refusal !== null) return unprocessable(refusal)
  const action: Action = startAction(world, {
    type,
    region: droplet.region,
    resource: { id: droplet.id, type: 'droplet' },
    busy: [droplet.id],
    effect: () => { kind.effect?.(asked, () => action) }
  })
  return { status: 201, body: { action: actionView(action) } }
})

/** An action outlives its droplet. A new one may not be there yet. */
export const getAction: Handler = ({ world, params }: Call) => {
  const action = world.actions.get(Number(params['id']))
  return action === undefined || action.visibleAt > world.now() ? notFound() : { status: 200, body: { action: actionView(action) } }
}

/** Of the whole account, the latest first. */
export const listActions: Handler = call => page(call, 'actions',
  [...call.world.actions.values()].filter(({ visibleAt }) => visibleAt <= call.world.now()).sort((a, b) => b.id - a.id).map(actionView))
