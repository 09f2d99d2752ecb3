import { isIP } from 'node:net'

/** The IPv4 network of an address and a prefix length; null if either is invalid. */
export function cidrOf (address: string | null | undefined, length: number | null | undefined): string | null {
  if (typeof address !== 'string' || isIP(address) !== 4) return null
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || length > 32) return null
  const bits = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0)
  const size = 2 ** (32 - length)
  const network = bits - bits % size
  return `${[24, 16, 8, 0].map(shift => Math.floor(network / 2 ** shift) % 256).join('.')}/${length}`
}
