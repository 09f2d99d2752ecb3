import { z } from 'zod'

const accountParam = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: 'is not a valid account id' })
  .meta({ description: 'The id of a configured account', example: 'glesys-lab' })
const serverParam = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._:@-]{0,127}$/, { error: 'is not a valid server id' })
  .meta({ description: 'The id of a server, as returned by lists', example: 'kvm123456' })
const idParam = (description: string, example: string) => z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._:@+-]{0,127}$/, { error: 'is not a valid id' })
  .meta({ description, example })
const ipParam = z.union([z.ipv4(), z.ipv6()], { error: 'must be an IP address' }).meta({ description: 'An IP address', example: '192.0.2.10' })

export const accountParams = z.strictObject({ account: accountParam })
export const serverParams = z.strictObject({ account: accountParam, id: serverParam })
export const snapshotParams = z.strictObject({ ...serverParams.shape, snapshot: idParam('The id of a snapshot, as returned by lists', 'b1f6e3c0-0000-4000-8000-000000000001') })
export const serverAddressParams = z.strictObject({ ...serverParams.shape, address: ipParam })
export const addressParams = z.strictObject({ ...accountParams.shape, address: ipParam })
export const ownerParams = z.strictObject({ ...accountParams.shape, owner: idParam('The id of an owner, as returned by lists', '24') })
