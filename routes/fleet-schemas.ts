import { z } from 'zod'
import { accountId } from '../src/config/schema.ts'
import { pageInfoSchema } from '../src/domain/list.ts'
import { wholeNumber } from '../src/domain/parameter.ts'
import { problemSchema } from '../src/domain/problem.ts'
import { serverSchema } from '../src/domain/server.ts'
import { serversQuery } from './schemas.ts'

const accountNames = z.string().max(4096).transform((text, context) => {
  const names = text.split(',')
  if (names.every(name => accountId.safeParse(name).success)) return names
  context.addIssue({ code: 'custom', message: 'must be account ids, separated by commas' })
  return z.NEVER
})

export const fleetQuery = z.strictObject({
  accounts: accountNames.optional().meta({ override: { type: 'string' }, description: 'Account ids separated by commas, such as glesys-lab,vm6. Default: all accounts of the key' }),
  deadline_ms: wholeNumber({ min: 100, max: 600_000, preset: 10_000 })
    .meta({ override: { type: 'integer', minimum: 100, maximum: 600_000, default: 10_000 }, description: 'Milliseconds after which accounts that have not answered are left out; also limits a stream' }),
  ...serversQuery.shape
})

const fleetAccountSchema = z.object({
  account: z.string(),
  status: z.enum(['ok', 'stale', 'error']).meta({ description: 'stale: the account does not answer; its servers are from an earlier read that no write has outdated' }),
  age_ms: z.number().nullable().meta({ description: 'The age of its servers in milliseconds; null if the account was not read' }),
  count: z.number().meta({ description: 'The number of its servers in this answer' }),
  problem: problemSchema.nullable()
}).meta({ id: 'FleetAccount', example: { account: 'glesys-lab', status: 'ok', age_ms: 0, count: 3, problem: null } })

export const fleetPageSchema = z.object({ data: z.array(serverSchema), page: pageInfoSchema, accounts: z.array(fleetAccountSchema) }).meta({ id: 'FleetPage' })

const lineSchema = z.union([z.object({ server: serverSchema }), z.object({ account: fleetAccountSchema })]).meta({ id: 'FleetLine', description: 'One line of the stream' })

export const ndjson = () => ({ 'application/x-ndjson': { schema: lineSchema } })
