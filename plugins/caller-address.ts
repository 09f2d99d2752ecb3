import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { canonicalAddress } from '../src/domain/address.ts'

/**
 * The address of the caller: the peer, or behind trusted proxies the first untrusted address of `X-Forwarded-For`, read from the right.
 * Entries that are not addresses are skipped; null if even the peer is unknown.
 */
export function callerAddressOf ({ ip, ips }: Pick<FastifyRequest, 'ip' | 'ips'>): string | null {
  const last = (ips ?? [ip]).findLast(address => typeof address === 'string' && isIP(address) !== 0)
  return last === undefined ? null : canonicalAddress(last.replace(/^::ffff:(?=\d+\.)/i, ''))
}
