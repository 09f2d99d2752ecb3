import type { AllVerbs } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import { canonicalIp } from '../kit/addresses.ts'
import { missing, noAddress } from '../kit/ids.ts'
import type { GlesysClient } from './client.ts'
import { idOf } from './ids.ts'

type AddressVerbs = Pick<AllVerbs, 'addresses.list' | 'addresses.attach' | 'addresses.detach' | 'ptr'>

export const createAddresses = (client: GlesysClient): AddressVerbs => ({
  'addresses.list': {
    evidence: 'observed',
    cost: { calls: 1, perPage: 1 },
    run: async id => {
      const rows = (await client.listAddressesOf(idOf(id))).filter(row => row.server_id === id)
      // The answer for a missing server is not documented; it may be an empty list.
      if (rows.length === 0) await client.details(id)
      return rows
    },
    all: async () => await client.listAddresses()
  },
  'addresses.attach': {
    evidence: 'observed',
    cost: { calls: 0, perRow: 1 },
    note: 'An address of the project, in the server\'s region and platform. ' +
      'It may have to be configured by hand in the server\'s operating system.',
    run: async ({ id, addresses }) => {
      const serverId = idOf(id)
      const has: string[] = []
      for (const address of new Set(addresses.map(bodyAddress))) has.push((await client.addAddress(address, serverId)).address ?? address)
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
      const attached = server.addresses.find(row => canonicalIp(row.address) === wanted)
      if (attached === undefined) throw noAddress()
      await client.removeAddress(attached.address)
      return { goal: { missing: [attached.address] } }
    }
  },
  ptr: {
    evidence: 'documented',
    note: 'Null restores the provider\'s default name for the address, which the answer returns.',
    run: async ({ address: text, ptr }) => {
      const address = pathAddress(text)
      const answer = ptr === null ? await client.resetPtr(address) : await client.setPtr(address, hostName(ptr))
      return { address: answer.address ?? address, ptr: answer.ptr ?? (ptr === null ? null : ptr.replace(/\.$/, '')) }
    }
  }
})

function bodyAddress (text: string, index: number): string {
  const address = canonicalIp(text)
  if (address === null) throw badMember(`body.addresses.${index}`, 'must be an IP address: this provider\'s addresses have no other ids')
  return address
}

function pathAddress (text: string): string {
  const address = canonicalIp(text)
  if (address === null) throw missing('there is no such address', 'path.address')
  return address
}

/** The vendor requires a fully qualified name with a trailing dot. */
function hostName (ptr: string): string {
  const name = ptr.endsWith('.') ? ptr : `${ptr}.`
  const isName = name.length <= 254 && /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.){2,}$/i.test(name) && !/\.\d+\.$/.test(name)
  if (!isName) throw badMember('body.ptr', 'must be a fully qualified host name')
  return name
}
