import type { Seen } from '../../domain/list.ts'
import { hardwareWire } from './schema.ts'

/** What resizing, rebuilding and deleting must know of a server beyond our record of it. */
export interface Hardware {
  readonly hypervisor: string
  readonly systemDisk: { readonly id: string, readonly mib: number } | null
  /** It belongs to the project and outlives the server; a `public_ip` goes with it. */
  readonly elasticAddress: string | null
}

/** The system disk is the one with the lowest index; the disks come in any order. */
export function hardwareOf ({ raw }: Seen): Hardware {
  const wire = hardwareWire.parse(raw)
  const [first] = [...wire.disks_info ?? []].sort((a, b) => (a.index ?? Number.MAX_SAFE_INTEGER) - (b.index ?? Number.MAX_SAFE_INTEGER))
  return {
    hypervisor: wire.hypervisor ?? 'kvm',
    systemDisk: typeof first?.id === 'string' && typeof first.size === 'number' ? { id: first.id, mib: first.size } : null,
    elasticAddress: wire.eip_mode !== 'public_ip' && typeof wire.eip === 'string' && wire.eip !== '' ? wire.eip : null
  }
}
