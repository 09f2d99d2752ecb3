import { clusterWire, poolWire, presetWire, savedImageWire, sshKeyWire, templateWire, vxlanWire } from './catalog-schema.ts'
import { createReadAll } from './pages.ts'
import { listWire } from './schema.ts'
import type { VmmanagerSend } from './send.ts'

export type CatalogClient = ReturnType<typeof createCatalogClient>

// Created once, because zod compiles a schema at its first use.
const templatesWire = listWire(templateWire)
const savedImagesWire = listWire(savedImageWire)
const presetsWire = listWire(presetWire)
const clustersWire = listWire(clusterWire)
const poolsWire = listWire(poolWire)
const vxlansWire = listWire(vxlanWire)
const sshKeysWire = listWire(sshKeyWire)

/** One function for each list of choices. */
export function createCatalogClient (send: VmmanagerSend) {
  const readAll = createReadAll(send)
  return {
    listTemplates: async () => await readAll({ path: 'os', schema: templatesWire }),
    listSavedImages: async () => await readAll({ path: 'image', schema: savedImagesWire }),
    listPresets: async () => await readAll({ path: 'preset', schema: presetsWire }),
    listClusters: async () => await readAll({ path: 'cluster', schema: clustersWire }),
    listPools: async () => await readAll({ path: 'ippool', schema: poolsWire }),
    listVxlans: async () => await readAll({ path: 'vxlan', schema: vxlansWire }),
    listSshKeys: async () => await readAll({ path: 'ssh_key', schema: sshKeysWire })
  }
}
