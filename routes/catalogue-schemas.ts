import { z } from 'zod'
import { addressRowSchema, consoleSchema, imageSchema, loginLinkSchema, networkSchema, ownerSchema, planSchema, ptrSchema, regionSchema, snapshotSchema, sshKeySchema } from '../src/domain/catalogue.ts'
import { pageInfoSchema } from '../src/domain/list.ts'
import { accountParams, serverParams } from './schemas.ts'
import { planSchema as dryRunSchema } from './write-schemas.ts'

const pageOf = (row: z.ZodType, id: string) => z.object({ data: z.array(row), page: pageInfoSchema }).meta({ id })

export const snapshotPageSchema = pageOf(snapshotSchema, 'SnapshotPage')
export const addressPageSchema = pageOf(addressRowSchema, 'AddressPage')
export const imagePageSchema = pageOf(imageSchema, 'ImagePage')
export const planPageSchema = pageOf(planSchema, 'PlanPage')
export const regionPageSchema = pageOf(regionSchema, 'RegionPage')
export const sshKeyPageSchema = pageOf(sshKeySchema, 'SshKeyPage')
export const networkPageSchema = pageOf(networkSchema, 'NetworkPage')
export const ownerPageSchema = pageOf(ownerSchema, 'OwnerPage')

export const ptrAnswer = z.union([ptrSchema, dryRunSchema]).meta({ id: 'PtrOrDryRun' })
export const ownerAnswer = z.union([ownerSchema, dryRunSchema]).meta({ id: 'OwnerOrDryRun' })
export const consoleAnswer = z.union([consoleSchema, dryRunSchema]).meta({ id: 'ConsoleOrDryRun' })
export { dryRunSchema, loginLinkSchema, ownerSchema }

const idParam = (description: string, example: string) => z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._:@+-]{0,127}$/, { error: 'is no id of that kind' })
  .meta({ description, example })
const ipParam = z.union([z.ipv4(), z.ipv6()], { error: 'must be an IP address' }).meta({ description: 'An IP address', example: '192.0.2.10' })

export const snapshotParams = z.strictObject({ ...serverParams.shape, snapshot: idParam('A snapshot\'s id, as lists give it', 'b1f6e3c0-0000-4000-8000-000000000001') })
export const serverAddressParams = z.strictObject({ ...serverParams.shape, address: ipParam })
export const addressParams = z.strictObject({ ...accountParams.shape, address: ipParam })
export const ownerParams = z.strictObject({ ...accountParams.shape, owner: idParam('An owner\'s id, as lists give it', '24') })
