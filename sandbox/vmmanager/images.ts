import type { SimulatedReply } from '../simulator.ts'
import type { Json } from './body.ts'
import { isRecord, numberOf } from './body.ts'
import type { Call } from './call.ts'
import { isAdmin } from './call.ts'
import { invalidValue, refuse } from './errors.ts'
import type { HostRecord, Row } from './model.ts'
import { rowOf } from './model.ts'

export type HostImage = Pick<HostRecord, 'osId' | 'osName' | 'osGroup'>

export type ImageChoice =
  | { readonly reply: SimulatedReply, readonly image: null }
  | { readonly reply: null, readonly image: HostImage }

const no = (reply: SimulatedReply): ImageChoice => ({ reply, image: null })

/** A host is made of either a template (`os`) or a saved image (`image`), never of both or neither. */
export function imageRefusal (call: Call, body: Json, clusterId: number): ImageChoice {
  const os = numberOf(body, 'os')
  const saved = numberOf(body, 'image')
  if (os === undefined && saved === undefined) return no(refuse(400, 1007, 'Missing property', { name: 'os' }))
  if (os !== undefined && saved !== undefined) return no(invalidValue('image'))
  if (os === undefined) return savedImage(call, saved ?? -1)
  const row = rowOf(call.platform, 'os', os)
  const isClosed = row?.['adminonly'] === true && !isAdmin(call.user)
  if (row === undefined || row['state'] !== 'active' || isClosed || !isIn(row, clusterId)) return no(invalidValue('os'))
  return { reply: null, image: { osId: os, osName: String(row['name']), osGroup: String(row['os_group']) } }
}

function savedImage (call: Call, id: number): ImageChoice {
  const row = rowOf(call.platform, 'image', id)
  const isOpen = row?.['for_all'] === true || isAdmin(call.user) || row?.['account'] === call.user.email
  if (row === undefined || row['state'] !== 'active' || !isOpen) return no(invalidValue('image'))
  return { reply: null, image: { osId: null, osName: String(row['name']), osGroup: '' } }
}

const isIn = (row: Row, clusterId: number): boolean => {
  const clusters = row['clusters']
  return Array.isArray(clusters) && clusters.some(cluster => isRecord(cluster) && cluster['id'] === clusterId)
}
