import type { Accepted, Adapter, List, PageRequest, VendorPage } from '../contract.js'
import { compareNumericIds } from '../../domain/compare.js'
import { UpstreamError } from '../../domain/failure.js'
import { signIn } from './auth.js'
import { createClient, type HeficedClient } from './client.js'
import { ownedBy } from './mapping.js'
import type { EventWire, InstanceListWire } from './schema.js'
import { example, heficedAccountSchema, type HeficedAccount } from './settings.js'

export const heficed: Adapter<HeficedAccount> = {
  id: 'heficed',
  title: 'Heficed Kronos Cloud',
  account: heficedAccountSchema,
  example,
  secretMembers: ['password', 'ipmiProxy', 'billingDetails'],
  signIn,
  connect: (account, upstream) => {
    const client = createClient(account, upstream)
    return {
      list: createList(account, client),
      get: {
        evidence: 'observed',
        run: async id => ownedBy(account.organization_id, await client.getInstance(idOf(id)))
      },
      start: {
        evidence: 'inferred',
        note: 'No public source shows this path; it is the twin of stop.',
        run: async id => toAccepted(await client.act(idOf(id), 'start', false))
      },
      stop: {
        evidence: 'documented',
        accepts: ['force'],
        run: async (id, { force }) => toAccepted(await client.act(idOf(id), 'stop', force === true))
      },
      reboot: {
        evidence: 'inferred',
        accepts: ['force'],
        note: 'No public source shows this path; the vendor\'s earlier API had it.',
        run: async (id, { force }) => toAccepted(await client.act(idOf(id), 'reboot', force === true))
      }
    }
  }
}

/** Instance ids are decimal numbers; anything else can not exist there. */
function idOf (id: string): string {
  if (!/^\d{1,19}$/.test(id)) throw new UpstreamError('not-found', 'no server has such an id', { notAttempted: true })
  return id
}

const createList = (account: HeficedAccount, client: HeficedClient): List => ({
  evidence: 'documented',
  paging: 'offset',
  // The vendor's own default; its maximum is unknown, so never more.
  pageSize: 200,
  // Neither the order of rows nor how to ask for one is documented.
  ordered: false,
  compareIds: compareNumericIds,
  run: async page => await listPage(account, client, page)
})

async function listPage (account: HeficedAccount, client: HeficedClient, { filters, offset, limit }: PageRequest): Promise<VendorPage> {
  const query = new URLSearchParams({ limit: String(limit), offset: String(offset) })
  // Ours is `running` only where the vendor's word is; a server in rescue or under cancellation has it too.
  if (filters.status?.size === 1 && filters.status.has('running')) query.set('status', 'running')
  const wire = await client.listInstances(query)
  const paging = wire.metadata?.paging
  const total = paging?.total ?? null
  const end = offset + wire.data.length
  // Ends survive either guess about `next`: see the provider's README.
  const last = wire.data.length === 0 || (total !== null ? end >= total : !tellsMore(wire))
  return { rows: wire.data.map(seen => ownedBy(account.organization_id, seen)), start: offset, last, total: query.has('status') ? null : total }
}

/** The link is only looked at, never followed. */
const tellsMore = ({ links, metadata }: InstanceListWire): boolean =>
  typeof metadata?.paging?.offsets?.next === 'number' || (links?.paging?.next ?? '') !== ''

/**
 * The event can not be read again: no public source shows how. The server is looked at instead, and the event's first
 * state is not told, since it would stand there for ever.
 */
const toAccepted = ({ id }: EventWire): Accepted => typeof id === 'string' ? { upstream: { id, status: null } } : {}
