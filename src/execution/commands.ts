import type { z } from 'zod'
import type { Act, Create, ServerOperations } from '../adapters/verbs.ts'
import { badMember, GatewayError } from '../domain/failure.ts'
import type { Seen } from '../domain/list.ts'
import type { CreateSpec, RebuildSpec, ResizeSpec } from '../domain/spec.ts'
import { usualGoals } from '../operations/judge.ts'
import { refuseBoth, type WriteRequest } from './writes.ts'

/** What is done to a server as it stands. */
export type ActionName = 'start' | 'stop' | 'reboot'

export const actionOrder = (action: ActionName, serverId: string, force: boolean | undefined): WriteRequest<ServerOperations['stop'] & {}> => ({
  action,
  verb: operations => operations[action],
  serverId,
  given: { 'body.force': force },
  looks: false,
  goal: usualGoals[action],
  run: async verb => await verb.run(force === undefined ? { id: serverId } : { id: serverId, force })
})

export type RescueName = 'rescue' | 'unrescue'

export const rescueOrder = (action: RescueName, serverId: string): WriteRequest<Act<{ readonly id: string }>> => ({
  action,
  verb: operations => operations[action],
  serverId,
  given: {},
  looks: false,
  goal: usualGoals[action],
  run: async verb => await verb.run({ id: serverId })
})

const byPath = (members: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [`body.${name}`, value]))

export function createOrder (spec: CreateSpec): WriteRequest<Create> {
  const { name, image, options, ...optional } = spec
  return {
    action: 'create',
    verb: operations => operations.create,
    serverId: null,
    given: byPath(optional),
    check: verb => { checkOrder(verb, spec) },
    looks: false,
    goal: usualGoals.create,
    spec,
    run: async verb => await verb.run({ ...spec, options: parseOptions(verb.options, options) })
  }
}

/** Nothing that costs money is chosen for the caller. */
function checkOrder ({ accepts, requires, options }: Create, spec: CreateSpec): void {
  checkSizes(spec)
  const given = new Map<string, unknown>(Object.entries(spec))
  const sizes = ['cpus', 'memory_mib', 'disk_gib'].filter(member => accepts.includes(member))
  const needed = spec.plan !== undefined ? [] : sizes.length === 0 ? ['plan'] : sizes
  refuseMissing([...new Set([...requires, ...needed])].filter(member => given.get(member) === undefined).map(member => `body.${member}`))
  parseOptions(options, spec.options)
}

/** All at once: who has to ask again for each would never end. */
export function refuseMissing (paths: readonly string[]): void {
  if (paths.length === 0) return
  const errors = paths.map(path => ({ path, message: 'is required by this provider' }))
  throw new GatewayError('invalid-request', `required by this provider, but missing: ${paths.join(', ')}`, { errors })
}

function checkSizes ({ plan, cpus, memory_mib: memoryMib }: CreateSpec | ResizeSpec): void {
  if (plan !== undefined && cpus !== undefined) throw refuseBoth('body.cpus', 'plan')
  if (plan !== undefined && memoryMib !== undefined) throw refuseBoth('body.memory_mib', 'plan')
}

/** The provider's own members, checked by its own strict schema. */
export function parseOptions (schema: z.ZodType, options: unknown): Record<string, unknown> {
  const parsed = schema.safeParse(options ?? {})
  if (parsed.success) return { ...Object(parsed.data) }
  const errors = parsed.error.issues.flatMap(issue => issue.code === 'unrecognized_keys'
    ? issue.keys.map(key => ({ path: ['body.options', ...issue.path, key].join('.'), message: 'is not known to this provider' }))
    : [{ path: ['body.options', ...issue.path].join('.'), message: issue.message }])
  const [first] = errors
  throw new GatewayError('invalid-request', first === undefined ? 'body.options is not valid' : `${first.path}: ${first.message}`, { errors })
}

export interface DeleteOptions {
  /** The server's name, as the caller says it. */
  readonly confirm?: string | undefined
  readonly recycle?: boolean | undefined
  readonly keep_addresses?: boolean | undefined
}

export const deleteOrder = (serverId: string, { confirm, ...options }: DeleteOptions): WriteRequest<ServerOperations['delete'] & {}> => ({
  action: 'delete',
  verb: operations => operations.delete,
  serverId,
  given: { 'query.recycle': options.recycle, 'query.keep_addresses': options.keep_addresses },
  looks: true,
  destroys: { serverId, confirm },
  inspect: refuseProtected,
  goal: usualGoals.delete,
  run: async (verb, seen) => await verb.run({ seen: present(seen), ...options })
})

