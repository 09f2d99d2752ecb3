import type { Create } from '../adapters/verbs.ts'
import { createSpecSchema, type CreateSpec } from '../domain/spec.ts'
import { defaultGoals } from '../operations/goal.ts'
import { checkSizes, givenMembers, parseOptions, refuseMissing } from './members.ts'
import { accountParams } from './params.ts'
import { writeQuery } from './schemas.ts'
import { command } from './verb.ts'

export const create = command({
  tag: 'Lifecycle',
  method: 'POST',
  permission: 'write',
  query: writeQuery,
  operationId: 'createServer',
  action: 'create',
  generatesPassword: true,
  summary: 'Create a server',
  description: 'Creates a server, which costs money. With an `Idempotency-Key` it can be retried after any failure: ' +
    'one key never buys two servers while the state store keeps what it acknowledged.',
  path: '/servers',
  creates: true,
  spends: true,
  params: accountParams,
  body: createSpecSchema,
  toCommand: ({ body: spec }) => {
    const { name, image, options, ...optional } = spec
    return {
      given: givenMembers(optional),
      goal: defaultGoals.create,
      spec,
      buys: { plan: spec.plan, region: spec.region, serverId: null },
      bind: ({ create: verb }) => verb && {
        verb,
        ready: own => {
          checkSpec(verb, spec)
          const parsed = parseOptions(verb.options, options)
          return async (_seen, mark) => await verb.run({ ...own, ...spec, options: parsed }, mark)
        }
      }
    }
  }
})

/** Members that cost money have no default. */
function checkSpec ({ accepts, requires }: Create, spec: CreateSpec): void {
  checkSizes(spec)
  const given = new Map<string, unknown>(Object.entries(spec))
  const sizes = ['cpus', 'memory_mib', 'disk_gib'].filter(member => accepts.includes(member))
  const needed = spec.plan !== undefined ? [] : sizes.length === 0 ? ['plan'] : sizes
  refuseMissing([...new Set([...requires, ...needed])].filter(member => given.get(member) === undefined).map(member => `body.${member}`))
}
