import type { Ask } from '../verbs.ts'
import type { Ptr } from '../../domain/catalog.ts'
import { badMember } from '../../domain/failure.ts'
import { isNumericId, missing } from '../kit/ids.ts'
import { isNameable, isNamed } from './addresses.ts'
import type { AddressClient } from './addresses-client.ts'
import type { IpWire } from './catalog-schema.ts'

const hostName = /^(?=.{1,253}$)[a-z\d_]([a-z\d_-]{0,61}[a-z\d])?(\.[a-z\d_]([a-z\d_-]{0,61}[a-z\d])?)*$/i

export const createPtr = (ips: AddressClient): Ask<Ptr, Ptr> => ({
  evidence: 'observed',
  cost: { calls: 2 },
  note: 'Removing a name is documented, but was never observed.',
  run: async ({ address, ptr }) => {
    if (ptr !== null && !hostName.test(ptr)) throw badMember('body.ptr', 'must be a host name')
    const row = await findAddress(ips, address)
    if (ptr === null) await clear(ips, row)
    else await ips.setPointer(row.id, ptr)
    return { address: row.ip_addr ?? address, ptr }
  }
})

/** The name belongs to the address's id, which only the list has. */
async function findAddress (ips: AddressClient, text: string): Promise<IpWire> {
  if (!isNameable(text)) throw missing('not an address or the id of one', 'path.address')
  const { list } = await ips.findIp(isNumericId(text) ? `(id EQ ${text})` : `(ip_addr EQ '${text}')`)
  const row = list.find(wire => isNamed(wire, text))
  if (row === undefined) throw missing('the provider has no such address', 'path.address')
  return row
}

/** The vendor does not accept an empty name: it is removed through the server. */
async function clear (ips: AddressClient, { host, ip_addr: address, domain }: IpWire): Promise<void> {
  if ((domain ?? '') === '') return
  const hostId = host?.id ?? null
  if (hostId === null || typeof address !== 'string') throw badMember('body.ptr', 'cannot be removed from an address without a server')
  await ips.deletePointer(hostId, address)
}
