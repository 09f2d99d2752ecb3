import type { Adapter } from './contract.js'
import { fleio } from './fleio/adapter.js'
import { glesys } from './glesys/adapter.js'
import { heficed } from './heficed/adapter.js'
import { onecloud } from './onecloud/adapter.js'
import { vmmanager } from './vmmanager/adapter.js'

const adapters: ReadonlyArray<Adapter<unknown>> = [heficed, fleio, glesys, vmmanager, onecloud]

/** Every provider, by id. Adding one is one line here and a folder. */
export const registry: ReadonlyMap<string, Adapter<unknown>> = new Map(adapters.map(adapter => [adapter.id, adapter]))
