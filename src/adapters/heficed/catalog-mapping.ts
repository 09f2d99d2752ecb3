import type { Image, SshKey } from '../../domain/catalogue.ts'
import type { SshKeyWire, TemplateWire } from './schema.ts'

/** The rows do not repeat the query's region and instance type. */
export const toImage = ({ id, name }: TemplateWire, type: string, region: string): Image =>
  ({ id, name: name ?? id, os: type, region, min_disk_gib: null, min_memory_mib: null })

export const toSshKey = ({ id, label, publicKey, fingerPrint }: SshKeyWire): SshKey =>
  ({ id, name: label ?? id, public_key: publicKey ?? null, fingerprint: fingerPrint ?? null })
