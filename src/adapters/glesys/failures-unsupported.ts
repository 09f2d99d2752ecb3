import { UpstreamError } from '../../domain/failure.ts'
import type { Seen } from '../../domain/list.ts'
import { isLacking } from './mapping.ts'
import { serverWire } from './schema.ts'

/** Refuses, without a call, a feature that the vendor says this server does not support. */
export function refuseLacking ({ raw }: Seen, feature: string, member?: string): void {
  const wire = serverWire.safeParse(raw)
  if (!wire.success || !isLacking(wire.data, feature)) return
  throw new UpstreamError('unsupported', 'the provider says that this server does not support it', {
    notAttempted: true,
    ...(member === undefined ? {} : { member })
  })
}
