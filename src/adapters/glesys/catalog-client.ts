import type { Image, Network, Region, SshKey } from '../../domain/catalog.ts'
import type { GlesysSend } from './send.ts'
import { imagesPayload, networksPayload, regionsPayload, sshKeysPayload } from './catalog-schema.ts'
import { listFailure } from './failures.ts'

export type CatalogClient = ReturnType<typeof createCatalogClient>

/** One function for each endpoint; none of them has pages. */
export const createCatalogClient = (send: GlesysSend) => ({
  templates: async (): Promise<readonly Image[]> =>
    await send({ name: 'server/templates', payload: 'templates', schema: imagesPayload, failure: listFailure }),
  /** The empty arguments make it a POST, the only method seen for it. */
  allowedArguments: async (): Promise<readonly Region[]> =>
    await send({ name: 'server/allowedarguments', arguments: {}, payload: 'argumentslist', schema: regionsPayload, failure: listFailure }),
  sshKeys: async (): Promise<readonly SshKey[]> =>
    await send({ name: 'sshkey/list', payload: 'sshkeys', schema: sshKeysPayload, failure: listFailure }),
  networks: async (): Promise<readonly Network[]> =>
    await send({ name: 'network/list', payload: 'networks', schema: networksPayload, failure: listFailure })
})
