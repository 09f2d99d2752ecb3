import type { AdapterVerbs } from '../adapters/verbs.ts'
import { badMember } from '../domain/failure.ts'
import type { Seen } from '../domain/list.ts'
import { refuseProtected } from '../domain/protection.ts'
import { createSpecSchema, rebuildSpecSchema, resizeSpecSchema, type CreateSpec } from '../domain/spec.ts'
import { checkSizes, parseOptions, refuseMissing } from './members.ts'
import { changeBody, emptyBody, passwordAnswer, passwordBody, serverOrOperationOrDryRun } from './schemas.ts'
import { command, forward, guaranteed, none } from './verb.ts'

const common = { tag: 'Lifecycle', method: 'POST', permission: 'write' } as const

const create = command({
  ...common,
  operationId: 'createServer',
  action: 'create',
  generatesPassword: true,
  summary: 'Create a server',
  description: 'Creates a server, which costs money. With an `Idempotency-Key` it can be retried after any failure: ' +
    'one key never buys two servers while the state store keeps what it acknowledged.',
  path: '/servers',
  creates: true,
  spends: true,
  body: createSpecSchema,
  goal: { statuses: ['running'] },
  bind: (verbs, permit, { body: spec }) => {
    const { verb, parameters } = permit(verbs.create)
    checkSizes(spec)
    refuseMissing([...verb.requires, ...sizesNeeded(verb.accepts, spec)], spec)
    const options = parseOptions(verb.options, spec.options)
    return { verb, spec, buys: spec, run: async (_seen, mark) => await verb.run({ ...parameters, ...spec, options }, mark) }
  }
})

/** What costs money has no default: a plan, or every size that the provider takes. */
function sizesNeeded (accepts: readonly string[], { plan }: CreateSpec): readonly string[] {
  const sizes = ['cpus', 'memory_mib', 'disk_gib'].filter(member => accepts.includes(member))
  return plan !== undefined ? [] : sizes.length === 0 ? ['plan'] : sizes
}

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
  destroys: true,
  body: none,
  goal: { absent: true },
  bind: (verbs, permit) => {
    const { verb, parameters } = permit(verbs.delete)
    return {
      verb,
      inspect: ({ server }) => { refuseProtected(server, 'deleted') },
      run: async seen => await verb.run({ ...parameters, seen: guaranteed(seen) })
    }
  }
})

const resize = command({
  ...common,
  operationId: 'resizeServer',
  action: 'resize',
  summary: 'Resize a server',
  description: 'Changes the plan of a server, or its CPUs, memory and disk. A disk never shrinks. ' +
    'Some providers resize only a stopped server: without `restart` the request is refused, or waits until the server is stopped. ' +
    'Some restart a running server in any case (see `note` of the capability). ' +
    'Under `guard.max_monthly_price` of the account, a plan that would cost too much, or whose price is not known, is refused with 403.',
  path: '/servers/:id/resize',
  reads: 'before',
  spends: true,
  body: resizeSpecSchema,
  bind: (verbs, permit, { body: spec }) => {
    const { verb, parameters } = permit(verbs.resize)
    checkSizes(spec)
    const { restart, ...sizes } = spec
    if (Object.values(sizes).every(value => value === undefined)) {
      throw badMember('body', 'must contain plan, or at least one of cpus, memory_mib and disk_gib')
    }
    /** A record keeps naming the plan after its sizes were changed: a plan that is named already proves nothing. */
    const isPlanShown = (seen: Seen | null): boolean => spec.plan !== undefined && seen?.server.plan?.id === spec.plan
    return {
      verb,
      buys: { plan: spec.plan },
      goal: seen => ({ statuses: ['running', 'stopped'], ...sizes, ...(isPlanShown(seen) ? { unprovable: true } : {}) }),
      run: async seen => {
        const accepted = await verb.run({ ...parameters, seen: guaranteed(seen), ...spec })
        return isPlanShown(seen) && accepted.goal === undefined ? { note: planShownNote, ...accepted } : accepted
      }
    }
  }
})

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
  destroys: true,
  body: rebuildSpecSchema,
  goal: { statuses: ['running', 'stopped'], transition: true, via: 'rebuilding' },
  bind: (verbs, permit, { body: spec }) => {
    const { verb, parameters } = permit(verbs.rebuild)
    return { verb, run: async seen => await verb.run({ ...parameters, seen: guaranteed(seen), ...spec }) }
  }
})

const rescue = command({
  ...common,
  operationId: 'rescueServer',
  action: 'rescue',
  generatesPassword: true,
  summary: 'Enter rescue mode',
  description: 'Boots the server into the provider\'s rescue system.',
  path: '/servers/:id/rescue',
  body: emptyBody('RescueServerRequest'),
  goal: { statuses: ['rescue'] },
  bind: forward(({ rescue }) => rescue)
})

const unrescue = command({
  ...common,
  operationId: 'unrescueServer',
  action: 'unrescue',
  summary: 'Leave rescue mode',
  description: 'Boots the server into its own system again.',
  path: '/servers/:id/unrescue',
  body: emptyBody('UnrescueServerRequest'),
  goal: { statuses: ['running', 'stopped'] },
  bind: forward(({ unrescue }) => unrescue)
})

/** A password is either given or generated by the vendor: never both, and never generated where it cannot be returned. */
const password = command({
  ...common,
  operationId: 'setPassword',
  action: 'password',
  summary: 'Set the administrator password',
  description: 'Sets the password of the administrator. Omit it if the provider generates one: ' +
    'the generated password is returned once, with 200.',
  path: '/servers/:id/password',
  mayHaveKey: body => typeof body === 'object' && body !== null && 'password' in body,
  body: passwordBody,
  answer: {
    description: 'The generated password; with `Prefer: wait`, the finished operation; with `dry_run`, the calls that would be sent',
    schema: passwordAnswer
  },
  bind: (verbs, permit, { input }) => {
    const { verb, parameters } = permit(verbs.password)
    if (input.password === undefined && verb.accepts?.includes('password') === true) {
      throw badMember('body.password', 'is required: this provider does not generate passwords')
    }
    return { verb, run: async () => await verb.run({ ...parameters, ...input }) }
  }
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
  actionOf: ({ name, protected: isProtected }) => {
    if (name === undefined && isProtected === undefined) throw badMember('body', 'must contain name or protected')
    return name === undefined ? 'protect' : isProtected === undefined ? 'rename' : 'update'
  },
  isShown: (server, { name, protected: isProtected }) =>
    (name === undefined || server.name === name) && (isProtected === undefined || server.protected === isProtected),
  bind: ({ rename, protect }: AdapterVerbs, permit, { params: { id }, body: { name, protected: isProtected } }) => {
    const lacksOne = (name !== undefined && rename === undefined) || (isProtected !== undefined && protect === undefined)
    const { verb } = permit(lacksOne ? undefined : name === undefined ? protect : rename)
    return {
      verb,
      goal: () => ({ name, protected: isProtected }),
      run: async () => {
        const renamed = name === undefined ? {} : await rename?.run({ id, name }) ?? {}
        if (isProtected === undefined) return renamed
        const changed = await protect?.run({ id, protected: isProtected }) ?? {}
        return name === undefined ? changed : {}
      }
    }
  }
})

export const lifecycleVerbs = [create, remove, resize, rebuild, rescue, unrescue, password, update]
