import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import type { World } from './world.ts'
import { noHandler } from './failures.ts'
import { collections, resourceReply } from './resources.ts'
import { serversReply } from './servers.ts'

/** `/compute/...`; `parts` are the path pieces behind the prefix. */
export const computeReply = (world: World, request: SimulatedRequest, parts: readonly string[]): SimulatedReply => {
  const [plural = '', id, more] = parts
  if (plural === 'servers') return serversReply(world, request, parts.slice(1))
  const kind = collections.get(plural)
  if (kind === undefined || more !== undefined) throw noHandler()
  return resourceReply(world, request, kind, id)
}
