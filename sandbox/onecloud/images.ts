import type { SimulatedReply, SimulatedRequest } from '../simulator.ts'
import type { World } from './world.ts'
import { rowsOf } from './world.ts'
import { noHandler } from './failures.ts'
import { listRows, ownRecord, type Collection } from './resources.ts'
import { callerOf } from './tokens.ts'
import { isObject, textOf, type Json } from './values.ts'

const kind: Collection = { word: 'image', service: 'image', owner: 'shared', totals: true, filters: ['disk_format', 'is_public', 'is_standard'] }

/** `/image/v1/...`; `parts` are the path pieces behind the version. */
export const imageReply = (world: World, request: SimulatedRequest, parts: readonly string[]): SimulatedReply => {
  const [plural, id, more] = parts
  if (plural !== 'images' || more !== undefined) throw noHandler()
  const caller = callerOf(world, request.headers['x-auth-token'])
  const rows = rowsOf(world, 'images')
  if (id === undefined) {
    if (request.method !== 'GET') throw noHandler()
    return { status: 200, body: listRows(world, caller, kind, { rows, query: request.query }) }
  }
  const row = ownRecord(caller, kind, rows, id)
  switch (request.method) {
    case 'HEAD': return { status: 200, headers: metaHeaders(row) }
    // One image by GET is the file itself, not its description.
    case 'GET': return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: `QFI\u0000simulated image ${textOf(row['id'])}` }
    default: throw noHandler()
  }
}

const plain = (value: unknown): string => textOf(value).replaceAll(/[^\x20-\x7e]/g, '?')

const metaHeaders = (row: Json): Record<string, string> => {
  const headers: Record<string, string> = {}
  for (const [key, value] of Object.entries(row)) {
    if (!isObject(value)) headers[`x-image-meta-${key}`] = plain(value)
    else for (const [name, text] of Object.entries(value)) headers[`x-image-meta-property-${name}`] = plain(text)
  }
  return headers
}
