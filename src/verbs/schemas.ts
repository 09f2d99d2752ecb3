import { z } from 'zod'
import { consoleSchema, ownerSchema, ptrSchema } from '../domain/catalog.ts'
import { pageInfoSchema } from '../domain/list.ts'
import { operationExample, operationSchema } from '../domain/operation.ts'
import { flag, pageParameters } from '../domain/parameter.ts'
import { serverSchema } from '../domain/server.ts'

const dryRun = flag('true: returns the calls without sending them')
const confirm = z.string().min(1).max(255).optional()
  .meta({ description: 'The name of the server, as a confirmation; required if the account sets guard.confirm_delete' })
export const pageQuery = z.strictObject(pageParameters)
export const writeQuery = z.strictObject({ dry_run: dryRun })
export const confirmedQuery = z.strictObject({ dry_run: dryRun, confirm })

export const dryRunSchema = z.object({
  calls: z.array(z.object({
    method: z.string(),
    url: z.string(),
    headers: z.record(z.string(), z.unknown()).meta({ description: 'Secrets are redacted' }),
    body: z.unknown().meta({ description: 'The body with secrets redacted; null if there is none' }),
    depends_on: z.array(z.number()).optional().meta({ description: 'Indices of the calls that must be answered before this one is sent' })
  }))
}).meta({
  id: 'DryRun',
  example: {
    calls: [{
      method: 'POST',
      url: 'https://vm.example.com/vm/v3/host/42/stop',
      headers: { 'content-type': 'application/json', 'x-xsrf-token': '[redacted]' },
      body: {}
    }]
  }
})

/** The operation of a verb for which some providers generate a password. */
export const passwordedOperationSchema = operationSchema.extend({
  generated_password: z.string().nullable().optional()
    .meta({ description: 'The generated password, in the first response only: null in a replay, absent if there is none' })
}).meta({ id: 'OperationWithPassword', example: { ...operationExample, action: 'rebuild', generated_password: 'shown once' } })
export const passwordedOperationOrDryRun = z.union([passwordedOperationSchema, dryRunSchema]).meta({ id: 'OperationWithPasswordOrDryRun' })
export const operationOrDryRun = z.union([operationSchema, dryRunSchema]).meta({ id: 'OperationOrDryRun' })
export const ptrAnswer = z.union([ptrSchema, dryRunSchema]).meta({ id: 'PtrOrDryRun' })
export const ownerAnswer = z.union([ownerSchema, dryRunSchema]).meta({ id: 'OwnerOrDryRun' })
export const consoleAnswer = z.union([consoleSchema, dryRunSchema]).meta({ id: 'ConsoleOrDryRun' })
export const serverOrOperationOrDryRun = z.union([serverSchema, operationSchema, dryRunSchema]).meta({ id: 'ServerOrOperationOrDryRun' })

export const pageAnswer = (rows: string, id: string, row: z.ZodType) =>
  ({ description: `A page of ${rows}`, schema: z.object({ data: z.array(row), page: pageInfoSchema }).meta({ id }) })

export const changeBody = z.strictObject({
  name: z.string().min(1).max(255).optional(),
  protected: z.boolean().optional().meta({ description: 'Deletion protection' })
}).meta({ id: 'ChangeServerRequest', example: { name: 'web-2' } })

/** A request without members: its body may be absent. */
export const emptyBody = (id: string) => z.strictObject({}).meta({ id, example: {} }).optional()
export const forceBody = z.strictObject({
  force: z.boolean().optional()
    .meta({ description: 'Power off or reset without involving the guest system; 400 if the provider does not support it' })
}).meta({ id: 'ForceRequest', example: {} }).optional()

export const passwordBody = z.strictObject({
  password: z.string().min(1).max(255).optional().meta({ description: 'Omitted only if the provider generates one' })
}).meta({ id: 'SetPasswordRequest', example: { password: 'a long phrase' } }).optional()
const generatedPasswordSchema = z.object({ password: z.string() })
  .meta({ id: 'GeneratedPassword', example: { password: 'returned once' } })
export const passwordAnswer = z.union([generatedPasswordSchema, operationSchema, dryRunSchema]).meta({ id: 'PasswordAnswer' })

export const snapshotBody = z.strictObject({ name: z.string().min(1).max(255) })
  .meta({ id: 'CreateSnapshotRequest', example: { name: 'before-upgrade' } })

export const attachBody = z.strictObject({
  addresses: z.array(z.string().min(1).max(255)).min(1).max(50).meta({ description: 'IP addresses, or the provider\'s ids of addresses' })
}).meta({ id: 'AttachAddressesRequest', example: { addresses: ['192.0.2.10'] } })

const hostName = /^(?=.{1,253}\.?$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z0-9-]{1,63}\.?$/
export const ptrBody = z.strictObject({
  ptr: z.string().regex(hostName, { error: 'must be a full host name such as host.example.com' }).nullable()
    .meta({ description: 'null: reset to the provider\'s default name, or none' })
}).meta({ id: 'SetPtrRequest', example: { ptr: 'host.example.com' } })
