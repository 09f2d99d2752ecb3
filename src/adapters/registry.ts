import type { Adapter } from './contract.ts'

export type AdapterLoader = () => Promise<Adapter<unknown>>

/** Every provider by its id. A new provider is one line here and a folder; its code is loaded when an account needs it. */
export const loaders: ReadonlyMap<string, AdapterLoader> = new Map<string, AdapterLoader>([
  ['heficed', async () => (await import('./heficed/adapter.ts')).heficed],
  ['fleio', async () => (await import('./fleio/adapter.ts')).fleio],
  ['glesys', async () => (await import('./glesys/adapter.ts')).glesys],
  ['vmmanager', async () => (await import('./vmmanager/adapter.ts')).vmmanager],
  ['onecloud', async () => (await import('./onecloud/adapter.ts')).onecloud],
  ['hetzner', async () => (await import('./hetzner/adapter.ts')).hetzner],
  ['openstack', async () => (await import('./openstack/adapter.ts')).openstack],
  ['digitalocean', async () => (await import('./digitalocean/adapter.ts')).digitalocean]
])

/** The adapters of these providers, in the order of the registry; all of them where none are named. */
export async function loadAdapters (ids: ReadonlySet<string> = new Set(loaders.keys())): Promise<ReadonlyMap<string, Adapter<unknown>>> {
  const wanted = [...loaders].filter(([id]) => ids.has(id))
  return new Map(await Promise.all(wanted.map(async ([id, load]) => [id, await load()] as const)))
}
