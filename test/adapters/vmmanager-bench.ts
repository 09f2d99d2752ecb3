import type { Job } from '../../src/adapters/verbs.ts'
import { vmmanager } from '../../src/adapters/vmmanager/adapter.ts'
import type { UpstreamError } from '../../src/domain/failure.ts'
import type { Seen } from '../../src/domain/list.ts'
import { seenHost } from '../../src/adapters/vmmanager/mapping.ts'
import type { DryRunCall } from '../../src/execution/dry-run.ts'
import { startSimulator, type SimulatedReply, type SimulatedRequest, type Simulator } from '../../sandbox/kit/simulator.ts'
import { startVmmanager, type VmmanagerBehavior, type VmmanagerSandbox } from '../../sandbox/vmmanager/simulator.ts'
import { createStillClock, type StillClock } from '../helpers/clock.ts'
import {
  failureOf as failureOfWork, openBench, type Bench, type DirectVerbs, type OpenedAdapter, type Test
} from '../helpers/line.ts'

export type Handle = (request: SimulatedRequest) => SimulatedReply

/** The adapter in front of a vendor; the test gives all its answers. */
export async function open (test: Test, handle: Handle, settings: Record<string, string> = { token: '24-static' }): Promise<Bench> {
  const vendor = await startSimulator(handle)
  return openBench(test, vmmanager, vendor, { url: vendor.origin, ...settings })
}

type Sandbox = Bench<VmmanagerSandbox> & Pick<StillClock, 'pass'>

export async function openSandbox (test: Test, behavior: Partial<VmmanagerBehavior> = {}, account = 'vm6'): Promise<Sandbox> {
  const { now, pass } = createStillClock()
  const vendor = await startVmmanager({ clock: now, behavior: { actionMs: 20, createMs: 30, ...behavior } })
  return { ...openBench(test, vmmanager, vendor, vendor.settings[account]), pass }
}

export const ok = (body: unknown, status = 200): SimulatedReply => ({ status, body })
export const list = (rows: readonly unknown[], size?: number): SimulatedReply =>
  ok({ last_notify: 123456, list: rows, ...(size === undefined ? {} : { size }) })
export const complaint = (status: number, code: number, msg: string, value?: object): SimulatedReply =>
  ({ status, body: { error: { code, msg, ...(value === undefined ? {} : { value }) } } })
export const html = (status: number): SimulatedReply =>
  ({ status, headers: { 'content-type': 'text/html' }, body: '<html><body>no</body></html>' })

interface Sent {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

const bodyOf = (text: string): unknown => text === '' ? null : JSON.parse(text)

/** What the vendor got beside sign-ins; writes alone with `writesOf`. */
export const sentTo = (vendor: Simulator): Sent[] => vendor.calls
  .filter(({ path }) => !path.includes('/public/'))
  .map(({ method, path, rawQuery, body }) => ({ method, path: rawQuery === '' ? path : `${path}?${rawQuery}`, body: bodyOf(body) }))
export const writesOf = (vendor: Simulator): Sent[] => sentTo(vendor).filter(({ method }) => method !== 'GET')
const planned = (vendor: Simulator, calls: readonly DryRunCall[]): Sent[] =>
  calls.map(({ method, url, body }) => ({ method, path: url.slice(vendor.origin.length), body }))

/** The calls that a dry run plans. It may send reads; a write that it sends is an error. */
export async function dryRunOf (
  line: OpenedAdapter, vendor: Simulator, work: (operations: DirectVerbs) => Promise<unknown> | undefined
): Promise<Sent[]> {
  const before = writesOf(vendor).length
  const { operations, calls } = line.dryRun()
  await work(operations)
  if (writesOf(vendor).length !== before) throw new Error('a dry run has sent a write')
  return planned(vendor, calls)
}

const absent = async (): Promise<never> => { throw new Error('the verb is absent') }

export const must = async <T>(work: Promise<T> | undefined): Promise<T> => await (work ?? absent())
export const failureOf = async (work: Promise<unknown> | undefined): Promise<UpstreamError> => await failureOfWork(must(work))

/** The members of a row of the list that are read. */
export const web = {
  id: 41,
  name: 'web-1',
  state: 'active',
  account: { id: 3, email: 'client@example.com' },
  cluster: { id: 1, name: 'cluster-kvm-1' },
  node: { id: 1, name: 'node-1', ip_addr: '198.51.100.11' },
  os: { id: 25, name: 'Ubuntu 22.04' },
  os_name: 'Ubuntu 22.04',
  cpu_number: 2,
  cpu_number_new: 2,
  ram_mib: 2048,
  ram_mib_new: 2048,
  disk: { id: 101, disk_mib: 20480, disk_mib_new: 20480 },
  disk_count: 1,
  ip4: [{ ip: '192.0.2.10', interface: 'eth0' }],
  ip6: [{ ip: '2001:db8:1::41/64', interface: 'eth0' }],
  rescue_mode: false,
  disabled: false,
  is_protected: false,
  tags: [],
  create_date: '2026-01-15 10:20:30'
}
export const seenOf = (row: object): Seen => seenHost.parse(row)
export const running = seenOf(web)
export const stopped = seenOf({ ...web, state: 'stopped' })

/** Polls as the gateway would, while the vendor's time passes, until the jobs have ended. */
export async function jobsEnd ({ operations, pass }: Pick<Sandbox, 'operations' | 'pass'>, jobs: readonly Job[]): Promise<string[]> {
  for (let polls = 0; polls < 200; polls += 1) {
    const states = await operations.jobs?.(jobs) ?? []
    if (states.every(({ status }) => status === 'succeeded' || status === 'failed')) return states.map(({ status }) => status)
    pass(10)
  }
  return ['endless']
}
