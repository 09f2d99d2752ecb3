import { isIP } from 'node:net'
import { z } from 'zod'
import type { AddressRow } from '../../domain/catalog.ts'
import { addressOf, addressRow, prefixOfNetmask } from '../kit/addresses.ts'
import { text } from '../kit/wire.ts'
import { listOf, name } from './schema.ts'

/** An address of the ip module; a server's own list has another shape, and the list of free addresses a third. */
const addressWire = z.object({ ipaddress: text, netmask: name, gateway: name, datacenter: name, serverid: name, ptr: name })
type AddressWire = z.infer<typeof addressWire>

/** The vendor stores names with a trailing dot. */
const toPtr = (ptr: string | null): string | null => ptr === null ? null : ptr.replace(/\.$/, '') || null

const toRow = ({ ipaddress, netmask, gateway, serverid, datacenter, ptr }: AddressWire): AddressRow | null => addressRow(ipaddress, {
  id: null,
  prefix_length: prefixOfNetmask(netmask),
  gateway: isIP(gateway ?? '') === 0 ? null : gateway,
  server_id: serverid,
  region: datacenter,
  ptr: toPtr(ptr)
})

export const ownPayload = z.object({ iplist: listOf(addressWire.nullable().catch(null)) })
  .transform(({ iplist }): readonly AddressRow[] => iplist.map(wire => wire === null ? null : toRow(wire)).filter(row => row !== null))

/** Answers of 2011 had no details; missing facts are null. */
export const detailsPayload = z.object({ details: addressWire.nullish().catch(null) })
  .transform(({ details }) => ({ address: addressOf(details?.ipaddress)?.address ?? null, ptr: toPtr(details?.ptr ?? null) }))
export type AddressPayload = z.infer<typeof detailsPayload>
