import { badMember } from '../domain/failure.ts'
import { refuseProtected } from '../domain/protection.ts'
import type { Seen } from '../domain/list.ts'
import type { Server } from '../domain/server.ts'
import { rebuildSpecSchema, resizeSpecSchema, type ResizeSpec } from '../domain/spec.ts'
import { defaultGoals } from '../operations/goal.ts'
import { create } from './create.ts'
import { checkSizes, givenMembers } from './members.ts'
import { serverParams } from './params.ts'
import { changeBody, confirmedQuery, namedEmptyBody, passwordAnswer, passwordBody, serverOrOperationOrDryRun, writeQuery } from './schemas.ts'
import { bound, command, none } from './verb.ts'

const common = { tag: 'Lifecycle', method: 'POST', permission: 'write', params: serverParams, query: writeQuery } as const

const remove = command({
  ...common,
  operationId: 'deleteServer',
  action: 'delete',
  summary: 'Delete a server',
  description: 'Deletes the server and its disks permanently. The operation succeeds when the server is gone. ' +
    'A protected server is refused with 409.',
  method: 'DELETE',
  path: '/servers/:id',
  permission: 'delete',
  reads: 'before',
  query: confirmedQuery,
  body: none,
  toCommand: ({ params: { id }, query: { confirm } }) => ({
    destroys: { serverId: id, confirm },
    inspect: ({ server }) => { refuseProtected(server, 'deleted') },
    goal: defaultGoals.delete,
    bind: verbs => bound(verbs.delete, seen => ({ seen: present(seen) }))
  })
})

/** The server that `preflight: true` guarantees. */
function present (seen: Seen | null): Seen {
  if (seen === null) throw new Error('the server was not read before the write')
  return seen
}

const resize = command({
  ...common,
  operationId: 'resizeServer',
  action: 'resize',
  summary: 'Resize a server',
  description: 'Changes the plan of a server, or its CPUs, memory and disk. A disk never shrinks. ' +
    'Some providers resize only a stopped server: without `restart` the request is refused, or waits until the server is stopped. Some restart a running server in any case (see `note` of the capability). ' +
    'Under `guard.max_monthly_price` of the account, a plan that would cost too much, or whose price is not known, is refused with 403.',
  path: '/servers/:id/resize',
  reads: 'before',
  spends: true,
  body: resizeSpecSchema,
  toCommand: ({ params: { id }, body: spec }) => {
    const { restart, ...sizes } = spec
    return {
      given: givenMembers(spec),
      buys: { plan: spec.plan, region: undefined, serverId: id },
      goal: { statuses: ['running', 'stopped'], ...sizes },
      bind: ({ resize: verb }) => verb && {
        verb,
        goalOf: seen => ({ statuses: ['running', 'stopped'], ...sizes, ...(isPlanShown(spec, seen) ? { unprovable: true } : {}) }),
        ready: own => {
          checkSizes(spec)
          if (Object.values(sizes).every(value => value === undefined)) throw badMember('body', 'must contain plan, or at least one of cpus, memory_mib and disk_gib')
          return async seen => {
            const accepted = await verb.run({ ...own, seen: present(seen), ...spec })
            return isPlanShown(spec, seen) && accepted.goal === undefined ? { note: planShownNote, ...accepted } : accepted
          }
        }
      }
    }
  }
})

/** A record keeps naming the plan after its sizes were changed: a plan that is named already proves nothing. */
const isPlanShown = ({ plan }: ResizeSpec, seen: Seen | null): boolean => plan !== undefined && seen?.server.plan?.id === plan
const planShownNote = 'The provider showed this plan before the resize, so seeing it does not prove a change.'

