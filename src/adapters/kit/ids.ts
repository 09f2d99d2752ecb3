import { UpstreamError } from '../../domain/failure.ts'

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

/** One spelling only, in lower case: another spelling of an id would bypass guard.protected. */
export const isUuid = (text: string): boolean => uuid.test(text)

/** For ids of our paths that cannot exist, or that the provider does not have: `path.snapshot`. Without a member: the server. */
export const missing = (message: string, member?: string): UpstreamError =>
  new UpstreamError('not-found', message, { notAttempted: true, ...(member === undefined ? {} : { member }) })

export const noServer = (): UpstreamError => missing('no server has such an id')
export const noSnapshot = (): UpstreamError => missing('the server has no such snapshot', 'path.snapshot')
export const noAddress = (): UpstreamError => missing('the server has no such address', 'path.address')
