import { z } from 'zod'
import { accountId } from '../src/config/schema.ts'
import { capabilitiesSchema } from '../src/domain/capability.ts'
import { pageInfoSchema, sortOrders } from '../src/domain/list.ts'
import { operationSchema } from '../src/domain/operation.ts'
import { pageParameters, wholeNumber, wordList } from '../src/domain/parameter.ts'
import { problemSchema } from '../src/domain/problem.ts'
import { serverSchema, serverStatuses } from '../src/domain/server.ts'
import { accountParams } from '../src/verbs/params.ts'

const operationParam = z.string().regex(/^op_[a-z0-9]{1,64}$/, { error: 'is not a valid operation id' })
  .meta({ description: 'An operation\'s id', example: 'op_019aa5e0d2c4f1e2d3c4b5a69788' })

export const operationParams = z.strictObject({ ...accountParams.shape, id: operationParam })

// No examples on optional parameters: the documentation's forms would fill them in and filter out everything.
const includeQuery = z.enum(['raw']).optional()
  .meta({ description: 'raw adds the provider\'s own object with secrets redacted' })
export const serverQuery = z.strictObject({ include: includeQuery })

const filterText = z.string().min(1).max(255)

export const serversQuery = z.strictObject({
  ...pageParameters,
  status: wordList(serverStatuses, 'One or more states, separated by commas: running,stopped'),
  name: filterText.optional().meta({ description: 'The exact name' }),
  q: filterText.optional().meta({ description: 'Substring of the name, the id or an address, case-insensitive' }),
  ip: z.union([z.ipv4(), z.ipv6()], { error: 'must be an IP address' }).optional()
    .meta({ override: { type: 'string' }, description: 'An address of the server, such as 2.58.28.45' }),
  region: filterText.optional().meta({ description: 'A region\'s id' }),
  owner: filterText.optional().meta({ description: 'An owner\'s id' }),
  tag: filterText.optional().meta({ description: 'A tag' }),
  sort: z.enum(sortOrders).default('id')
    .meta({ description: 'Sort order; prefix with - for descending. Servers without a creation time come first' }),
  include: includeQuery
})

const page = pageInfoSchema

export const serverPageSchema = z.object({ data: z.array(serverSchema), page }).meta({ id: 'ServerPage' })

const accountNames = z.string().max(4096).transform((text, context) => {
  const names = text.split(',')
  if (names.every(name => accountId.safeParse(name).success)) return names
  context.addIssue({ code: 'custom', message: 'must be account ids, separated by commas' })
  return z.NEVER
})

export const fleetQuery = z.strictObject({
  accounts: accountNames.optional().meta({
    override: { type: 'string' },
    description: 'Account ids separated by commas, such as glesys-lab,vm6. Default: all accounts of the key'
  }),
  deadline_ms: wholeNumber({ min: 100, max: 600_000, preset: 10_000 }).meta({
    override: { type: 'integer', minimum: 100, maximum: 600_000, default: 10_000 },
    description: 'Milliseconds after which accounts that have not answered are left out; also limits a stream'
  }),
  ...serversQuery.shape
})

const fleetAccountSchema = z.object({
  account: z.string(),
  status: z.enum(['ok', 'stale', 'error'])
    .meta({ description: 'stale: the account does not answer; its servers are from an earlier read that no write has outdated' }),
  age_ms: z.number().nullable().meta({ description: 'The age of its servers in milliseconds; null if the account was not read' }),
  count: z.number().meta({ description: 'The number of its servers in this answer' }),
  problem: problemSchema.nullable()
}).meta({ id: 'FleetAccount', example: { account: 'glesys-lab', status: 'ok', age_ms: 0, count: 3, problem: null } })

export const fleetPageSchema = z.object({ data: z.array(serverSchema), page, accounts: z.array(fleetAccountSchema) })
  .meta({ id: 'FleetPage' })
export const fleetLineSchema = z.union([z.object({ server: serverSchema }), z.object({ account: fleetAccountSchema })])
  .meta({ id: 'FleetLine', description: 'One line of the stream' })

export const healthSchema = z.object({
  status: z.enum(['ok', 'failing', 'unknown'])
    .meta({ description: 'The result of the last call to the provider; unknown before the first' }),
  checked_at: z.string().nullable(),
  problem: z.string().nullable().meta({ description: 'The slug of the problem of the last call; null if it succeeded' })
}).meta({ id: 'AccountHealth', example: { status: 'ok', checked_at: '2026-11-21T10:00:00.000Z', problem: null } })

export const accountSchema = z.object({
  id: z.string(),
  title: z.string().nullable(),
  provider: z.string(),
  read_only: z.boolean(),
  health: healthSchema
}).meta({
  id: 'Account',
  example: {
    id: 'heficed-main',
    title: null,
    provider: 'heficed',
    read_only: false,
    health: { status: 'ok', checked_at: '2026-11-21T10:00:00.000Z', problem: null }
  }
})
export const accountDetailSchema = z.object({ ...accountSchema.shape, capabilities: capabilitiesSchema }).meta({ id: 'AccountDetail' })
export const accountPageSchema = z.object({ data: z.array(accountSchema), page }).meta({ id: 'AccountPage' })

export const operationPageSchema = z.object({ data: z.array(operationSchema), page }).meta({ id: 'OperationPage' })

export const providerSchema = z.object({
  id: z.string(),
  title: z.string(),
  settings: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of the provider\'s own account settings' }),
  capabilities: capabilitiesSchema
}).meta({ id: 'Provider' })
export const providerPageSchema = z.object({ data: z.array(providerSchema), page }).meta({ id: 'ProviderPage' })

// The generator resolves references in a response object in place, on first use: each route needs objects of its own.
const answer = (description: string, type: string, schema: z.ZodType) => ({ description, content: { [type]: { schema } } })

/** A JSON response, as a new object for each route. */
export const jsonAnswer = (description: string, schema: z.ZodType) => answer(description, 'application/json', schema)

type ProblemStatus = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 501 | 502 | 503 | 504

// The document describes each status once, by the table of problems.
const problems = (statuses: readonly ProblemStatus[]) =>
  Object.fromEntries(statuses.map(status => [status, answer('A problem', 'application/problem+json', problemSchema)]))

/** Problems of a route that requires no key. */
export const openProblems = () => problems([400, 500])
/** Problems of a route that makes no upstream calls. */
export const ownProblems = () => problems([400, 401, 403, 404, 500])
/** Problems of a route that reads from a provider. */
export const readProblems = () => problems([400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504])
/** Problems of a route that writes to a provider. */
export const writeProblems = () => problems([400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 501, 502, 503, 504])

export { operationSchema, serverSchema }
