import { badMember } from '../../domain/failure.ts'
import { isNumericId, numberIn } from '../kit/ids.ts'

/** A pool's id is its number. A private network's id is its number and, after a colon, that of one of its ranges. */
const privateMark = 'vxlan:'

export const privateNetworkId = (vxlan: string, range: string | null): string =>
  range === null ? `${privateMark}${vxlan}` : `${privateMark}${vxlan}:${range}`

export interface NetworkWishes {
  readonly pools: readonly number[]
  /** One address each, if a range is given. */
  readonly vxlans: ReadonlyArray<{ readonly id: number, readonly ipnet?: number, readonly ipv4_number?: number }>
}

/** The pools and private networks in `networks` of a create. */
export function networkWishes (networks: readonly string[]): NetworkWishes {
  const member = 'body.networks'
  const privates = networks.filter(id => id.startsWith(privateMark)).map(id => id.slice(privateMark.length).split(':'))
  for (const parts of privates) {
    if (parts.length > 2 || !parts.every(isNumericId)) throw badMember(member, 'is not the id of a network of this provider')
  }
  return {
    pools: networks.filter(id => !id.startsWith(privateMark)).map(id => numberIn(member, id)),
    vxlans: privates.map(([id = '', range]) => ({
      id: numberIn(member, id),
      ...(range === undefined ? {} : { ipnet: numberIn(member, range), ipv4_number: 1 })
    }))
  }
}
