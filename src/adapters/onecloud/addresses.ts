import type { AddressRow } from '../../domain/catalog.ts'
import { badMember } from '../../domain/failure.ts'
import { addressRow, serverAddressRow } from '../kit/addresses.ts'
import { noAddress, refusal } from '../kit/ids.ts'
import type { AllVerbs } from '../verbs.ts'
import type { OnecloudClient } from './client.ts'
import { naming } from './failures.ts'
import { goalOf } from './mapping.ts'
import type { EipWire } from './schema.ts'

type AddressVerbs = Pick<AllVerbs, 'addresses.list' | 'addresses.attach' | 'addresses.detach'>

const attachFailure = naming({ eip: 'body.addresses' }, 'body.addresses')

/** A server has the fixed addresses of its network cards, and at most one elastic address, which can be attached and detached. */
export const createAddresses = (client: OnecloudClient): AddressVerbs => ({
  'addresses.list': {
    evidence: 'observed',
    cost: { calls: 1, perPage: 1 },
    note: 'The account\'s list has its elastic addresses; a server\'s list also has the fixed ones of its network cards.',
    run: async id => {
      const { server } = await client.getServer(id)
      const eips = (await client.eips({ associate_id: id })).filter(eip => eip.associate_id === id)
      return server.addresses.map(address =>
        serverAddressRow(server, address, { id: eips.find(eip => eip.ip_addr === address.address)?.id ?? null }))
    },
    all: async () => (await client.eips()).flatMap(eip => toAddressRow(eip) ?? [])
  },
  'addresses.attach': {
    evidence: 'observed',
    cost: { calls: 2, perPage: 1 },
    note: 'A server can have one elastic address, which must exist and be free. ' +
      'On the provider\'s own platform most networks allow it only inside a VPC; elsewhere the provider accepts the call and fails later.',
    run: async ({ id, addresses }) => {
      const [wanted = '', another] = addresses
      if (another !== undefined) throw badMember('body.addresses', 'a server can have only one elastic address')
      await client.getServer(id)
      const eip = (await client.eips()).find(({ id: eipId, ip_addr: address }) => eipId === wanted || address === wanted)
      if (eip === undefined) throw refusal('rejected', 'the account has no such elastic address', 'body.addresses')
      if (eip.associate_id === id) return { done: true }
      await client.act(id, 'associate-eip', { eip_id: eip.id }, attachFailure)
      return { goal: goalOf('addresses.attach', { statuses, ...(typeof eip.ip_addr === 'string' ? { has: [eip.ip_addr] } : {}) }) }
    }
  },
  'addresses.detach': {
    evidence: 'observed',
    cost: { calls: 2, perPage: 1 },
    note: 'Elastic addresses only; they stay with the account.',
    run: async ({ id, address }) => {
      const { server } = await client.getServer(id)
      if (!server.addresses.some(known => known.address === address)) throw noAddress()
      const [eip] = (await client.eips({ associate_id: id })).filter(row => row.associate_id === id && row.ip_addr === address)
      if (eip === undefined) throw refusal('conflict', 'the address belongs to a network card and cannot be detached', 'path.address')
      await client.act(id, 'dissociate-eip', { auto_delete: false })
      return { goal: goalOf('addresses.detach', { statuses, missing: [address] }) }
    }
  }
})

/** The server is busy meanwhile; a failure after the acceptance has its own status. */
const statuses = ['running', 'stopped', 'rescue'] as const

function toAddressRow (eip: EipWire): AddressRow | null {
  const server = eip.associate_type === 'server' && eip.associate_id !== '' ? eip.associate_id ?? null : null
  return addressRow(eip.ip_addr, { id: eip.id, scope: 'public', server_id: server, region: eip.cloudregion_id ?? null })
}
