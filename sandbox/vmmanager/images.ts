import { numberOf, recordsOf } from '../kit/json.ts'
import { invalidValue, isAdmin, missingProperty, type Call } from './call.ts'
import { rowOf, type HostRecord } from './model.ts'

export type HostImage = Pick<HostRecord, 'osId' | 'osName' | 'osGroup'>

/** A host is made of either a template (`os`) or a saved image (`image`), never of both or neither. */
export function imageChoice (call: Call, clusterId: number): HostImage {
  const { platform, body, user } = call
  const [os, saved] = [numberOf(body, 'os'), numberOf(body, 'image')]
  if (os === undefined && saved === undefined) throw missingProperty('os')
  if (os === undefined || saved !== undefined) {
    const row = rowOf(platform, 'image', saved ?? -1)
    const isOpen = row?.['for_all'] === true || isAdmin(user) || row?.['account'] === user.email
    if (os !== undefined || row?.['state'] !== 'active' || !isOpen) throw invalidValue('image')
    return { osId: null, osName: String(row['name']), osGroup: '' }
  }
  const row = rowOf(platform, 'os', os)
  const isIn = recordsOf(row ?? {}, 'clusters').some(cluster => cluster['id'] === clusterId)
  if (row?.['state'] !== 'active' || !isIn || (row['adminonly'] === true && !isAdmin(user))) throw invalidValue('os')
  return { osId: os, osName: String(row['name']), osGroup: String(row['os_group']) }
}
