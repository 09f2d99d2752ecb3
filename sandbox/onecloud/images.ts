import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import type { World } from './world.ts'
import { noHandler } from './failures.ts'
import { resourceReply } from './resources.ts'

/** `/image/v1/...`; `parts` are the path pieces behind the version. A GET of one image would be the file itself; no adapter calls it. */
export const imageReply = (world: World, request: SimulatedRequest, parts: readonly string[]): SimulatedReply => {
  if (parts.join('/') !== 'images') throw noHandler()
  return resourceReply(world, request, { word: 'image', service: 'image', owner: 'shared', filters: ['id', 'status'] }, undefined)
}
