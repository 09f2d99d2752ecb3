import { noServer } from '../kit/ids.ts'

/** One spelling only: a second spelling of an id would bypass guard.protected. */
export function idOf (id: string): string {
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(id)) throw noServer()
  return id
}