function refuseProtected ({ server }: Seen): void {
  if (server.protected !== true) return
  throw new GatewayError('conflict', 'the server is protected from deletion; where the provider lets us, PATCH {"protected": false} lifts that')
}

/** `looks` promises it. */
function present (seen: Seen | null): Seen {
  if (seen === null) throw new Error('the server was not looked at')
  return seen
}

export const resizeOrder = (serverId: string, spec: ResizeSpec): WriteRequest<ServerOperations['resize'] & {}> => ({
  action: 'resize',
  verb: operations => operations.resize,
  serverId,
  given: byPath(spec),
  check: () => {
    checkSizes(spec)
    const { restart, ...sizes } = spec
    if (Object.values(sizes).every(value => value === undefined)) throw badMember('body', 'must say a plan, or one or more of cpus, memory_mib and disk_gib')
  },
  looks: true,
  goal: ({ seen }) => ({
    statuses: ['running', 'stopped'],
    plan: spec.plan,
    cpus: spec.cpus,
    memory_mib: spec.memory_mib,
    disk_gib: spec.disk_gib,
    ...(isPlanShown(spec, seen) ? { unprovable: true } : {})
  }),
  run: async (verb, seen) => {
    const accepted = await verb.run({ seen: present(seen), ...spec })
    return isPlanShown(spec, seen) && accepted.goal === undefined ? { note: planShownNote, ...accepted } : accepted
  }
})

/** Records name plans that the server has no more: one that is named already proves nothing. */
const isPlanShown = ({ plan }: ResizeSpec, seen: Seen | null): boolean => plan !== undefined && seen?.server.plan?.id === plan
const planShownNote = 'The provider showed this plan before the resize, so what it shows proves no change.'

export const rebuildOrder = (serverId: string, spec: RebuildSpec, confirm: string | undefined): WriteRequest<ServerOperations['rebuild'] & {}> => ({
  action: 'rebuild',
  verb: operations => operations.rebuild,
  serverId,
  given: { 'body.password': spec.password, 'body.ssh_keys': spec.ssh_keys },
  looks: true,
  destroys: { serverId, confirm },
  goal: usualGoals.rebuild,
  run: async (verb, seen) => await verb.run({ seen: present(seen), ...spec })
})

/** A password of the caller's, or one that the vendor makes: never both, and never one that nobody could ask for. */
export const passwordOrder = (serverId: string, password: string | undefined): WriteRequest<ServerOperations['password'] & {}> => ({
  action: 'password',
  verb: operations => operations.password,
  serverId,
  given: { 'body.password': password },
  check: ({ accepts }) => {
    if (password === undefined && accepts?.includes('password') === true) throw badMember('body.password', 'is required: this provider makes none')
  },
  looks: false,
  goal: null,
  run: async verb => await verb.run({ id: serverId, password })
})

export interface Change {
  readonly name?: string | undefined
  readonly protected?: boolean | undefined
}

type Changing = NonNullable<ServerOperations['rename']> | NonNullable<ServerOperations['protect']>

/** One or both of a new name and the deletion protection, one after the other. */
export function changeOrder (serverId: string, change: Change): WriteRequest<Changing> {
  const { name, protected: isProtected } = change
  return {
    action: name === undefined ? 'protect' : isProtected === undefined ? 'rename' : 'update',
    verb: operations => {
      if (name !== undefined && operations.rename === undefined) return undefined
      if (isProtected !== undefined && operations.protect === undefined) return undefined
      return isProtected !== undefined && name === undefined ? operations.protect : operations.rename
    },
    serverId,
    given: {},
    check: () => {
      if (name === undefined && isProtected === undefined) throw badMember('body', 'must say name or protected')
    },
    looks: false,
    goal: { name, protected: isProtected },
    run: async (_verb, _seen, operations) => {
      const renamed = name === undefined ? {} : await operations.rename?.run({ id: serverId, name }) ?? {}
      if (isProtected === undefined) return renamed
      const changed = await operations.protect?.run({ id: serverId, protected: isProtected }) ?? {}
      return name === undefined ? changed : {}
    }
  }
}
