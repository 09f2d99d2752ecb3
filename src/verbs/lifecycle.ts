import type { Create } from '../adapters/verbs.ts'
import { GatewayError, badMember } from '../domain/failure.ts'
import type { Seen } from '../domain/list.ts'
import type { Server } from '../domain/server.ts'
import { createSpecSchema, rebuildSpecSchema, resizeSpecSchema, type CreateSpec, type ResizeSpec } from '../domain/spec.ts'
import { usualGoals } from '../operations/judge.ts'
import { givenMembers, parseOptions, refuseBoth, refuseMissing } from './members.ts'
import { accountParams, serverParams } from './params.ts'
import { changeBody, confirmedQuery, deleteQuery, noBody, passwordAnswer, passwordBody, serverOrOperationOrPlan, writeQuery } from './schemas.ts'
import { command, none, type Command } from './verb.ts'

const common = { tag: 'Lifecycle', method: 'POST', permission: 'write', params: serverParams, query: writeQuery } as const

const create = command({
  ...common,
  operationId: 'createServer',
  action: 'create',
  summary: 'Create a server',
  description: 'Costs money at the provider. Send an Idempotency-Key: with it the request may be repeated after any fault and never buys two. What the provider honours is listed in its capabilities; anything else is 400.',
  path: '/servers',
  cost: { calls: 2, perPage: 1 },
  creates: true,
  params: accountParams,
  body: createSpecSchema,
  toCommand: ({ body }) => createCommand(body)
})

export function createCommand (spec: CreateSpec): Command {
  const { name, image, options, ...optional } = spec
  return {
    action: 'create',
    serverId: null,
    given: givenMembers(optional),
    goal: usualGoals.create,
    spec,
    bind: ({ create: verb }) => verb && {
      verb,
      check: () => { checkSpec(verb, spec) },
      run: async () => await verb.run({ ...spec, options: parseOptions(verb.options, options) })
    }
  }
}

/** Nothing that costs money is chosen for the caller. */
function checkSpec ({ accepts, requires, options }: Create, spec: CreateSpec): void {
  checkSizes(spec)
  const given = new Map<string, unknown>(Object.entries(spec))
  const sizes = ['cpus', 'memory_mib', 'disk_gib'].filter(member => accepts.includes(member))
  const needed = spec.plan !== undefined ? [] : sizes.length === 0 ? ['plan'] : sizes
  refuseMissing([...new Set([...requires, ...needed])].filter(member => given.get(member) === undefined).map(member => `body.${member}`))
  parseOptions(options, spec.options)
}

function checkSizes ({ plan, cpus, memory_mib: memoryMib }: CreateSpec | ResizeSpec): void {
  if (plan !== undefined && cpus !== undefined) throw refuseBoth('body.cpus', 'plan')
  if (plan !== undefined && memoryMib !== undefined) throw refuseBoth('body.memory_mib', 'plan')
}

const remove = command({
  ...common,
  operationId: 'deleteServer',
  action: 'delete',
  summary: 'Delete a server',
  description: 'For good, with its disks; done when the server is gone. A protected server is 409.',
  method: 'DELETE',
  path: '/servers/:id',
  permission: 'delete',
  cost: { calls: 3 },
  query: deleteQuery,
  body: none,
  toCommand: ({ params: { id }, query: { confirm, recycle, keep_addresses: keepAddresses } }) => ({
    given: { 'query.recycle': recycle, 'query.keep_addresses': keepAddresses },
    preflight: true,
    destroys: { serverId: id, confirm },
    inspect: refuseProtected,
    goal: usualGoals.delete,
    bind: ({ delete: verb }) => verb && { verb, run: async seen => await verb.run({ seen: present(seen), recycle, keep_addresses: keepAddresses }) }
  })
})

function refuseProtected ({ server }: Seen): void {
  if (server.protected !== true) return
  throw new GatewayError('conflict', 'the server is protected from deletion; where the provider allows it, PATCH {"protected": false} lifts the protection')
}

/** `preflight` promises it. */
function present (seen: Seen | null): Seen {
  if (seen === null) throw new Error('the server was not read before the write')
  return seen
}

const resize = command({
  ...common,
  operationId: 'resizeServer',
  action: 'resize',
  summary: 'Change the size of a server',
  description: 'To a plan, or to sizes. A disk never shrinks. Without restart a provider that needs the server to be off refuses, or waits until it is; Fleio restarts a running server in any case.',
  path: '/servers/:id/resize',
  cost: { calls: 4 },
  body: resizeSpecSchema,
  toCommand: ({ body: spec }) => {
    const { restart, ...sizes } = spec
    return {
      given: givenMembers(spec),
      preflight: true,
      goal: { statuses: ['running', 'stopped'], ...sizes },
      bind: ({ resize: verb }) => verb && {
        verb,
        check: () => {
          checkSizes(spec)
          if (Object.values(sizes).every(value => value === undefined)) throw badMember('body', 'must say a plan, or one or more of cpus, memory_mib and disk_gib')
        },
        run: async seen => await verb.run({ seen: present(seen), ...spec })
      }
    }
  }
})

