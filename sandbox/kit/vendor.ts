import type { Agenda } from './agenda.ts'
import {
  startSimulator, withMembers, type SimulatedReply, type SimulatedRequest, type Simulator, type SimulatorOptions
} from './simulator.ts'

/** What each simulated vendor can be started with. */
export interface VendorOptions<Knobs> extends SimulatorOptions {
  /** Epoch milliseconds. */
  readonly clock?: () => number
  readonly knobs?: Partial<Knobs>
}

interface VendorWorld<Knobs> extends Agenda {
  readonly knobs: Knobs
  /** Servers made by accepted creates. */
  readonly created: number
}

/**
 * A simulator over a world with a clock and knobs: every change that is due is applied before a request is handled.
 * `members` are the vendor's own, beside `knobs` and `created`.
 */
export async function startVendor<Knobs extends object, World extends VendorWorld<Knobs>, Members extends object> (
  world: World & VendorWorld<Knobs>,
  handle: (world: World, request: SimulatedRequest) => SimulatedReply,
  options: SimulatorOptions,
  members: (origin: string) => Members
): Promise<Simulator & Members & Pick<VendorWorld<Knobs>, 'knobs' | 'created'>> {
  const simulator = await startSimulator(request => {
    world.settle()
    return handle(world, request)
  }, options)
  const common = { knobs: world.knobs, get created () { return world.created } }
  return withMembers(withMembers(simulator, members(simulator.origin)), common)
}
