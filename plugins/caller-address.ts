import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { canonicalAddress } from '../src/domain/address.ts'

/**
 * The address that the request comes from: the peer, or what trusted proxies say in `X-Forwarded-For`, from the right up to the first
 * address that is not trusted. Text in that place that is no address is passed over; null where even the peer is unknown.
 */
export function callerAddressOf ({ ip, ips }: Pick<FastifyRequest, 'ip' | 'ips'>): string | null {
  const last = (ips ?? [ip]).findLast(address => typeof address === 'string' && isIP(address) !== 0)
  return last === undefined ? null : canonicalAddress(last.replace(/^::ffff:(?=\d+\.)/i, ''))
}
