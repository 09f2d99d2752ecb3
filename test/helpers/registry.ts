import { loadAdapters } from '../../src/adapters/registry.ts'

/** Every adapter, loaded. */
export const registry = await loadAdapters()
