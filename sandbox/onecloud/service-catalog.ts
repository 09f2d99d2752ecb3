import type { World } from './world.ts'
import { hexId, type Json } from './values.ts'

const service = (name: string, type: string, path: string, internal: string) => ({ name, type, path, internal })

type Service = ReturnType<typeof service>

const services: readonly Service[] = [
  service('keystone', 'identity', '/v3', 'keystone.cloud.invalid:30500/v3'),
  service('glance', 'image', '/image/v1', 'glance.cloud.invalid:30292/v1'),
  service('region2', 'compute_v2', '/compute', 'region.cloud.invalid:30888'),
  service('scheduler', 'scheduler', '/scheduler', 'scheduler.cloud.invalid:30887'),
  service('webconsole', 'webconsole', '/webconsole-service', 'webconsole.cloud.invalid:30899')
]

/** The order of services and endpoints changes with every answer. */
export const serviceCatalog = (world: World): Json[] => {
  const shown = services.filter(({ type }) => !world.behavior.withoutServices.includes(type))
  return rotate(shown, world.logins).map(row => ({
    id: hexId(row.name), name: row.name, type: row.type, endpoints: rotate(endpointsOf(world, row), world.logins)
  }))
}

const endpointsOf = ({ behavior, origin }: World, { name, path, internal }: Service): Json[] => {
  const slash = behavior.trailingSlashes ? '/' : ''
  const outside = `${origin}${path}${slash}`
  const endpoint = (kind: 'internal' | 'public', url: string): Json =>
    ({ id: hexId(`${name}-${kind}`), interface: kind, name: `${name}-${kind}`, region: 'region0', region_id: 'region0', url })
  switch (behavior.endpoints) {
    case 'both': return [endpoint('internal', `http://${internal}${slash}`), endpoint('public', outside)]
    case 'internal': return [endpoint('internal', outside)]
    case 'public': return [endpoint('public', outside)]
  }
}

const rotate = <T>(items: readonly T[], by: number): T[] => {
  const at = items.length === 0 ? 0 : by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}
