import { z } from 'zod'
import { addressRowSchema, consoleSchema, imageSchema, loginLinkSchema, networkSchema, ownerSchema, planSchema, ptrSchema, regionSchema, snapshotSchema, sshKeySchema } from '../domain/catalog.ts'
import { pageInfoSchema } from '../domain/list.ts'
import { dryRunSchema } from './schemas.ts'

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
