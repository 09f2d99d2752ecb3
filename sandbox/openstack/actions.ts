import { randomUUID } from 'node:crypto'
import { isRecord, parseJson, textOf, type Json } from '../kit/json.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { accepted, badRequest, bodyOf, conflict, invalid, noRoute, notFound, ok, withServer, type Call, type Handler } from './call.ts'
import { flavorOf, show } from './record.ts'
import { keypairs, type Flavor } from './seed.ts'
import { powerOf, type LogEntry, type Server, type World } from './world.ts'

interface Action {
  /** The states in which it is accepted. */
  readonly from: readonly string[]
  /** What the server does meanwhile; none: it is done at once. */
  readonly task: string
  /** What it is then; null: as it was. */
  readonly to: string | null
  /** The name of its event in the log. */
  readonly event: string
  /** What a failure leaves: the former state, or an error. */
  readonly failsAs: 'before' | 'error'
}

const any = ['active', 'stopped', 'error']
const actions: Readonly<Record<string, Action>> = {
  'os-start': { from: ['stopped'], task: 'powering-on', to: 'active', event: 'start', failsAs: 'before' },
  'os-stop': { from: ['active', 'error'], task: 'powering-off', to: 'stopped', event: 'stop', failsAs: 'before' },
  'reboot SOFT': { from: ['active'], task: 'rebooting', to: 'active', event: 'reboot', failsAs: 'before' },
  'reboot HARD': { from: [...any, 'paused', 'suspended'], task: 'rebooting_hard', to: 'active', event: 'reboot', failsAs: 'before' },
  resize: { from: ['active', 'stopped'], task: 'resize_prep', to: 'resized', event: 'resize', failsAs: 'error' },
  confirmResize: { from: ['resized'], task: '', to: null, event: 'confirmResize', failsAs: 'before' },
  rebuild: { from: any, task: 'rebuilding', to: null, event: 'rebuild', failsAs: 'error' },
  rescue: { from: any, task: 'rescuing', to: 'rescued', event: 'rescue', failsAs: 'error' },
  unrescue: { from: ['rescued'], task: 'unrescuing', to: 'active', event: 'unrescue', failsAs: 'error' },
  changePassword: { from: ['active'], task: '', to: null, event: 'changePassword', failsAs: 'before' },
  createImage: {
    from: ['active', 'stopped', 'paused', 'suspended'],
    task: 'image_snapshot_pending',
    to: null,
    event: 'createImage',
    failsAs: 'before'
  }
}

/** A second confirmation, while the first is at work, is in the wrong state. */
const confirming = new WeakSet<Server>()

export const act: Handler = withServer((call, server) => {
  const body = parseJson(call.request.body)
  const [name = '', another] = isRecord(body) ? Object.keys(body) : []
  if (name === '' || another !== undefined) return badRequest('Malformed request body')
  const input = bodyOf(call, name)
  const action = actions[name === 'reboot' ? `reboot ${String(input['type']).toUpperCase()}` : name]
  if (action === undefined && name === 'reboot') return invalid('type', input['type'], 'is not one of the types')
  if (action === undefined) return badRequest(`There is no such action: ${name}`)
  const refusal = refusalOf(call, server, { name, input, action })
  if (refusal !== null) return refusal
  return begin(call, server, { name, input, action })
})

interface Asked {
  readonly name: string
  readonly input: Json
  readonly action: Action
}

function refusalOf ({ world }: Call, server: Server, { name, input, action }: Asked): SimulatedReply | null {
  const { id, vm, task } = server
  if (server.locked && name !== 'createImage') return conflict(`Instance ${id} is locked`)
  if (!server.placed || vm === 'shelved_offloaded') return conflict(`Instance ${id} is not ready`)
  const wrong = (state: string): SimulatedReply => conflict(`Cannot '${name.replace(/^os-/, '')}' instance ${id} while it is in ${state}`)
  const isConfirming = confirming.has(server)
  if (!action.from.includes(vm) || (name === 'confirmResize' && isConfirming)) return wrong(`vm_state ${isConfirming ? 'active' : vm}`)
  if (task !== null && !(input['type'] === 'HARD' && task.startsWith('reboot'))) return wrong(`task_state ${task}`)
  if (name === 'rebuild') return rebuildRefusal(world, input)
  if (name === 'changePassword' && textOf(input, 'adminPass') === undefined) {
    return invalid('changePassword', input, "'adminPass' is a required property")
  }
  return name === 'resize' ? sizeRefusal(server, flavorOf(input['flavorRef']), input) : null
}

function rebuildRefusal ({ images }: World, input: Json): SimulatedReply | null {
  const key = input['key_name']
  if (images.get(textOf(input, 'imageRef') ?? '')?.status !== 'active') return badRequest('Cannot find image for rebuild')
  return key === undefined || keypairs.some(({ name }) => name === key) ? null : badRequest('Invalid key_name provided.')
}

function sizeRefusal (server: Server, flavor: Flavor | undefined, input: Json): SimulatedReply | null {
  if (flavor === undefined) return badRequest(`Flavor ${String(input['flavorRef'])} could not be found.`)
  if (flavor.id === server.flavor.id) return badRequest('When resizing, instances must change flavor!')
  return flavor.disk < server.flavor.disk ? badRequest("Flavor's disk is smaller than the minimum size specified in image metadata.") : null
}

