import { isIP } from 'node:net'
import type { AllVerbs } from '../verbs.ts'
import type { AddressRow } from '../../domain/catalog.ts'
import { badMember } from '../../domain/failure.ts'
import { isUuid, noAddress, uuidServerId } from '../kit/ids.ts'
import { present } from '../kit/wire.ts'
import { addressRow } from '../kit/addresses.ts'
import type { CatalogClient } from './catalog-client.ts'
import type { FloatingIpWire } from './catalog-schema.ts'
import type { FleioClient } from './client.ts'
import { explained } from './failures-explain.ts'
import type { AttachedWire } from './schema.ts'

type Addresses = Pick<AllVerbs, 'addresses.list' | 'addresses.attach' | 'addresses.detach'>

const note = 'Floating addresses only; fixed addresses stay with their server.'

export const createAddresses = (client: FleioClient, catalog: CatalogClient): Addresses => ({
  'addresses.list': {
    evidence: 'inferred',
    cost: { calls: 1, perPage: 1 },
    note: 'The account\'s list has the floating addresses; fixed addresses are listed with their server only.',
    run: async id => rowsOf(await client.getAttached(uuidServerId(id))),
    all: async () => (await catalog.listFloatingIps()).map(toRow).filter(row => row !== null)
  },
  'addresses.attach': {
    evidence: 'inferred',
    cost: { calls: 1, perPage: 1, perRow: 1 },
    note,
    run: async ({ id, addresses }) => {
      uuidServerId(id)
      const wanted = await resolve(catalog, addresses)
      const about = { members: new Map([['floating_ip', 'body.addresses']]), uncertain: true }
      for (const address of wanted) {
        const work = client.act(id, 'add_floating_ip', { body: { floating_ip: address }, about })
        await explained(work, { client, id, member: 'body.addresses' })
      }
      return { goal: { has: wanted } }
    }
  },
  'addresses.detach': {
    evidence: 'inferred',
    cost: { calls: 2 },
    note,
    run: async ({ id, address: asked }) => {
      uuidServerId(id)
      if (isIP(asked) === 0 && !isUuid(asked.toLowerCase())) throw noAddress()
      const address = heldAddress(await client.getAttached(id), asked)
      // The member is floating_ip to attach and ip to detach.
      await client.act(id, 'remove_floating_ip', { body: { ip: address }, about: { members: new Map([['ip', 'path.address']]), uncertain: true } })
      return { goal: { missing: [address] } }
    }
  }
})

/** The vendor attaches by address, so ids are resolved before anything is changed. */
async function resolve (catalog: CatalogClient, asked: readonly string[]): Promise<readonly string[]> {
  const isOdd = asked.some(text => isIP(text) === 0 && !isUuid(text.toLowerCase()))
  if (isOdd) throw badMember('body.addresses', 'must be addresses or ids of floating addresses')
  const known = asked.some(text => isIP(text) === 0) ? await catalog.listFloatingIps() : []
  return [...new Set(asked.map(text => {
    const address = isIP(text) === 0 ? known.find(row => row.id === text.toLowerCase())?.floating_ip_address ?? null : text
    if (address === null) throw badMember('body.addresses', `no floating address has the id ${text}`)
    return address
  }))]
}

const heldAddress = (wire: AttachedWire, asked: string): string => {
  const wanted = asked.toLowerCase()
  const row = rowsOf(wire).find(({ id, address }) => id === wanted || address.toLowerCase() === wanted)
  if (row === undefined) throw noAddress()
  if (!floatingOf(wire).some(floating => floating.floating_ip_address === row.address)) {
    throw badMember('path.address', 'a fixed address stays with its server; only floating addresses can be detached')
  }
  return row.address
}

const portsOf = ({ net_details: net }: AttachedWire) => present(net?.ports)

const floatingOf = (wire: AttachedWire) =>
  present(portsOf(wire).flatMap(port => port.floating_ips ?? []))

/** Floating addresses first. Each port repeats all of them, so duplicates are dropped. Only floating addresses have ids. */
function rowsOf (wire: AttachedWire): AddressRow[] {
  const failureFacts = [
    ...floatingOf(wire).map(floating => ({ id: floating.id ?? null, text: floating.floating_ip_address })),
    ...portsOf(wire).flatMap(port => [...port.ipv4s ?? [], ...port.ipv6s ?? []]).map(fixed => ({ id: null, text: fixed?.ip_address })),
    { id: null, text: wire.access_ip }
  ]
  const rows = new Map<string, AddressRow>()
  for (const { id, text } of failureFacts) {
    const row = addressRow(text, { id, primary: text === wire.access_ip, server_id: wire.id, region: wire.region ?? null })
    if (row !== null && !rows.has(row.address)) rows.set(row.address, row)
  }
  return [...rows.values()]
}

const toRow = ({ id, floating_ip_address: text, associated_object: holder, floating_network: network }: FloatingIpWire): AddressRow | null =>
  addressRow(text, { id, server_id: holder?.device_type === 'instance' ? holder.id : null, region: network?.region ?? null })
