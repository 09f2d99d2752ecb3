import type { Image, Network, Region, SshKey } from '../../domain/catalogue.ts'
import type { Call } from './call.ts'
import { imagesPayload, networksPayload, regionsPayload, sshKeysPayload } from './catalogue-schema.ts'
import { listFailure } from './failures.ts'

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
