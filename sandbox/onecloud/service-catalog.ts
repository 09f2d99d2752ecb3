import type { World } from './world.ts'
import type { Json } from './values.ts'

interface Service {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly path: string
  readonly internal: string
  readonly endpoints: readonly [string, string]
}

const services: readonly Service[] = [
  { id: 'beef1fd869c246938a2d300fdb655231', name: 'keystone', type: 'identity', path: '/v3', internal: 'keystone.cloud.invalid:30500/v3', endpoints: ['177d089193ca46f78b30bd17ec8255ee', 'e7c938d71efc43728e260043f1bf32b5'] },
  { id: 'ff8fa054f7b34cb289d92859c489bc39', name: 'glance', type: 'image', path: '/image/v1', internal: 'glance.cloud.invalid:30292/v1', endpoints: ['4b00ff686800470c8dbe77929b5e561c', 'dbaef588a34746a08d4e64512cc0478f'] },
  { id: 'd31f551571894a9b82ab901c63833a88', name: 'region2', type: 'compute_v2', path: '/compute', internal: 'region.cloud.invalid:30888', endpoints: ['cdd774b01b6643b58103813fd4da663d', '85c3116ed7f74605803097db81d61feb'] },
  { id: '7d0ab6e3f7114142878158f9e16a77d5', name: 'scheduler', type: 'scheduler', path: '/scheduler', internal: 'scheduler.cloud.invalid:30887', endpoints: ['44b97fe0914a434289e5198ae1049414', '07bc70b0465449c283bedd887fdba9ba'] },
  { id: '6c81406c96b748e78148366d6b6805f7', name: 'webconsole', type: 'webconsole', path: '/webconsole-service', internal: 'webconsole.cloud.invalid:30899', endpoints: ['0e3182dff68d4d318743453010f89c86', 'd4e22e54ebd54bd38e1fad3ddcb36cff'] }
]

/** The order of services and endpoints changes with every answer. */
export const serviceCatalog = (world: World): Json[] => {
  const shown = services.filter(service => !world.knobs.withoutServices.includes(service.type))
  return rotate(shown, world.logins).map(service => ({
    id: service.id, name: service.name, type: service.type, endpoints: rotate(endpointsOf(world, service), world.logins)
  }))
}

const endpointsOf = (world: World, service: Service): Json[] => {
  const slash = world.knobs.trailingSlashes ? '/' : ''
  const outside = `${world.origin}${service.path}${slash}`
  const inside = world.knobs.endpoints === 'internal' ? outside : `http://${service.internal}${slash}`
  const region = { region: 'region0', region_id: 'region0' }
  const internal = { id: service.endpoints[0], interface: 'internal', name: `${service.name}-internal`, ...region, url: inside }
  const open = { id: service.endpoints[1], interface: 'public', name: `${service.name}-public`, ...region, url: outside }
  switch (world.knobs.endpoints) {
    case 'both': return [internal, open]
    case 'internal': return [internal]
    case 'public': return [open]
  }
}

const rotate = <T>(items: readonly T[], by: number): T[] => {
  const at = items.length === 0 ? 0 : by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}
