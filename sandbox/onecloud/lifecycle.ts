import { badInput, databaseError, notConvertible, quoted, refuse, wrongStatus } from './failures.ts'
import { isTrue, textOf, type Json } from './values.ts'
import { boundEip, dropEip, nameTaken, releaseEip, type ServerRow, type World } from './world.ts'

interface Course {
  /** The path word of the action, as `failActions` lists it. */
  readonly action: string
  readonly ms: number
  /** The first holds at once, the last at the end; the others share the time between. */
  readonly statuses: readonly string[]
  /** Replaces the last status if the node refuses. */
  readonly failed?: string
  /** Effects by the index of the status that triggers them. */
  readonly effects?: Readonly<Record<number, (at: number) => void>>
}

const setStatus = (row: ServerRow, status: string, at: number): void => {
  if (status === row.status) return
  row.status = status
  touch(row, at)
}

export const touch = (row: ServerRow, at: number): void => { Object.assign(row, { updatedAt: at, updateVersion: row.updateVersion + 1 }) }

/** Starts a sequence of statuses; work under way is dropped, as the newest task wins. */
export const begin = (world: World, row: ServerRow, { action, ms, statuses, failed, effects = {} }: Course): void => {
  const now = world.now()
  const last = statuses.length - 1
  const isRefused = failed !== undefined && world.behavior.failActions.includes(action)
  const step = (index: number, status: string, at: number): void => {
    const isFailure = isRefused && index > 0 && index === last
    setStatus(row, isFailure ? failed : status, at)
    if (!isFailure) effects[index]?.(at)
  }
  world.cancel(row.id)
  for (const [index, status] of statuses.entries()) {
    const after = index === 0 ? 0 : Math.round(ms * index / last)
    if (index === 0) step(index, status, now)
    else world.later(after, () => { step(index, status, now + after) }, row.id)
  }
}

/** Unknown keys and keys that cannot be changed are silently ignored. */
export const updateServer = (world: World, row: ServerRow, input: Json): void => {
  const { name, disable_delete: lock, description } = input
  if (name !== undefined) checkName(world, row, textOf(name))
  if (lock !== undefined && typeof lock !== 'boolean') {
    throw notConvertible(input, 'ServerUpdateInput', 'disable_delete', JSON.stringify(lock))
  }
  if (typeof name === 'string') row.name = name
  if (typeof lock === 'boolean') row.disableDelete = lock
  if (description !== undefined) row.extra = { ...row.extra, description: textOf(description) }
  touch(row, world.now())
}

const checkName = (world: World, row: ServerRow, name: string): void => {
  if (name === '') throw databaseError("Update: saveUpdate: execUpdateSql: TxExec: Error 1048: Column 'name' cannot be null")
  if (name.length < 2) {
    throw badInput(`ValidateUpdateData: ${quoted(400, 'InputParameterError', [], 'name is too short', 'name is too short')}`)
  }
  checkStorable(name)
  if (nameTaken(world, name, row.id)) throw takenName(name)
}

/** The column holds 128 characters of three bytes. */
export const checkStorable = (name: string): void => {
  if (name.length > 128) throw databaseError("TxExec: Error 1406: Data too long for column 'name' at row 1")
  if (!/[\u{10000}-\u{10ffff}]/u.test(name)) return
  const collations = '(utf8_general_ci,IMPLICIT) and (utf8mb4_general_ci,COERCIBLE)'
  throw databaseError(`TxExec: Error 1267: Illegal mix of collations ${collations} for operation '='`)
}

const takenName = (name: string) => {
  const pattern = 'Duplicate name %!s(MISSING) %!s(MISSING)'
  const inner = quoted(409, 'DuplicateNameError', ['name', name], pattern, `Duplicate name name ${name}`)
  const bases = ['SVirtual', 'SStatusStandalone', 'SStandalone'].map(base => `${base}ResourceBase.ValidateUpdateData: `)
  return refuse(409, 'DuplicateNameError', `ValidateUpdateData: ${bases.join('')}alterNameValidator: ${inner}`)
}

/** Servers that were never on a node skip the recycle bin. */
const neverBuilt = ['sched_fail', 'net_fail', 'dev_fail', 'create_fail']

/** The record passes through `ready` more than once before it is gone. */
const twice = ['sync_config', 'sync_status', 'ready', 'sync_status', 'ready']
const forGood = ['start_delete', 'deleting', ...twice, ...twice, 'deleted']

/** Options count only in the query string. */
export const deleteServer = (world: World, row: ServerRow, query: URLSearchParams): void => {
  if (row.disableDelete) throw wrongStatus('Virtual server is locked, cannot delete')
  if (row.prepaidUntil > world.now()) throw refuse(403, 'ForbiddenError', 'not allow to delete prepaid server in valid status')
  const eip = boundEip(world, row)
  const course = { action: 'delete', ms: world.behavior.actionMs, failed: 'delete_fail' }
  const off = (): void => { row.power = row.placed ? 'off' : row.power }
  if (isTrue(query.get('override_pending_delete')) || neverBuilt.includes(row.status)) {
    const gone = (): void => {
      world.servers.delete(row.id)
      if (eip !== undefined) isTrue(query.get('delete_eip')) ? dropEip(world, eip) : releaseEip(eip)
    }
    begin(world, row, { ...course, statuses: forGood, effects: { 2: off, [forGood.length - 1]: gone } })
  } else if (row.pendingDeletedAt > 0) {
    // A second plain delete of a recycled server is accepted without effect.
    begin(world, row, { ...course, statuses: ['start_delete'] })
  } else {
    const inBin = (at: number): void => {
      off()
      row.pendingDeletedAt = at
      if (eip !== undefined) releaseEip(eip)
    }
    const statuses = ['start_delete', ...(eip === undefined ? [] : ['dissociate_eip']), 'sync_status', 'ready']
    begin(world, row, { ...course, statuses, effects: { [statuses.length - 2]: inBin } })
  }
}
