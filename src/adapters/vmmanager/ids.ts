import { badMember, UpstreamError } from '../../domain/failure.ts'

/** Everything there has a decimal number; anything else can not exist, and must not get into a filter. */
const decimal = /^[1-9]\d{0,18}$/

export const isId = (text: string): boolean => decimal.test(text)

/** The id of a server or a task. */
export const idOf = (id: string): string => idIn(id)

/** An id of our path; `member` where it is not the server's. */
export function idIn (id: string, member?: string): string {
  if (isId(id)) return id
  throw new UpstreamError('not-found', 'nothing has such an id there', { notAttempted: true, ...(member === undefined ? {} : { member }) })
}

/** An id in a body: there it is a number. */
export function numberIn (member: string, id: string | number): number {
  const number = Number(id)
  if (isId(String(id)) && Number.isSafeInteger(number)) return number
  throw badMember(member, 'is not an id of this provider: those are whole numbers')
}
