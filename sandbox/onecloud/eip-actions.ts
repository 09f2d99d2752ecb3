import type { ServerRow, World } from './world.ts'
import { findRow, rowsOf } from './world.ts'
import { badInput, notFound, wrongStatus } from './failures.ts'
import { begin } from './lifecycle.ts'
import { bindEip, dropEip, eipNetworkId, eipRow, releaseEip } from './eips.ts'
import { firstText, isTrue, textOf, type Json } from './values.ts'
import type { Action } from './power-actions.ts'

const boundTo = (world: World, row: ServerRow): Json | undefined => rowsOf(world, 'eips').find(eip => eip['associate_id'] === row.id)

const inVpc = (world: World, row: ServerRow): boolean =>
  row.nics.some(nic => findRow(rowsOf(world, 'networks'), nic.networkId)?.['vpc_id'] !== 'default')

const checkReady = (row: ServerRow): void => {
  if (row.status !== 'ready' && row.status !== 'running') throw wrongStatus(`Unable to associate eip for guest in status ${row.status}`)
}

/** On a classic network the request is accepted and fails afterwards. */
const bind = (world: World, row: ServerRow, eip: Json): void => {
  const before = row.status
  const ends = inVpc(world, row) ? ['associate_eip', 'sync_status', before] : ['associate_eip', 'associate_eip_failed']
  begin(world, row, {
    action: 'associate-eip',
    task: 'GuestAssociateEipTask',
    ms: world.knobs.actionMs,
    statuses: ends,
    effects: ends.length === 3 ? { 2: () => bindEip(eip, row) } : {}
  })
}

const associate: Action = (world, row, input) => {
  const wanted = firstText(input, 'eip_id', 'eip')
  const eip = findRow(rowsOf(world, 'eips'), wanted)
  if (eip === undefined) throw notFound('eip', wanted)
  if (boundTo(world, row) !== undefined) throw wrongStatus('already associate with eip')
  if (textOf(eip['associate_id']) !== '') throw wrongStatus('eip has been associated with instance')
  checkReady(row)
  bind(world, row, eip)
  return undefined
}

const createEip: Action = (world, row, input) => {
  if (textOf(input['charge_type']) !== 'bandwidth') throw badInput('OneCloud only supports eip charge type "bandwidth"')
  const bandwidth = Number(textOf(input['bandwidth']))
  if (!Number.isInteger(bandwidth) || bandwidth <= 0) throw badInput('bandwidth must be a positive number')
  if (boundTo(world, row) !== undefined) throw wrongStatus('already associate with eip')
  checkReady(row)
  const eip = eipRow(world, { name: `eip-for-${row.name}`, bandwidth, tenantId: row.tenantId, networkId: eipNetworkId })
  rowsOf(world, 'eips').push(eip)
  bind(world, row, eip)
  return undefined
}

const dissociate: Action = (world, row, input) => {
  const eip = boundTo(world, row)
  if (eip === undefined) throw wrongStatus('No eip to dissociate')
  checkReady(row)
  begin(world, row, {
    action: 'dissociate-eip',
    task: 'GuestDissociateEipTask',
    ms: world.knobs.actionMs,
    statuses: ['dissociate_eip', 'sync_status', row.status],
    effects: { 1: () => isTrue(input['auto_delete']) ? dropEip(world, eip) : releaseEip(eip) }
  })
  return undefined
}

export const eipActions: ReadonlyMap<string, Action> = new Map([
  ['associate-eip', associate], ['create-eip', createEip], ['dissociate-eip', dissociate]
])
