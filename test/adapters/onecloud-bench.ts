import { onecloud } from '../../src/adapters/onecloud/adapter.ts'
import { GatewayError, UpstreamError } from '../../src/domain/failure.ts'
import { startSimulator, type SimulatedReply, type SimulatedRequest, type Simulator } from '../../sandbox/kit/simulator.ts'
import { startOnecloud, type OnecloudBehavior, type OnecloudSandbox } from '../../sandbox/onecloud/simulator.ts'
import { createStillClock, type StillClock } from '../helpers/clock.ts'
import { openBench, type Bench, type Test } from '../helpers/line.ts'

export type Handle = (request: SimulatedRequest) => SimulatedReply

export const webId = '6a10db1a-d5d6-4d75-867a-2c3cf06197c7'
export const stoppedId = '63ef4992-78c8-4e23-8250-111d1b36bf23'
export const vpcId = '36fb67d5-2347-4887-8c8f-9d9694380258'
export const recycledId = 'a397f354-12e4-487c-8069-22e5aa6d5ffc'
export const otherId = '581adcc2-964f-4ce7-88b9-da135edb706b'
export const goneId = '00000000-0000-4000-8000-000000000000'
export const demoId = '31c1aa2af0104f1d89faef0f0b9368e4'

export const ok = (body: unknown): SimulatedReply => ({ status: 200, body })
export const complaint = (status: number, name: string, details: string): SimulatedReply =>
  ({ status, body: { class: name, code: status, details, time: '2026-11-21T10:34:06+08:00' } })
export const html = (status: number): SimulatedReply => ({ status, headers: { 'content-type': 'text/html' }, body: '<html><body>no</body></html>' })

export const credentials = { username: 'gateway', password: 'secret-word', project: 'demo' }

type Opened = Bench<OnecloudSandbox> & Pick<StillClock, 'pass'>

export async function openSandbox (test: Test, behavior: Partial<OnecloudBehavior> = {}, settings: object = {}): Promise<Opened> {
  const { now, pass } = createStillClock()
  const vendor = await startOnecloud({ clock: now, behavior: { actionMs: 60, createMs: 60, ...behavior } })
  return { ...openBench(test, onecloud, vendor, { ...vendor.settings['pods'], ...settings }), pass }
}

/** The adapter in front of a vendor that signs in, whose every other answer the test gives. */
export async function open (test: Test, handle: Handle, project: object | null = { id: 'p1', name: 'demo' }): Promise<Bench> {
  const vendor = await startSimulator(request => {
    if (request.path !== '/v3/auth/tokens') return handle(request)
    const catalog = ['compute_v2', 'image', 'webconsole', 'identity'].map(type =>
      ({ type, endpoints: [{ interface: 'public', region_id: 'region0', url: `http://${request.headers['host'] ?? ''}/${type}` }] }))
    return { status: 200, headers: { 'x-subject-token': 'tok' }, body: { token: { expires_at: '2099-11-22T02:34:06Z', catalog, project } } }
  })
  return openBench(test, onecloud, vendor, { auth_url: `${vendor.origin}/v3`, ...credentials })
}

/** A get of the server shows this; everything else is answered by `handle`. */
export const withServer = (server: object, handle: Handle): Handle => request =>
  request.method === 'GET' && request.path === `/compute_v2/servers/${webId}` ? ok({ server }) : handle(request)

export const need = <T>(verb: T | undefined): T => {
  if (verb === undefined) throw new Error('the verb is absent')
  return verb
}

export interface Write {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

/** Method, path with query, and body of the calls that change something. */
export const writes = (vendor: Simulator): Write[] => vendor.calls
  .filter(({ method, path }) => method !== 'GET' && path !== '/v3/auth/tokens')
  .map(({ method, path, rawQuery, body }) =>
    ({ method, path: `${path}${rawQuery === '' ? '' : `?${rawQuery}`}`, body: body === '' ? null : JSON.parse(body) }))
export const writesOf = (vendor: Simulator): unknown[] => writes(vendor).map(({ method, path, body }) => [method, path, body])

/** The kind of the refusal that the work ends with, and the member that it names. */
export async function refusalOf (work: Promise<unknown>): Promise<readonly [string, string]> {
  try {
    await work
  } catch (error) {
    if (error instanceof GatewayError) return [error.refusal, error.options.errors?.[0]?.path ?? '']
    if (error instanceof UpstreamError) return [error.failure, error.options.member ?? '']
    throw error
  }
  throw new Error('nothing was refused')
}
