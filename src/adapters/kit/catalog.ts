import { regionQuery, type RegionQuery } from '../../domain/parameter.ts'
import type { Catalog } from '../verbs.ts'

/** A list of choices that can be narrowed to one region. */
export const byRegion = <Row>(verb: Omit<Catalog<Row, RegionQuery>, 'parameters'>): Catalog<Row> => ({ ...verb, parameters: regionQuery })
