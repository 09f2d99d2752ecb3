import { isIP } from 'node:net'
import type { AllVerbs } from '../verbs.ts'
import type { AddressRow } from '../../domain/catalog.ts'
import { badMember } from '../../domain/failure.ts'
import { addressRow } from '../kit/addresses.ts'
import { isUuid, noAddress, uuidServerId } from '../kit/ids.ts'
import type { FleioClient } from './client.ts'
import { addressesOf } from './mapping.ts'
import type { AttachedWire, FloatingIpWire } from './schema.ts'

const note = 'Floating addresses only; fixed addresses stay with their server.'

export const createAddresses = (client: FleioClient): Pick<AllVerbs, 'addresses.list' | 'addresses.attach' | 'addresses.detach'> => ({
  'addresses.list': {
    evidence: 'inferred',
    cost: { calls: 1, perPage: 1 },
    note: 'The account\'s list has the floating addresses; fixed addresses are listed with their server only.',
    run: async id => {
      const wire = await client.getAttached(id)
      return addressesOf(wire).map(row => ({ ...row.address, id: row.id, server_id: wire.id, region: wire.region ?? null, ptr: null }))
    },
    all: async () => (await client.listFloatingIps()).map(toRow).filter(row => row !== null)
  },
  'addresses.attach': {
    evidence: 'inferred',
    cost: { calls: 1, perPage: 1, perRow: 1 },
    note,
    run: async ({ id, addresses }) => {
      uuidServerId(id)
      const resolved = await resolve(client, addresses)
      for (const address of resolved) await client.act(id, 'add_floating_ip', { floating_ip: address })
      return { goal: { has: resolved } }
    }
  },
  'addresses.detach': {
    evidence: 'inferred',
    cost: { calls: 2 },
    note,
    run: async ({ id, address: addressOrId }) => {
      if (!isAddressOrId(addressOrId)) throw noAddress()
      const address = floatingAddress(await client.getAttached(id), addressOrId.toLowerCase())
      // The member is floating_ip to attach and ip to detach.
      await client.act(id, 'remove_floating_ip', { ip: address })
      return { goal: { missing: [address] } }
    }
  }
})

const isAddressOrId = (text: string): boolean => isIP(text) !== 0 || isUuid(text.toLowerCase())

/** The vendor attaches by address, so ids are resolved before anything is changed. */
async function resolve (client: FleioClient, addressesOrIds: readonly string[]): Promise<readonly string[]> {
  if (!addressesOrIds.every(isAddressOrId)) throw badMember('body.addresses', 'must be addresses or ids of floating addresses')
  const known = addressesOrIds.some(text => isIP(text) === 0) ? await client.listFloatingIps() : []
  return [...new Set(addressesOrIds.map(text => {
    const address = isIP(text) === 0 ? known.find(row => row.id === text.toLowerCase())?.floating_ip_address ?? null : text
    if (address === null) throw badMember('body.addresses', `no floating address has the id ${text}`)
    return address
  }))]
}

/** The floating address of the server with this address or id, in lower case. */
function floatingAddress (wire: AttachedWire, addressOrId: string): string {
  const found = addressesOf(wire).find(({ id, address }) => id === addressOrId || address.address.toLowerCase() === addressOrId)
  if (found === undefined) throw noAddress()
  if (!found.floating) throw badMember('path.address', 'a fixed address stays with its server; only floating addresses can be detached')
  return found.address.address
}

const toRow = ({ associated_object: holder, ...wire }: FloatingIpWire): AddressRow | null => addressRow(wire.floating_ip_address, {
  id: wire.id, server_id: holder?.device_type === 'instance' ? holder.id : null, region: wire.floating_network?.region ?? null
})
