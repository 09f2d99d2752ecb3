import type { Seen } from '../../domain/list.ts'
import { hardwareWire } from './schema.ts'

/** The facts beyond our record that resize, rebuild and delete need. */
export interface Hardware {
  readonly hypervisor: string
  readonly systemDisk: { readonly id: string, readonly mib: number } | null
  /** An elastic address belongs to the project and outlives the server; a `public_ip` is deleted with the server. */
  readonly elasticAddress: string | null
}

/** The system disk has the lowest index; the disks come in any order. */
export function hardwareOf ({ raw }: Seen): Hardware {
  const wire = hardwareWire.parse(raw)
  const [first] = [...wire.disks_info ?? []].sort((a, b) => (a.index ?? Number.MAX_SAFE_INTEGER) - (b.index ?? Number.MAX_SAFE_INTEGER))
  return {
    hypervisor: wire.hypervisor ?? 'kvm',
    systemDisk: typeof first?.id === 'string' && typeof first.size === 'number' ? { id: first.id, mib: first.size } : null,
    elasticAddress: wire.eip_mode !== 'public_ip' && typeof wire.eip === 'string' && wire.eip !== '' ? wire.eip : null
  }
}
