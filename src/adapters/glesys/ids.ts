import { UpstreamError } from '../../domain/failure.ts'

/** Letters and digits, in one spelling only: a second name for a server would pass by what protects the first. */
export function idOf (id: string): string {
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(id)) throw new UpstreamError('not-found', 'no server has such an id', { notAttempted: true })
  return id
}