const rebuild = command({
  ...common,
  operationId: 'rebuildServer',
  action: 'rebuild',
  generatesPassword: true,
  summary: 'Rebuild a server',
  description: 'Reinstalls the server from an image. All data on its main disk is lost.',
  path: '/servers/:id/rebuild',
  reads: 'before',
  query: confirmedQuery,
  body: rebuildSpecSchema,
  toCommand: ({ params: { id }, query: { confirm }, body: spec }) => ({
    given: { 'body.password': spec.password, 'body.ssh_keys': spec.ssh_keys },
    destroys: { serverId: id, confirm },
    goal: defaultGoals.rebuild,
    bind: verbs => bound(verbs.rebuild, seen => ({ seen: present(seen), ...spec }))
  })
})

const rescue = command({
  ...common,
  operationId: 'rescueServer',
  action: 'rescue',
  generatesPassword: true,
  summary: 'Enter rescue mode',
  description: 'Boots the server into the provider\'s rescue system.',
  path: '/servers/:id/rescue',
  body: namedEmptyBody('RescueServerRequest'),
  toCommand: ({ params: { id } }) => ({
    goal: defaultGoals.rescue,
    bind: verbs => bound(verbs.rescue, () => ({ id }))
  })
})

const unrescue = command({
  ...common,
  operationId: 'unrescueServer',
  action: 'unrescue',
  summary: 'Leave rescue mode',
  description: 'Boots the server into its own system again.',
  path: '/servers/:id/unrescue',
  body: namedEmptyBody('UnrescueServerRequest'),
  toCommand: ({ params: { id } }) => ({
    goal: defaultGoals.unrescue,
    bind: verbs => bound(verbs.unrescue, () => ({ id }))
  })
})

/** A password is either given or generated by the vendor: never both, and never generated where it cannot be returned. */
const password = command({
  ...common,
  operationId: 'setPassword',
  action: 'password',
  summary: 'Set the administrator password',
  description: 'Sets the password of the administrator. Omit it if the provider generates one: the generated password is returned once, with 200.',
  path: '/servers/:id/password',
  mayHaveKey: body => typeof body === 'object' && body !== null && 'password' in body,
  body: passwordBody,
  answer: {
    description: 'The generated password; with `Prefer: wait`, the finished operation; with `dry_run`, the calls that would be sent',
    schema: passwordAnswer
  },
  toCommand: ({ params: { id }, body: { password: wanted } = {} }) => ({
    given: { 'body.password': wanted },
    goal: null,
    bind: ({ password: verb }) => verb && {
      verb,
      ready: own => {
        if (wanted === undefined && verb.accepts?.includes('password') === true) throw badMember('body.password', 'is required: this provider does not generate passwords')
        return async () => await verb.run({ ...own, id, password: wanted })
      }
    }
  })
})

/** A new name, the deletion protection, or both one after the other. */
const update = command({
  ...common,
  operationId: 'changeServer',
  action: 'update',
  summary: 'Update a server',
  description: 'Changes the name or the deletion protection of a server. ' +
    'Answers 200 with the server if the provider shows the change at once, otherwise 202 with an operation.',
  method: 'PATCH',
  path: '/servers/:id',
  runs: ['rename', 'protect'],
  reads: 'after',
  body: changeBody,
  answer: {
    description: 'The changed server; with `Prefer: wait`, an operation that has ended without success; ' +
      'with `dry_run`, the calls that would be sent',
    schema: serverOrOperationOrDryRun
  },
  isShown: ({ body: { name, protected: isProtected } }, server: Server) =>
    (name === undefined || server.name === name) && (isProtected === undefined || server.protected === isProtected),
  toCommand: ({ params: { id }, body: { name, protected: isProtected } }) => {
    if (name === undefined && isProtected === undefined) throw badMember('body', 'must contain name or protected')
    return {
      action: name === undefined ? 'protect' : isProtected === undefined ? 'rename' : 'update',
      goal: { name, protected: isProtected },
      bind: ({ rename, protect }) => {
        const verb = name === undefined ? protect : rename
        if (verb === undefined || (isProtected !== undefined && protect === undefined)) return undefined
        return {
          verb,
          ready: () => async () => {
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
