import { badMember } from '../../domain/failure.ts'
import { missing } from '../kit/ids.ts'

/** All ids are decimal numbers; no other id can exist, and none may get into a filter. */
const decimal = /^[1-9]\d{0,18}$/

export const isId = (text: string): boolean => decimal.test(text)

/** The id of a server or a task. */
export const idOf = (id: string): string => idIn(id)

/** An id from our path; `member` if it is not the server's. */
export function idIn (id: string, member?: string): string {
  if (isId(id)) return id
  throw missing('the provider has no such id', member)
}

/** An id in the caller's body, sent as a number. */
export function numberIn (member: string, id: string | number): number {
  const number = Number(id)
  if (isId(String(id)) && Number.isSafeInteger(number)) return number
  throw badMember(member, 'is not an id of this provider: those are whole numbers')
}
