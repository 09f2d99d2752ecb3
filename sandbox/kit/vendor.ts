import type { Agenda } from './agenda.ts'
import {
  startSimulator, withMembers, type SimulatedReply, type SimulatedRequest, type Simulator, type SimulatorOptions
} from './simulator.ts'

/** The options of every simulated vendor. */
export interface VendorOptions<Behavior> extends SimulatorOptions {
  /** Epoch milliseconds. */
  readonly clock?: () => number
  readonly behavior?: Partial<Behavior>
}

interface VendorWorld<Behavior> extends Agenda {
  readonly behavior: Behavior
  /** Servers made by accepted creates. */
  readonly created: number
}

/**
 * A simulator over a world with a clock and a behavior. Changes that are due are applied before a request is handled.
 * `members` are the vendor's own, beside `behavior` and `created`.
 */
export async function startVendor<Behavior extends object, World extends VendorWorld<Behavior>, Members extends object> (
  world: World & VendorWorld<Behavior>,
  handle: (world: World, request: SimulatedRequest) => SimulatedReply,
  options: SimulatorOptions,
  members: (origin: string) => Members
): Promise<Simulator & Members & Pick<VendorWorld<Behavior>, 'behavior' | 'created'>> {
  const simulator = await startSimulator(request => {
    world.settle()
    return handle(world, request)
  }, options)
  const common = { behavior: world.behavior, get created () { return world.created } }
  return withMembers(withMembers(simulator, members(simulator.origin)), common)
}
