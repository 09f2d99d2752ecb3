import { badMember } from '../../domain/failure.ts'
import { isNumericId, missing, numberIn } from '../kit/ids.ts'

/** An id from our path; `member` if it is not the server's. */
export function idOf (id: string, member?: string): string {
  if (isNumericId(id)) return id
  throw missing('the provider has no such id', member)
}

/** Templates and saved images are numbered separately; our ids of saved images have this prefix. */
const savedImagePrefix = 'image:'

export const savedImageId = (id: string): string => `${savedImagePrefix}${id}`

/** An image as a body names it: `os` is a template, `image` a saved one. */
export function imageChoice (id: string): { readonly os: number } | { readonly image: number } {
  const isSaved = id.startsWith(savedImagePrefix)
  const digits = isSaved ? id.slice(savedImagePrefix.length) : id
  if (!isNumericId(digits)) {
    throw badMember('body.image', 'is not an id of this provider: a whole number, or image: and a whole number')
  }
  return isSaved ? { image: Number(digits) } : { os: Number(digits) }
}

/** A pool's id is its number. A private network's id is its number and, after a colon, that of one of its ranges. */
const privatePrefix = 'vxlan:'

export const privateNetworkId = (vxlan: string, range: string | null): string =>
  range === null ? `${privatePrefix}${vxlan}` : `${privatePrefix}${vxlan}:${range}`

interface NetworkChoice {
  readonly pools: readonly number[]
  /** One address each, if a range is given. */
  readonly vxlans: ReadonlyArray<{ readonly id: number, readonly ipnet?: number, readonly ipv4_number?: number }>
}

/** The pools and private networks in `networks` of a create. */
export function networkChoice (networks: readonly string[]): NetworkChoice {
  const member = 'body.networks'
  const privates = networks.filter(id => id.startsWith(privatePrefix)).map(id => id.slice(privatePrefix.length).split(':'))
  for (const parts of privates) {
    if (parts.length > 2 || !parts.every(isNumericId)) throw badMember(member, 'is not the id of a network of this provider')
  }
  return {
    pools: networks.filter(id => !id.startsWith(privatePrefix)).map(id => numberIn(member, id)),
    vxlans: privates.map(([id = '', range]) => ({
      id: numberIn(member, id),
      ...(range === undefined ? {} : { ipnet: numberIn(member, range), ipv4_number: 1 })
    }))
  }
}
