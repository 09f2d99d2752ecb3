import type { Test } from 'tap'
import { glesys } from '../../src/adapters/glesys/adapter.ts'
import { GatewayError } from '../../src/domain/failure.ts'
import { startGlesys } from '../../sandbox/glesys/simulator.ts'
import { startSimulator, type SimulatedReply, type SimulatedRequest } from '../../sandbox/kit/simulator.ts'
import { createStillClock } from '../helpers/clock.ts'
import { openBench, type DirectVerbs } from '../helpers/line.ts'

export type Body = Readonly<Record<string, unknown>>

export const project = 'cl12345'
export const apiKey = 'the-KEY'

/** The vendor's envelope, whose echo has a secret. */
export const envelope = (payload: Body, code: unknown = 200, text = 'OK'): Body =>
  ({ response: { status: { code, text }, ...payload, debug: { input: { password: 'theSecretSauce' } } } })
export const ok = (payload: Body = {}): SimulatedReply => ({ status: 200, body: envelope(payload) })
export const refusal = (status: number, code: unknown, text: string): SimulatedReply => ({ status, body: envelope({}, code, text) })

const names = [
  'create', 'delete', 'stop', 'resize', 'rename', 'console', 'addresses.list', 'addresses.attach', 'addresses.detach', 'ptr', 'images',
  'regions', 'ssh_keys', 'networks', 'raw'
] as const
export type Verbs = DirectVerbs & Required<Pick<DirectVerbs, typeof names[number]>>

const isComplete = (operations: DirectVerbs): operations is Verbs => names.every(name => operations[name] !== undefined)

/** The verbs that the adapter must have. */
export function verbsOf (operations: DirectVerbs): Verbs {
  if (!isComplete(operations)) throw new Error('a verb is missing')
  return operations
}

/** The adapter in front of a vendor whose answers the test makes. */
export async function open (test: Test, answer: (request: SimulatedRequest) => SimulatedReply, more: Body = {}) {
  const vendor = await startSimulator(answer)
  const credentials = Object.hasOwn(more, 'username') ? {} : { api_key: apiKey }
  const bench = openBench(test, glesys, vendor, { project, ...credentials, api_url: vendor.origin, ...more })
  return { ...bench, verbs: verbsOf(bench.operations) }
}

export async function openSandbox (test: Test, more: Body = {}, account: 'glesys-lab' | 'glesys-user' = 'glesys-lab') {
  const { now, pass } = createStillClock()
  const vendor = await startGlesys({ clock: now, behavior: { actionMs: 60, createMs: 60, lingerMs: 60 } })
  const bench = openBench(test, glesys, vendor, { ...vendor.settings[account], ...more })
  return { ...bench, pass, verbs: verbsOf(bench.operations) }
}

/** The path of the bad member of a request that is refused before it is sent. */
export async function refusedMember (work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work
  } catch (error) {
    if (error instanceof GatewayError) return error.options.errors?.[0]?.path
    throw error
  }
  throw new Error('nothing was refused')
}
