import { fleio } from '../../src/adapters/fleio/adapter.ts'
import { GatewayError } from '../../src/domain/failure.ts'
import type { FleioBehavior } from '../../sandbox/fleio/behavior.ts'
import { startFleio, type FleioSandbox } from '../../sandbox/fleio/simulator.ts'
import { startSimulator, type SimulatedCall, type SimulatedReply, type SimulatedRequest } from '../../sandbox/kit/simulator.ts'
import { failureOf, openBench, type Bench, type DirectVerbs, type Test } from '../helpers/line.ts'

export type Handle = (request: SimulatedRequest) => SimulatedReply

/** Objects of the vendor's documentation, which the simulator has too. */
export const id = 'a623787b-d529-4681-9c51-6abcf3b5a4d8'
export const tiny = 'fd6ebb42-f305-4eb7-b086-fcce39bc761f'
export const cirros = 'b8e54aa5-eca9-454a-adaf-00fbc659755e'
export const network = 'd9f9ca07-3ce5-435e-8aa2-a7302697025d'

export const staff = '/backend/staffapi'
export const enduser = '/backend/api'
export const rows = `${staff}/openstack/instances`

/** The adapter in front of a vendor whose answers the test makes. */
export async function open (test: Test, handle: Handle, root = staff): Promise<Bench> {
  const vendor = await startSimulator(handle)
  return openBench(test, fleio, vendor, { url: `${vendor.origin}${root}`, token: 'SECRETtoken' })
}

export interface SandboxBench extends Bench<FleioSandbox> {
  /** Lets time pass at the vendor. */
  readonly pass: (ms: number) => void
}

type Account = 'fleio-staff' | 'fleio-user'

export async function openSandbox (test: Test, behavior: Partial<FleioBehavior> = {}, account: Account = 'fleio-staff'): Promise<SandboxBench> {
  let now = Date.parse('2026-11-21T10:00:00Z')
  const vendor = await startFleio({ behavior: { actionMs: 1000, createMs: 2000, rowDelayMs: 500, ...behavior }, clock: () => now })
  return { ...openBench(test, fleio, vendor, vendor.settings[account]), pass: ms => { now += ms } }
}

export const ok = (body: unknown): SimulatedReply => ({ status: 200, body })
export const detail = (status: number, text: string): SimulatedReply => ({ status, body: { detail: text } })
export const html = (status: number): SimulatedReply =>
  ({ status, headers: { 'content-type': 'text/html' }, body: '<!doctype html><h1>Not Found</h1>' })

/** A verb that the adapter must have. */
export function verb<Name extends keyof DirectVerbs> (operations: DirectVerbs, name: Name): NonNullable<DirectVerbs[Name]> {
  const found = operations[name]
  if (found === undefined || found === null) throw new Error(`no ${name}`)
  return found
}

export const bodyOf = (call: SimulatedCall | undefined): unknown => call === undefined || call.body === '' ? null : JSON.parse(call.body)

/** The path of the bad member of a request that is refused before it is sent. */
export async function refusedMember (work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work
  } catch (error) {
    if (error instanceof GatewayError && error.refusal === 'invalid-request') return error.options.errors?.[0]?.path
    throw error
  }
  return 'nothing was refused'
}

/** The failure, its HTTP status and its member. */
export async function failureFacts (work: Promise<unknown>): Promise<readonly unknown[]> {
  const { failure, options: { status, member } } = await failureOf(work)
  return [failure, status, member]
}
