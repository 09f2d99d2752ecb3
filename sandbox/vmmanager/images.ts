import { numberOf, recordsOf } from '../kit/json.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import {
  flag, invalidValue, isAdmin, listOf, missingProperty, natural, object, oneOf, text, type Call, type Check, type Shape
} from './call.ts'
import { rowOf, type HostRecord } from './model.ts'

const parameters: Check = listOf(object({ name: text, value: text }))

/** Software of a new system. */
export const recipeShape: Shape = {
  recipe: natural,
  recipe_params: parameters,
  recipe_list: listOf(object({ recipe: natural, recipe_params: parameters, send_email: flag })),
  ignore_recipe_filters: flag,
  send_email_mode: oneOf('default', 'saas_only')
}

export type HostImage = Pick<HostRecord, 'osId' | 'osName' | 'osGroup'>

/** A host is made of either a template (`os`) or a saved image (`image`), never of both or neither. */
export function imageChoice (call: Call, clusterId: number): HostImage | SimulatedReply {
  const { platform, body, user } = call
  const [os, saved] = [numberOf(body, 'os'), numberOf(body, 'image')]
  if (os === undefined && saved === undefined) return missingProperty('os')
  if (os === undefined || saved !== undefined) {
    const row = rowOf(platform, 'image', saved ?? -1)
    const isOpen = row?.['for_all'] === true || isAdmin(user) || row?.['account'] === user.email
    if (os !== undefined || row?.['state'] !== 'active' || !isOpen) return invalidValue('image')
    return { osId: null, osName: String(row['name']), osGroup: '' }
  }
  const row = rowOf(platform, 'os', os)
  const isIn = recordsOf(row ?? {}, 'clusters').some(cluster => cluster['id'] === clusterId)
  if (row?.['state'] !== 'active' || !isIn || (row['adminonly'] === true && !isAdmin(user))) return invalidValue('os')
  return { osId: os, osName: String(row['name']), osGroup: String(row['os_group']) }
}
