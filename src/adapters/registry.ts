import type { Adapter } from './contract.ts'
import { fleio } from './fleio/adapter.ts'
import { glesys } from './glesys/adapter.ts'
import { heficed } from './heficed/adapter.ts'
import { onecloud } from './onecloud/adapter.ts'
import { vmmanager } from './vmmanager/adapter.ts'

const adapters: ReadonlyArray<Adapter<unknown>> = [heficed, fleio, glesys, vmmanager, onecloud]

/** Every provider, by id. Adding one is one line here and a folder. */
export const registry: ReadonlyMap<string, Adapter<unknown>> = new Map(adapters.map(adapter => [adapter.id, adapter]))
