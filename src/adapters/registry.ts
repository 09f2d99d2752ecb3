import type { Adapter } from './contract.js'
import { heficed } from './heficed/adapter.js'

const adapters: ReadonlyArray<Adapter<unknown>> = [heficed]

/** Every provider, by id. Adding one is one line here and a folder. */
export const registry: ReadonlyMap<string, Adapter<unknown>> = new Map(adapters.map(adapter => [adapter.id, adapter]))
