import type { SimulatedReply, SimulatedRequest } from '../simulator.ts'
import type { UserKind, World } from './world.ts'

/** One authenticated request on one of the two APIs. */
export interface Call {
  readonly world: World
  readonly request: SimulatedRequest
  readonly api: UserKind
  /** The `:id` of the route, decoded. */
  readonly id: string
}

export type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type Handler = (call: Call) => SimulatedReply

export interface Route {
  /** Below the API root, without slashes at the ends; `:id` stands for one segment without dots. */
  readonly path: string
  /** Where the route exists; both when absent. */
  readonly only?: UserKind
  readonly inferred?: boolean
  readonly verbs: Partial<Record<Verb, Handler>>
  /** The Allow header, where it is not simply what `verbs` says. */
  readonly allow?: string
}

/** Django takes the last of repeated parameters. */
export const parameter = (call: Call, name: string): string | undefined => call.request.query.getAll(name).at(-1)

/** The clients whose things the caller sees; null means everybody's. */
export const scopeOf = (call: Call): number | null => call.api === 'staff' ? null : call.world.endUserClient

export const inScope = (call: Call, client: number | null): boolean => {
  const scope = scopeOf(call)
  return scope === null || scope === client
}
