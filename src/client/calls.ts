import type { Client, FetchOptions, FetchResponse, Middleware, ParseAs } from 'openapi-fetch'
import type { paths } from './schema.ts'

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'
type PathsWith<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, object> ? P : never }[keyof paths]
type At<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer T extends Record<string, unknown>> ? T : never
type Init<T, As> = FetchOptions<T> & { parseAs?: As }

/** As openapi-fetch's own, but a member that there is not does not compile. */
type Call<M extends Method> = <P extends PathsWith<M>, As extends ParseAs = 'json'>(
  path: P,
  ...init: object extends FetchOptions<At<P, M>> ? [init?: Init<At<P, M>, As>] : [init: Init<At<P, M>, As>]
) => Promise<FetchResponse<At<P, M>, { parseAs: As }, `${string}/${string}`>>

export interface Calls {
  readonly GET: Call<'get'>
  readonly POST: Call<'post'>
  readonly PUT: Call<'put'>
  readonly PATCH: Call<'patch'>
  readonly DELETE: Call<'delete'>
  use (...middleware: Middleware[]): void
  eject (...middleware: Middleware[]): void
}

/** The same functions. These types accept nothing that openapi-fetch's would refuse, which the compiler cannot see. */
export function strictly (client: Client<paths>): Calls
export function strictly (client: unknown): unknown {
  return client
}
