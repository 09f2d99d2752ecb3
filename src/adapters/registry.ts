import type { Adapter } from './contract.ts'

export type Adapters = ReadonlyMap<string, Adapter<unknown>>

/** Every provider, by id. Adding one is one line here and a folder. A folder is loaded when an account of its provider is configured. */
export const registry: ReadonlyMap<string, () => Promise<Adapter<unknown>>> = new Map<string, () => Promise<Adapter<unknown>>>([
  ['heficed', async () => (await import('./heficed/adapter.ts')).heficed],
  ['fleio', async () => (await import('./fleio/adapter.ts')).fleio],
  ['glesys', async () => (await import('./glesys/adapter.ts')).glesys],
  ['vmmanager', async () => (await import('./vmmanager/adapter.ts')).vmmanager],
  ['onecloud', async () => (await import('./onecloud/adapter.ts')).onecloud]
])

/** The adapters with these ids, in the registry's order; all of them by default. */
export async function loadAdapters (ids: Iterable<string> = registry.keys()): Promise<Adapters> {
  const wanted = new Set(ids)
  const entries = [...registry].filter(([id]) => wanted.has(id))
  return new Map(await Promise.all(entries.map(async ([id, load]) => [id, await load()] as const)))
}
