import { badMember } from '../../domain/failure.ts'
import { isId, numberIn } from './ids.ts'

/** Pools of addresses go by their number. A private network is its own number and, behind a colon, that of one of its ranges. */
const privateMark = 'vxlan:'

export const privateNetworkId = (vxlan: string, range: string | null): string =>
  range === null ? `${privateMark}${vxlan}` : `${privateMark}${vxlan}:${range}`

export interface NetworkWishes {
  readonly pools: readonly number[]
  /** One address each, where there is a range to take it from. */
  readonly vxlans: ReadonlyArray<{ readonly id: number, readonly ipnet?: number, readonly ipv4_number?: number }>
}

/** What `networks` of a create ask for. */
export function networkWishes (networks: readonly string[]): NetworkWishes {
  const member = 'body.networks'
  const privates = networks.filter(id => id.startsWith(privateMark)).map(id => id.slice(privateMark.length).split(':'))
  for (const parts of privates) {
    if (parts.length > 2 || !parts.every(isId)) throw badMember(member, 'is not the id of a network of this provider')
  }
  return {
    pools: networks.filter(id => !id.startsWith(privateMark)).map(id => numberIn(member, id)),
    vxlans: privates.map(([id = '', range]) => ({
      id: numberIn(member, id),
      ...(range === undefined ? {} : { ipnet: numberIn(member, range), ipv4_number: 1 })
    }))
  }
}
