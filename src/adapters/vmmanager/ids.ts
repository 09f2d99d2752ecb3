import { isNumericId, missing } from '../kit/ids.ts'

/** The id of a server or a task. */
export const idOf = (id: string): string => idIn(id)

/** An id from our path; `member` if it is not the server's. */
export function idIn (id: string, member?: string): string {
  if (isNumericId(id)) return id
  throw missing('the provider has no such id', member)
}
