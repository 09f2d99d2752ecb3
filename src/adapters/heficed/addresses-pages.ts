import { UpstreamError } from '../../domain/failure.ts'
import type { AddressClient } from './addresses-client.ts'
import type { Subnet } from './addresses-mapping.ts'

const maximumLevels = 500

/**
 * The routable subnets: the undivided ones of the tree. The vendor has no search, so each block costs one call;
 * `isWorthIt` skips blocks.
 */
export async function readLeaves (client: AddressClient, isWorthIt: (subnet: Subnet) => boolean = () => true): Promise<readonly Subnet[]> {
  const leaves: Subnet[] = []
  const met = new Set<string>()
  const open: Array<Subnet | null> = [null]
  for (let levels = 0; levels < maximumLevels; levels += 1) {
    const block = open.shift()
    if (block === undefined) return leaves
    const rows = (await client.listSubnets(block?.id ?? '')).filter(({ id }) => !met.has(id))
    if (block !== null && rows.length === 0) leaves.push(block)
    for (const row of rows) {
      met.add(row.id)
      if (!isWorthIt(row)) continue
      if (isUndivided(row)) leaves.push(row)
      else open.push(row)
    }
  }
  throw new UpstreamError('malformed', 'the provider\'s tree of subnets does not end')
}

/** A single address has no parts, and a routed subnet is routed as a whole. */
const isUndivided = ({ prefix, server }: Subnet): boolean => prefix === 32 || server !== null
