import { flagOf, textOf, type Json } from '../kit/json.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { bodyOf, created, invalid, locked, ok, refuse, removed, unrouted, withServer, type Call, type Handler } from './call.ts'
import { sshKeys, type Image } from './catalog.ts'
import type { Server } from './seed.ts'
import { findImage, findType, onServer } from './servers.ts'
import type { World } from './world.ts'

interface ServerAction {
  readonly command: string
  /** Any state where none is named. */
  readonly from?: readonly string[]
  readonly during?: string
  readonly allowed?: readonly string[]
  readonly required?: readonly string[]
  /** It has succeeded when it is answered. */
  readonly instant?: true
  check? (server: Server, body: Json, world: World): void
  effect? (server: Server, body: Json, world: World): void
  /** Members of the answer beside the action. */
  extra? (server: Server, body: Json, world: World): Json
}

/** An armed rescue system runs at the next boot, whatever causes it, and is disarmed by it. */
function boot (server: Server, world: World): void {
  if (server.rescue_enabled) world.rescued.add(server.id)
  else world.rescued.delete(server.id)
  Object.assign(server, { status: 'running', rescue_enabled: false })
}

const isOn = ({ status }: Server): boolean => status === 'running'
const oneHour = 3_600_000
const rootPassword: ServerAction['extra'] = ({ hasKeys }, _body, world) => ({ root_password: hasKeys ? null : world.password() })

function checkRebuild ({ protection, server_type: { architecture } }: Server, body: Json, world: World): void {
  if (protection.rebuild) throw refuse(423, 'protected', 'server rebuild is protected')
  if (findImage(world, textOf(body, 'image'), architecture) === undefined) throw invalid('image')
}

/** The signal is sent at once; the guest does the rest when it likes. */
const signal = (command: string, then: (server: Server, world: World) => void): ServerAction => ({
  command,
  effect: (server, _body, world) => {
    if (isOn(server) && world.behavior.guest === 'obeys') world.later(world.behavior.actionMs, () => { then(server, world) }, server.id)
  }
})

const actions: Readonly<Record<string, ServerAction>> = {
  poweron: { command: 'start_server', effect: (server, _body, world) => { if (!isOn(server)) boot(server, world) } },
  poweroff: { command: 'stop_server', effect: server => { server.status = 'off' } },
  shutdown: signal('shutdown_server', server => { server.status = 'off' }),
  reboot: signal('reboot_server', boot),
  reset: { command: 'reset_server', effect: (server, _body, world) => { boot(server, world) } },
  change_type: {
    command: 'change_server_type',
    during: 'migrating',
    allowed: ['server_type', 'upgrade_disk'],
    required: ['server_type', 'upgrade_disk'],
    check: checkResize,
    effect: (server, body, { behavior }) => {
      const type = findType(textOf(body, 'server_type')) ?? server.server_type
      Object.assign(server, { server_type: type, status: behavior.afterResize })
      if (flagOf(body, 'upgrade_disk') === true) server.primary_disk_size = type.disk
    }
  },
  rebuild: {
    command: 'rebuild_server',
    during: 'rebuilding',
    allowed: ['image', 'user_data'],
    required: ['image'],
    check: checkRebuild,
    effect: (server, body, world) => {
      Object.assign(server, { image: findImage(world, textOf(body, 'image'), server.server_type.architecture) ?? null })
      boot(server, world)
    },
    extra: rootPassword
  },
  create_image: { command: 'create_image', allowed: ['type', 'description', 'labels'], extra: snapshot },
  enable_rescue: {
    command: 'enable_rescue',
    instant: true,
    allowed: ['type', 'ssh_keys'],
    check: (_server, { type = 'linux64', ssh_keys: keys = [] }) => {
      if (type !== 'linux64') throw invalid('type')
      if (!Array.isArray(keys) || !keys.every(key => sshKeys.some(({ id }) => id === key))) throw invalid('ssh_keys')
    },
    effect: (server, _body, world) => {
      server.rescue_enabled = true
      world.later(oneHour, () => { server.rescue_enabled = false }, server.id)
    },
    extra: (_server, _body, world) => ({ root_password: world.password() })
  },
  disable_rescue: { command: 'disable_rescue', instant: true, effect: server => { server.rescue_enabled = false } },
  reset_password: {
    command: 'reset_password',
    check: server => { if (!isOn(server)) throw refuse(422, 'guest_agent_unavailable') },
    extra: (_server, _body, world) => ({ root_password: world.password() })
  },
  request_console: {
    command: 'request_console',
    instant: true,
    extra: ({ id }, _body, world) => ({
      wss_url: `wss://web-console.example.net/?server_id=${id}&token=console-${world.last.action}`, password: world.password()
    })
  },
  change_protection: {
    command: 'change_protection',
    instant: true,
    allowed: ['delete', 'rebuild'],
    check: (_server, body) => { if (body['delete'] !== body['rebuild']) throw invalid('rebuild', 'must have the value of delete') },
    effect: (server, body) => { server.protection = { delete: flagOf(body, 'delete') === true, rebuild: flagOf(body, 'rebuild') === true } }
  }
}

