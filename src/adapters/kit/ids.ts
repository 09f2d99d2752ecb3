import { badMember, UpstreamError, type Failure } from '../../domain/failure.ts'

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

/** One spelling only, in lower case: another spelling of an id would bypass guard.protected. */
export const isUuid = (text: string): boolean => uuid.test(text)

/** One spelling only, too, and a number that JSON carries exactly. */
export const isNumericId = (text: string): boolean => /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text))

/** The id of a server, in our path. */
export function numericServerId (id: string): string {
  if (!isNumericId(id)) throw noServer()
  return id
}

export function uuidServerId (id: string): string {
  if (!isUuid(id)) throw noServer()
  return id
}

/** An id in the request, such as `body.plan`, as the vendor takes it. */
export function numberIn (member: string, id: string | number): number {
  if (!isNumericId(String(id))) throw badMember(member, 'must be an id that the catalog shows, a whole number')
  return Number(id)
}

export function uuidIn (member: string, text: string): string {
  const id = text.toLowerCase()
  if (!isUuid(id)) throw badMember(member, 'must be an id that the catalog shows, a UUID')
  return id
}

/** A refusal before anything is sent. `member`: the part of the request that it is about; absent: the server. */
export const refusal = (failure: Failure, message: string, member?: string): UpstreamError =>
  new UpstreamError(failure, message, { notAttempted: true, ...(member === undefined ? {} : { member }) })

/** For ids of our paths that cannot exist, or that the provider does not have. */
export const missing = (message: string, member?: string): UpstreamError => refusal('not-found', message, member)

export const noServer = (): UpstreamError => missing('no server has such an id')
export const noSnapshot = (): UpstreamError => missing('the server has no such snapshot', 'path.snapshot')
export const noAddress = (): UpstreamError => missing('the server has no such address', 'path.address')
export const noPlan = (): UpstreamError => refusal('rejected', 'the provider has no such plan', 'body.plan')

/** Null for what the provider does not have. */
export async function unlessMissing<T> (work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (error instanceof UpstreamError && error.failure === 'not-found') return null
    throw error
  }
}
