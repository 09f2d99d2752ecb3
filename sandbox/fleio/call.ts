import { refusal } from '../kit/refusal.ts'
import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import type { UserKind, World } from './world.ts'

/** One authenticated request on one of the two APIs. */
export interface Call {
  readonly world: World
  readonly request: SimulatedRequest
  readonly api: UserKind
  /** The `:id` of the route, decoded. */
  readonly id: string
}

export type Handler = (call: Call) => SimulatedReply

export interface Route {
  /** Below the API root, without slashes at the ends. */
  readonly path: string
  /** Where the route exists; both when absent. */
  readonly only?: UserKind
  readonly verbs: Readonly<Record<string, Handler>>
}

/** Django takes the last of repeated parameters. */
export const parameter = (call: Call, name: string): string | undefined => call.request.query.getAll(name).at(-1)

/** The client whose things the caller sees; null means those of all clients. */
export const scopeOf = (call: Call): number | null => call.api === 'staff' ? null : call.world.endUserClient

export const inScope = (call: Call, client: number | null): boolean => scopeOf(call) === null || scopeOf(call) === client

export const ok = (body: unknown): SimulatedReply => ({ status: 200, body })
export const madeReply = (body: unknown): SimulatedReply => ({ status: 201, body })
export const goneReply: SimulatedReply = { status: 204 }

export const detailReply = (status: number, detail: string, headers: Readonly<Record<string, string>> = {}): SimulatedReply =>
  ({ status, headers, body: { detail } })

const html = (status: number, title: string): SimulatedReply => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: `<!doctype html>\n<html lang="en">\n<head><title>${title}</title></head>\n<body><h1>${title}</h1></body>\n</html>\n`
})

/** Django's own answers: they are pages, not JSON. */
export const noRoute = html(404, 'Not Found')
export const crash = html(500, 'Server Error (500)')

export const refuse = (status: number, detail: string): Error => refusal(detailReply(status, detail))
export const notFound = (): Error => refuse(404, 'Not found.')
export const invalid = (errors: unknown): Error => refusal({ status: 400, body: errors })

/** Calls that need OpenStack fail without it; lists come from the panel's own tables. */
export function requireOpenstack ({ behavior }: World): void {
  if (behavior.openstack === 'refuses-sign-in') throw refuse(417, 'OpenStack authentication failed')
  if (behavior.openstack === 'unreachable') throw refuse(504, 'Can not connect to service api')
}

/** As the vendor spells them: hyphens and underscores are mixed. */
const permissions: Readonly<Record<string, { readonly all: readonly string[], readonly staff: readonly string[] }>> = {
  instances: {
    all: [
      'detach_volume', 'rename', 'add_floating_ip', 'revert-resize', 'change-password', 'create_snapshot', 'create_backup',
      'associate_security_group', 'rescue', 'unrescue', 'remove_floating_ip', 'stop', 'attach-volume', 'resize', 'start',
      'boot_from_iso', 'reboot', 'create', 'dissociate_security_group', 'reset-state', 'destroy', 'confirm-resize', 'rebuild'
    ],
    staff: ['abort-migrate', 'suspend', 'move', 'migrate', 'resume', 'lock', 'unlock']
  },
  flavors: { all: [], staff: ['create', 'destroy', 'update'] },
  images: { all: ['create', 'destroy', 'download', 'update'], staff: ['deactivate', 'reactivate'] },
  networks: { all: ['create', 'destroy', 'auto_create_network', 'update', 'save_auto_create_network_options'], staff: [] },
  floatingips: { all: ['create', 'destroy'], staff: [] },
  pkm: { all: ['create', 'destroy', 'update'], staff: [] }
}

export function permissionsOf (call: Call, family: string): Record<string, boolean> {
  const { all = [], staff = [] } = permissions[family] ?? {}
  const isGiven = (name: string): boolean =>
    !call.world.behavior.deniedPermissions.includes(`${family}.${name}`) && (call.api === 'staff' || !staff.includes(name))
  return Object.fromEntries([...all, ...staff].map(name => [`${family}.${name}`, isGiven(name)]))
}

export function requirePermission (call: Call, key: string): void {
  if (call.world.behavior.deniedPermissions.includes(key)) throw refuse(403, 'You do not have permissions to perform the requested action')
}