function begin (call: Call, server: Server, asked: Asked): SimulatedReply {
  const { world } = call
  const { name, input, action } = asked
  const event = { event: `compute_${action.event}_instance`, start_time: world.iso(), finish_time: null, result: null }
  const entry: LogEntry = { action: action.event, message: null, events: [event] }
  world.log.set(`${server.id}/${call.requestId}`, entry)
  const before = server.vm
  const password = textOf(input, 'adminPass') ?? `shown-once-${++world.passwords}`
  if (name === 'changePassword') {
    end(world, entry, null)
    if (!world.behavior.failActions.includes(name)) return accepted
    return conflict(`Failed to set admin password on ${server.id} because error setting admin password`)
  }
  const image = name === 'createImage' ? snapshot(world, server, textOf(input, 'name') ?? '') : null
  if (name === 'confirmResize') confirming.add(server)
  else Object.assign(server, { task: action.task, ...(name === 'rescue' || name === 'resize' ? { before } : {}) })
  const work = workOf(world, server, { ...asked, before, image })
  world.later(world.behavior.actionMs, () => {
    confirming.delete(server)
    const why = work()
    end(world, entry, why)
    server.task = null
    if (why !== null && action.failsAs === 'error' && !why.startsWith(nowhere)) Object.assign(server, { vm: 'error', power: 0, fault: why })
    else if (why === null && action.to !== null) {
      Object.assign(server, { vm: action.to, power: powerOf(action.to === 'resized' ? server.before : action.to) })
    }
  }, server.id)
  if (name === 'confirmResize') return { status: 204 }
  if (name === 'rescue') return ok({ adminPass: password })
  if (name === 'rebuild') return { status: 202, body: { server: { ...show(world)(server), adminPass: password } } }
  return image === null ? accepted : { status: 202, body: { image_id: image } }
}

const nowhere = 'No valid host was found. No valid host found for resize'

/** Members are not shown why an action failed. */
function end ({ iso }: World, entry: LogEntry, why: string | null): void {
  const [event] = entry.events
  if (event !== undefined) Object.assign(event, { finish_time: iso(), result: why === null ? 'Success' : 'Error' })
  if (event !== undefined && why?.startsWith(nowhere) === true) event.event = 'conductor_migrate_server'
  entry.message = why === null ? null : 'Error'
}

interface Working extends Asked {
  readonly before: string
  readonly image: string | null
}

/** What happens at the end; why it failed, or null. */
const workOf = (world: World, server: Server, { name, input, action, before, image }: Working) => (): string | null => {
  const failed = world.behavior.failActions.includes(action.event) ? `the host failed to ${action.event}` : null
  const flavor = flavorOf(input['flavorRef'])
  if (name === 'resize' && flavor?.name === 'm1.huge') return nowhere
  if (image !== null) finishSnapshot(world, image, failed)
  if (failed !== null) return failed
  server.fault = null
  if (name === 'resize' && flavor !== undefined) server.flavor = flavor
  if (name === 'confirmResize') Object.assign(server, { vm: server.before, power: powerOf(server.before) })
  if (name === 'rebuild') {
    Object.assign(server, { image: textOf(input, 'imageRef') ?? server.image, vm: 'active', power: powerOf('active') })
    if (before === 'stopped') powerOff(world, server)
  }
  return null
}

/** A stopped server that is rebuilt runs for a moment. */
function powerOff (world: World, server: Server): void {
  world.later(1, () => { server.task = 'powering-off' }, server.id)
  world.later(world.behavior.actionMs, () => { Object.assign(server, { vm: 'stopped', task: null, power: powerOf('stopped') }) }, server.id)
}

function snapshot ({ images, iso }: World, server: Server, name: string): string {
  const id = randomUUID()
  const sizes = { min_disk: server.flavor.disk, min_ram: 0, size: null }
  const origin = { image_type: 'snapshot', instance_uuid: server.id, created_at: iso() }
  images.set(id, { id, name, status: 'queued', visibility: 'private', ...sizes, ...origin })
  return id
}

/** A failed one is gone. */
function finishSnapshot ({ images }: World, id: string, failed: string | null): void {
  const image = images.get(id)
  if (failed !== null) images.delete(id)
  else if (image !== undefined) Object.assign(image, { status: 'active', size: 1_073_741_824 })
}

export const readAction: Handler = ({ world, params }) => {
  const { id, request } = params
  const entry = world.log.get(`${id}/${request}`)
  if (world.behavior.hidesLog) return noRoute()
  if (entry === undefined) return notFound('Action for request_id could not be found')
  return ok({ instanceAction: { ...entry, instance_uuid: id, request_id: request } })
}

export const openConsole: Handler = withServer((call, server) => {
  const { protocol, type } = bodyOf(call, 'remote_console')
  if (!server.placed || server.vm === 'shelved_offloaded') return conflict(`Instance ${server.id} is not ready`)
  if (!call.world.behavior.consoles.includes(String(type))) return badRequest(`Unavailable console type ${String(type)}.`)
  return ok({ remote_console: { protocol, type, url: `http://console.example.com/vnc_auto.html?path=%3Ftoken%3D${randomUUID()}` } })
})
