import { UpstreamError } from '../../domain/failure.ts'

/** One spelling only: a second spelling of an id would bypass guard.protected. */
export function idOf (id: string): string {
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(id)) throw new UpstreamError('not-found', 'no server has such an id', { notAttempted: true })
  return id
}
