import type { Image, Network, Region, SshKey } from '../../domain/catalogue.js'
import type { Call } from './call.js'
import { imagesPayload, networksPayload, regionsPayload, sshKeysPayload } from './catalogue-schema.js'
import { listFailure } from './failures.js'

export type CatalogueClient = ReturnType<typeof createCatalogueClient>

/** One function for each endpoint; none of them has pages. */
export const createCatalogueClient = (call: Call) => ({
  templates: async (): Promise<readonly Image[]> =>
    await call({ name: 'server/templates', payload: 'templates', schema: imagesPayload, failure: listFailure }),
  /** Empty arguments make it a POST: a GET of it was never seen. */
  allowedArguments: async (): Promise<readonly Region[]> =>
    await call({ name: 'server/allowedarguments', arguments: {}, payload: 'argumentslist', schema: regionsPayload, failure: listFailure }),
  sshKeys: async (): Promise<readonly SshKey[]> =>
    await call({ name: 'sshkey/list', payload: 'sshkeys', schema: sshKeysPayload, failure: listFailure }),
  networks: async (): Promise<readonly Network[]> =>
    await call({ name: 'network/list', payload: 'networks', schema: networksPayload, failure: listFailure })
})
