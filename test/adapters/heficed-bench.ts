import { heficed } from '../../src/adapters/heficed/adapter.ts'
import { GatewayError, type UpstreamError } from '../../src/domain/failure.ts'
import type { HeficedBehavior } from '../../sandbox/heficed/behavior.ts'
import { startHeficed, type HeficedSandbox } from '../../sandbox/heficed/simulator.ts'
import { startSimulator, type SimulatedReply, type SimulatedRequest, type Simulator } from '../../sandbox/kit/simulator.ts'
import { createStillClock, type StillClock } from '../helpers/clock.ts'
import { failureOf as failureOfWork, openBench, type Bench, type Test } from '../helpers/line.ts'

export const organization = '7bddbff3-2dfb-11e9-895d-c8dbf32f12cd'
export const instances = `/${organization}/kronoscloud/instances`

/** The adapter in front of a vendor that accepts every sign-in; the test gives all other answers. */
export async function open (test: Test, handle: (request: SimulatedRequest) => SimulatedReply, settings: object = {}): Promise<Bench> {
  const vendor = await startSimulator(request => request.path === '/oauth2/token'
    ? { status: 200, body: { access_token: 'tok', expires_in: 86399, scope: 'all', token_type: 'bearer' } }
    : handle(request))
  return openBench(test, heficed, vendor, {
    organization_id: organization,
    client_id: 'id',
    client_secret: 'secret',
    api_url: vendor.origin,
    token_url: `${vendor.origin}/oauth2/token`,
    scopes: ['kronoscloud', 'ipswitch', 'sshkeys'],
    ...settings
  })
}

export type Sandbox = Bench<HeficedSandbox> & Pick<StillClock, 'pass'>

export async function openSandbox (test: Test, behavior: Partial<HeficedBehavior> = {}): Promise<Sandbox> {
  const { now, pass } = createStillClock()
  const vendor = await startHeficed({ clock: now, behavior: { actionMs: 20, createMs: 40, cancelMs: 40, moveMs: 0, ...behavior } })
  return { ...openBench(test, heficed, vendor, vendor.settings['heficed-main']), pass }
}

export const ok = (body: unknown): SimulatedReply => ({ status: 200, body })
export const html = (status: number): SimulatedReply => ({ status, headers: { 'content-type': 'text/html' }, body: '<html></html>' })
export const problem = (status: number, context: unknown = ''): SimulatedReply => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify({ type: 'about:blank', title: 'No', detail: 'No such luck', instance: '', context })
})

/** The answer to an action. */
export const event = {
  id: 881626,
  instanceId: 312019,
  entityType: 'vm',
  group: 'cloudServer',
  action: 'stop',
  statusCode: 0,
  status: 'pending',
  resultCode: 0,
  result: null,
  timeCreated: 1625058478,
  timeUpdated: null
}

/** The calls beside sign-ins: method, path with query, and body. */
export const sentTo = ({ calls }: Pick<Simulator, 'calls'>): Array<readonly [method: string, path: string, body: unknown]> => calls
  .filter(({ path }) => path !== '/oauth2/token')
  .map(({ method, path, rawQuery, body }) =>
    [method, rawQuery === '' ? path : `${path}?${rawQuery}`, body === '' ? null : JSON.parse(body)])

const absent = async (): Promise<never> => { throw new Error('the verb is absent') }

export const must = async <T>(work: Promise<T> | undefined): Promise<T> => await (work ?? absent())
export const failureOf = async (work: Promise<unknown> | undefined): Promise<UpstreamError> => await failureOfWork(must(work))

/** The member of the request that is refused, and why. */
export async function badMemberOf (work: Promise<unknown> | undefined): Promise<readonly [path: string, message: string]> {
  try {
    await work
  } catch (error) {
    const [member] = error instanceof GatewayError ? error.options.errors ?? [] : []
    if (member !== undefined) return [member.path, member.message]
    throw error
  }
  throw new Error('nothing was refused')
}
