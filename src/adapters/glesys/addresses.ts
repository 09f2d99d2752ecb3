import type { AllVerbs } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import { canonicalIp } from '../kit/addresses.ts'
import { missing, noAddress } from '../kit/ids.ts'
import type { AddressClient } from './addresses-client.ts'
import type { GlesysClient } from './client.ts'
import { idOf } from './ids.ts'

type AddressVerbs = Pick<AllVerbs, 'addresses.list' | 'addresses.attach' | 'addresses.detach'>

export const createAddresses = (client: GlesysClient, addresses: AddressClient): AddressVerbs => ({
  'addresses.list': {
    evidence: 'observed',
    cost: { calls: 1, perPage: 1 },
    run: async id => {
      const rows = (await addresses.listOfServer(idOf(id))).filter(row => row.server_id === id)
      // The answer for a missing server is not documented; it may be an empty list.
      if (rows.length === 0) await client.details(id)
      return rows
    },
    all: async () => await addresses.listOwn()
  },
  'addresses.attach': {
    evidence: 'observed',
    cost: { calls: 0, perRow: 1 },
    note: 'An address of the project, in the server\'s region and platform. ' +
      'It may have to be configured by hand in the server\'s operating system.',
    run: async ({ id, addresses: asked }) => {
      const serverId = idOf(id)
      const wanted = [...new Set(asked.map((text, index) => canonicalIp(text) ?? refuse(index)))]
      const has: string[] = []
      for (const address of wanted) has.push((await addresses.add(address, serverId)).address ?? address)
      return { goal: { has } }
    }
  },
  'addresses.detach': {
    evidence: 'observed',
    cost: { calls: 2 },
    note: 'The address stays with the project and is billed.',
    run: async ({ id, address }) => {
      const serverId = idOf(id)
      const wanted = pathAddress(address)
      // The vendor's call does not name the server: it would detach the address from any.
      const { server } = await client.details(serverId)
      const held = server.addresses.find(row => canonicalIp(row.address) === wanted)
      if (held === undefined) throw noAddress()
      await addresses.remove(held.address)
      return { goal: { missing: [held.address] } }
    }
  }
})

function refuse (index: number): never {
  throw badMember(`body.addresses.${index}`, 'must be an IP address: this provider\'s addresses have no other ids')
}

export function pathAddress (text: string): string {
  const address = canonicalIp(text)
  if (address === null) throw missing('there is no such address', 'path.address')
  return address
}
