import { isIP } from 'node:net'
import type { Catalogue, CatalogueQuery, OwnerCreate, RawAnswer, RawRequest, ServerOperations } from '../adapters/verbs.ts'
import type { AddressRow, Console, LoginLink, Owner, Ptr, Snapshot } from '../domain/catalogue.ts'
import { badMember, GatewayError } from '../domain/failure.ts'
import type { OwnerSpec } from '../domain/spec.ts'
import type { AskRequest } from './asks.ts'
import { parseOptions, refuseMissing } from './commands.ts'

type Named<Name extends keyof ServerOperations> = NonNullable<ServerOperations[Name]>

const reading = { given: {}, writes: false } as const

export const snapshotsQuestion = (serverId: string): AskRequest<Named<'snapshots.list'>, readonly Snapshot[]> => ({
  ...reading,
  action: 'snapshots.list',
  verb: operations => operations['snapshots.list'],
  serverId,
  run: async verb => await verb.run({ id: serverId })
})

export const addressesQuestion = (serverId: string | null): AskRequest<Named<'addresses.list'>, readonly AddressRow[]> => ({
  ...reading,
  action: 'addresses.list',
  verb: operations => operations['addresses.list'],
  serverId,
  run: async verb => serverId === null ? await verb.all() : await verb.run(serverId)
})

export type CatalogueName = 'images' | 'plans' | 'regions' | 'ssh_keys' | 'networks'

/** The rows of a catalogue, whichever it is. */
export const catalogueQuestion = <Row>(
  action: CatalogueName, query: CatalogueQuery, verb: (operations: ServerOperations) => Catalogue<Row> | undefined
): AskRequest<Catalogue<Row>, readonly Row[]> => ({
    action,
    verb,
    serverId: null,
    writes: false,
    given: Object.fromEntries(Object.entries(query).map(([name, value]) => [`query.${name}`, value])),
    check: ({ requires }) => {
      refuseMissing((requires ?? []).filter(name => query[name] === undefined).map(name => `query.${name}`))
    },
    run: async catalogue => await catalogue.run(query)
  })

export const ownersQuestion: AskRequest<Named<'owners.list'>, readonly Owner[]> = {
  ...reading,
  action: 'owners.list',
  verb: operations => operations['owners.list'],
  serverId: null,
  run: async verb => await verb.run()
}

export const ownerQuestion = (owner: string): AskRequest<Named<'owners.list'>, Owner> => ({
  ...reading,
  action: 'owners.list',
  verb: operations => operations['owners.list'],
  serverId: null,
  run: async verb => await verb.get(owner)
})

export function ownerOrder (spec: OwnerSpec): AskRequest<OwnerCreate, Owner> {
  const { options, ...members } = spec
  return {
    action: 'owners.create',
    verb: operations => operations['owners.create'],
    serverId: null,
    writes: true,
    given: Object.fromEntries(Object.entries(spec).map(([name, value]) => [`body.${name}`, value])),
    check: ({ requires, options: schema }) => {
      const given = new Map<string, unknown>(Object.entries(members))
      refuseMissing(requires.filter(member => given.get(member) === undefined && member !== 'options').map(member => `body.${member}`))
      parseOptions(schema, options)
    },
    run: async verb => await verb.run({ ...spec, options: parseOptions(verb.options, options) })
  }
}

export const loginLinkOrder = (owner: string): AskRequest<Named<'login_link'>, LoginLink> => ({
  action: 'login_link',
  verb: operations => operations.login_link,
  serverId: null,
  writes: true,
  given: {},
  run: async verb => await verb.run({ owner })
})

export const consoleOrder = (serverId: string): AskRequest<Named<'console'>, Console> => ({
  action: 'console',
  verb: operations => operations.console,
  serverId,
  writes: true,
  given: {},
  run: async verb => {
    const { type, url, password = null, expires_at: expiresAt } = await verb.run({ id: serverId })
    return { type, url, password, expires_at: expiresAt }
  }
})

export const ptrOrder = (ptr: Ptr): AskRequest<Named<'ptr'>, Ptr> => ({
  action: 'ptr',
  verb: operations => operations.ptr,
  serverId: null,
  writes: true,
  isRepeatable: true,
  given: {},
  check: () => {
    if (isIP(ptr.address) === 0) throw badMember('path.address', 'must be an IP address')
  },
  run: async verb => await verb.run(ptr)
})

export const rawOrder = (raw: RawRequest): AskRequest<Named<'raw'>, RawAnswer> => ({
  action: 'raw',
  verb: operations => operations.raw,
  serverId: null,
  writes: raw.method !== 'GET',
  isDelete: raw.method === 'DELETE',
  given: {},
  check: verb => {
    if (verb.isForbidden(raw.path)) throw new GatewayError('forbidden', 'paths that sign in or give out credentials are not passed on')
  },
  run: async verb => await verb.run(raw)
})
