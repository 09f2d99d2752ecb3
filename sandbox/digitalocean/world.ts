import { createAgenda } from '../kit/agenda.ts'
import { regionOf, seedImages, type Image } from './catalog.ts'
import type { DigitaloceanBehavior } from './behavior.ts'

export interface Network {
  readonly ip_address: string
  readonly netmask: string | number
  readonly gateway: string
  readonly type: 'public' | 'private'
}

export interface Droplet {
  readonly id: number
  name: string
  status: string
  size: string
  /** Smaller than the plan's after a resize of CPU and memory alone. */
  disk: number
  image: number
  readonly region: string
  /** An administrator's lock; work under way does not show here. */
  locked: boolean
  readonly createdAt: string
  readonly tags: readonly string[] | null
  readonly features: readonly string[]
  readonly vpc: string | null
  v4: Network[]
  v6: Network[]
  readonly visibleAt: number
}

export interface Action {
  readonly id: number
  status: 'in-progress' | 'completed' | 'errored' | 'done'
  readonly type: string
  readonly started_at: string
  completed_at: string | null
  readonly resource_id: number
  readonly resource_type: string
  readonly region: string
  /** Before this it is 404. */
  readonly visibleAt: number
}

export interface ReservedIp {
  readonly ip: string
  readonly region: string
  droplet: number | null
  locked: boolean
  /** An address that its owner brought along: its actions never appear. */
  readonly isByoip: boolean
}

/** The state of the simulated vendor. */
export const createWorld = (behavior: DigitaloceanBehavior, clock: () => number) => ({
  ...createAgenda(clock),
  behavior,
  droplets: new Map<number, Droplet>(),
  images: new Map<number, Image>(seedImages().map(row => [row.id, row])),
  actions: new Map<number, Action>(),
  reserved: new Map<string, ReservedIp>(),
  /** By droplet or address: the action that runs. */
  pending: new Map<number | string, Action>(),
  /** When the requests of the window came. */
  requests: new Array<number>(),
  created: 0,
  serial: 0
})

export type World = ReturnType<typeof createWorld>

export const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

export const nextSerial = (world: World): number => { world.serial += 1; return world.serial }

interface Work {
  readonly type: string
  readonly region: string
  readonly resource: { readonly id: number, readonly type: string }
  /** What is busy meanwhile. */
  readonly busy: ReadonlyArray<number | string>
  readonly ms?: number
  readonly fails?: boolean
  /** Never to be read. */
  readonly isHidden?: boolean
  /** What the resource shows afterwards. */
  effect(): void
}

/** Starts an action; one at a time runs on a resource. */
export function startAction (world: World, work: Work): Action {
  const { behavior } = world
  const { type, region, resource, busy, ms = behavior.actionMs, fails = false, isHidden = false, effect } = work
  const action: Action = {
    id: 1_088_924_000 + nextSerial(world),
    status: 'in-progress',
    type,
    started_at: timeOf(world.now()),
    completed_at: null,
    resource_id: resource.id,
    resource_type: resource.type,
    region,
    visibleAt: isHidden ? Infinity : world.now() + behavior.actionLagMs
  }
  world.actions.set(action.id, action)
  for (const owner of busy) world.pending.set(owner, action)
  const isFailing = fails || behavior.failActions.includes(type)
  world.later(ms, () => {
    action.status = isFailing ? 'errored' : 'completed'
    action.completed_at = timeOf(world.now())
    for (const owner of busy) if (world.pending.get(owner) === action) world.pending.delete(owner)
    if (isFailing) return
    if (behavior.statusLagMs === 0) effect()
    else world.later(behavior.statusLagMs, effect)
  })
  return action
}

export const actionView = ({ visibleAt: _, region, ...shown }: Action): object =>
  ({ ...shown, region: regionOf(region) ?? null, region_slug: region })
