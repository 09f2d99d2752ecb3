import { isMissing, textOf, type Args } from './arguments.ts'
import { isLocked } from './lifecycle.ts'
import type { GlesysServer, World } from './world.ts'

export interface Answer {
  readonly http: number
  readonly code: number
  readonly text: string
  readonly payload: Readonly<Record<string, unknown>>
  /** True for the answer of an edit, the only success whose text is not OK. */
  readonly scheduled: boolean
}

/** One call that was let in. `project` is empty for calls outside of a project. */
export interface Call {
  readonly world: World
  readonly args: Args
  readonly project: string
  readonly username: string
  readonly apiKey: string
}

export type Run = (call: Call) => Answer

/** `project` is a project's key or login, `user` a login as the person, `any` every credential, `anonymous` none. */
export interface Route {
  readonly context: 'project' | 'user' | 'any' | 'anonymous'
  /** `reads` may come by GET as well; `writes` only by POST. */
  readonly kind: 'reads' | 'writes'
  readonly required: readonly string[]
  readonly optional: readonly string[]
  readonly inferred?: true
  readonly run: Run
}

export type Routes = Readonly<Record<string, Route>>

export const reads = (required: readonly string[], run: Run, optional: readonly string[] = []): Route =>
  ({ context: 'project', kind: 'reads', required, optional, run })

export const writes = (required: readonly string[], run: Run, optional: readonly string[] = []): Route =>
  ({ context: 'project', kind: 'writes', required, optional, run })

export const inferred = (route: Route): Route => ({ ...route, inferred: true })

export const ok = (payload: Readonly<Record<string, unknown>> = {}): Answer =>
  ({ http: 200, code: 200, text: 'OK', payload, scheduled: false })

export const scheduled = (payload: Readonly<Record<string, unknown>>): Answer =>
  ({ http: 200, code: 200, text: 'Server update scheduled', payload, scheduled: true })

export const refuse = (http: number, text: string, code: number = http): Answer =>
  ({ http, code, text, payload: {}, scheduled: false })

/** The vendor's own codes, 601 and up; which HTTP status goes with them today is not known. */
export const refuseCode = (world: World, code: number, text: string): Answer => refuse(world.knobs.sixHundredHttp, text, code)

export const notSupported = (): Answer => refuse(404, 'Not supported')

export const invalid = (name: string): Answer => refuse(400, `The selected ${name} is invalid.`)

export const fieldRequired = (name: string): Answer => refuse(400, `The ${name} field is required.`)

export const mustBeInteger = (name: string): Answer => refuse(400, `The ${name} must be an integer.`)

export const missingField = (args: Args, required: readonly string[]): Answer | null => {
  const name = required.find(entry => isMissing(args, entry))
  return name === undefined ? null : fieldRequired(name)
}

export const unknownServer = (world: World): Answer =>
  refuse(world.knobs.unknownServer === 'http-404' ? 404 : 400, 'Could not find server with this id on this account.\n')

export const lockedRefusal = (world: World): Answer =>
  world.knobs.lockedError === 'http-403' ? refuse(403, 'Server Locked') : refuse(500, 'Server Locked', 606)

export function serverOf (call: Call, serverid: string | undefined): GlesysServer | undefined {
  const server = call.world.servers.get(serverid ?? '')
  return server?.projectkey === call.project ? server : undefined
}

export const withServer = (run: (call: Call, server: GlesysServer) => Answer): Run => call => {
  const server = serverOf(call, textOf(call.args, 'serverid'))
  return server === undefined ? unknownServer(call.world) : run(call, server)
}

/** What stands between a known server and a change of it. */
export function changeRefusal (world: World, server: GlesysServer): Answer | null {
  if (server.managedhosting === 'yes') return refuse(405, 'Not allowed on a server with managed hosting.')
  return isLocked(world, server) ? lockedRefusal(world) : null
}

export const withUnlocked = (run: (call: Call, server: GlesysServer) => Answer): Run =>
  withServer((call, server) => changeRefusal(call.world, server) ?? run(call, server))