const rebuild = command({
  ...common,
  operationId: 'rebuildServer',
  action: 'rebuild',
  summary: 'Reinstall a server from an image',
  description: 'All data on the main disk is lost.',
  path: '/servers/:id/rebuild',
  cost: { calls: 3 },
  query: confirmedQuery,
  body: rebuildSpecSchema,
  toCommand: ({ params: { id }, query: { confirm }, body: spec }) => ({
    given: { 'body.password': spec.password, 'body.ssh_keys': spec.ssh_keys },
    preflight: true,
    destroys: { serverId: id, confirm },
    goal: usualGoals.rebuild,
    bind: ({ rebuild: verb }) => verb && { verb, run: async seen => await verb.run({ seen: present(seen), ...spec }) }
  })
})

const rescue = command({
  ...common,
  operationId: 'rescueServer',
  action: 'rescue',
  summary: 'Boot a rescue system',
  description: 'The server boots a system of the provider\'s instead of its own.',
  path: '/servers/:id/rescue',
  cost: { calls: 4 },
  body: noBody('RescueServerRequest'),
  toCommand: ({ params: { id } }) => ({
    goal: usualGoals.rescue,
    bind: ({ rescue: verb }) => verb && { verb, run: async () => await verb.run({ id }) }
  })
})

const unrescue = command({
  ...common,
  operationId: 'unrescueServer',
  action: 'unrescue',
  summary: 'Leave the rescue system',
  description: 'The server boots its own system again.',
  path: '/servers/:id/unrescue',
  cost: { calls: 4 },
  body: noBody('UnrescueServerRequest'),
  toCommand: ({ params: { id } }) => ({
    goal: usualGoals.unrescue,
    bind: ({ unrescue: verb }) => verb && { verb, run: async () => await verb.run({ id }) }
  })
})

/** A password of the caller's, or one that the vendor makes: never both, and never one that nobody could ask for. */
const password = command({
  ...common,
  operationId: 'setPassword',
  action: 'password',
  summary: 'Set the administrator\'s password',
  description: 'Leave the password out where the provider generates one: it is returned once, with 200.',
  path: '/servers/:id/password',
  cost: { calls: 2 },
  mayHaveKey: body => typeof body === 'object' && body !== null && 'password' in body,
  body: passwordBody,
  answer: { description: 'The generated password; or the operation has ended, or the calls of a dry run', schema: passwordAnswer },
  toCommand: ({ params: { id }, body: { password: wanted } = {} }) => ({
    given: { 'body.password': wanted },
    goal: null,
    bind: ({ password: verb }) => verb && {
      verb,
      check: () => {
        if (wanted === undefined && verb.accepts?.includes('password') === true) throw badMember('body.password', 'is required: this provider generates none')
      },
      run: async () => await verb.run({ id, password: wanted })
    }
  })
})

/** One or both of a new name and the deletion protection, one after the other. */
const update = command({
  ...common,
  operationId: 'changeServer',
  action: 'update',
  summary: 'Rename a server, or change its deletion protection',
  description: 'Answers 200 with the server once the provider shows the change, else 202 with an operation.',
  method: 'PATCH',
  path: '/servers/:id',
  // OneCloud: a read and a write for each of the two, and a read at the end.
  cost: { calls: 5 },
  body: changeBody,
  answer: {
    description: 'The server as it is now; or the operation has ended without success within the time of Prefer: wait; or the calls of a dry run',
    schema: serverOrOperationOrPlan
  },
  isShown: ({ body: { name, protected: isProtected } }, server: Server) =>
    (name === undefined || server.name === name) && (isProtected === undefined || server.protected === isProtected),
  toCommand: ({ params: { id }, body: { name, protected: isProtected } }) => {
    if (name === undefined && isProtected === undefined) throw badMember('body', 'must say name or protected')
    return {
      action: name === undefined ? 'protect' : isProtected === undefined ? 'rename' : 'update',
      goal: { name, protected: isProtected },
      bind: ({ rename, protect }) => {
        const verb = name === undefined ? protect : rename
        if (verb === undefined || (isProtected !== undefined && protect === undefined)) return undefined
        return {
          verb,
          run: async () => {
            const renamed = name === undefined ? {} : await rename?.run({ id, name }) ?? {}
            if (isProtected === undefined) return renamed
            const changed = await protect?.run({ id, protected: isProtected }) ?? {}
            return name === undefined ? changed : {}
          }
        }
      }
    }
  }
})

export const lifecycleVerbs = [create, remove, resize, rebuild, rescue, unrescue, password, update]