function checkResize ({ status, primary_disk_size: disk, server_type: own }: Server, body: Json, { behavior }: World): void {
  const type = findType(textOf(body, 'server_type'))
  if (type === undefined) throw invalid('server_type')
  if (status !== 'off') throw refuse(422, 'server_not_stopped', 'server must be stopped before changing type')
  if (type.architecture !== own.architecture || type.disk < disk) throw refuse(422, 'invalid_server_type')
  if (behavior.soldOut.includes(type.name)) throw refuse(412, 'resource_unavailable', 'error during placement', {})
}

/** The name is in the description. The image cannot be used before the action has ended. */
function snapshot (server: Server, body: Json, world: World): Json {
  const from = server.image ?? [...world.images.values()][0]
  if (from === undefined) return {}
  const id = ++world.last.image
  const image: Image = {
    ...from,
    id,
    type: 'snapshot',
    status: 'creating',
    name: null,
    description: textOf(body, 'description') ?? '',
    disk_size: server.primary_disk_size,
    created: world.iso(),
    created_from: { id: server.id, name: server.name }
  }
  world.images.set(id, image)
  world.later(world.behavior.actionMs, () => { Object.assign(image, { status: 'available', image_size: 2.3 }) })
  return { image: { ...image } }
}

const act = (call: Call, server: Server, action: ServerAction): SimulatedReply => {
  const { world } = call
  const body = bodyOf(call, action.allowed ?? [], action.required)
  if (server.locked) throw locked()
  action.check?.(server, body, world)
  const isFailing = world.behavior.failCommands.includes(action.command)
  const extra = action.extra?.(server, body, world)
  const shared = { command: action.command, resources: onServer(server) }
  if (action.instant === true && !isFailing) {
    action.effect?.(server, body, world)
    const done = world.begin({ ...shared, ms: 0 })
    return created({ ...extra, action: Object.assign(done, { status: 'success', progress: 100, finished: world.iso(), error: null }) })
  }
  const during = action.during === undefined ? {} : { during: action.during }
  const effect = (): void => { action.effect?.(server, body, world) }
  return created({ ...extra, action: world.begin({ ...shared, ...during, locks: server, effect }) })
}

export const serverActions: Handler = call => {
  const action = actions[call.params['action'] ?? '']
  if (action === undefined) throw unrouted()
  return withServer((call, server) => act(call, server, action))(call)
}

/** At most 25 ids; what is beyond them, and what is not known, is simply absent. */
export const readActions: Handler = ({ world, request: { query } }) => {
  const ids = query.getAll('id')
  if (ids.length === 0) throw removed('2023-07-20-actions-list-endpoint-is-deprecated')
  return ok({ actions: ids.slice(0, 25).flatMap(id => world.behavior.forgetsActions ? [] : world.actions.get(Number(id)) ?? []) })
}
