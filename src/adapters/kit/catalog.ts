import type { SshKey } from '../../domain/catalog.ts'
import { regionQuery, type RegionQuery } from '../../domain/parameter.ts'
import type { Catalog } from '../verbs.ts'

/** A list of choices that can be narrowed to one region. */
export const byRegion = <Row>(verb: Omit<Catalog<Row, RegionQuery>, 'parameters'>): Catalog<Row> => ({ ...verb, parameters: regionQuery })

/** The parts of a name that are there, such as a system and its version; null if there is none. */
export const joined = (...parts: ReadonlyArray<string | null | undefined>): string | null =>
  parts.filter(part => typeof part === 'string' && part !== '').join(' ') || null

type Shown = { readonly id: string } & { readonly [Fact in 'name' | 'public_key' | 'fingerprint']?: string | null | undefined }

/** The common form of an SSH key. */
export const toSshKey = ({ id, name, public_key: key, fingerprint }: Shown): SshKey =>
  ({ id, name: name ?? id, public_key: key ?? null, fingerprint: fingerprint ?? null })

/** A size in `unit` parts; null if the vendor shows none, or 0 for none. */
export const positive = (value: number | null | undefined, unit = 1): number | null =>
  typeof value === 'number' && value > 0 ? value / unit : null
