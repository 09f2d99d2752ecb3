import { toNumber } from '../kit/addresses.ts'
import { numberOf, textOf } from '../kit/json.ts'
import { regionOf } from './catalog.ts'
import { bodyOf, notFound, page, requireIdle, unprocessable, type Call, type Handler } from './call.ts'
import { dropletView } from './droplets.ts'
import { actionView, startAction, type Droplet, type ReservedIp } from './world.ts'

const familyOf = ({ ip }: ReservedIp): 4 | 6 => ip.includes(':') ? 6 : 4

function view (call: Call, { ip, region, droplet: id, locked }: ReservedIp): object {
  const droplet = id === null ? undefined : call.world.droplets.get(id)
  const shown = droplet === undefined ? null : dropletView(call, droplet)
  return ip.includes(':')
    ? { ip, region_slug: region, reserved_at: '2026-01-01T00:00:00Z', droplet: shown }
    : { ip, region: regionOf(region), droplet: shown, locked, project_id: '746c6152-2fa2-11ed-92d3-27aaa54e4988' }
}

const list = (family: 4 | 6, key: string): Handler => call =>
  page(call, key, [...call.world.reserved.values()].filter(row => familyOf(row) === family).map(row => view(call, row)))

function find ({ world, params }: Call, family: 4 | 6): ReservedIp {
  const row = world.reserved.get(params['ip'] ?? '')
  if (row === undefined || familyOf(row) !== family) throw notFound()
  return row
}

const get = (family: 4 | 6, key: string): Handler => call => ({ status: 200, body: { [key]: view(call, find(call, family)) } })

/** The address and its droplet take one event at a time. An IPv4 address is the action's resource as a number. */
const act = (family: 4 | 6): Handler => call => {
  const { world } = call
  const row = find(call, family)
  const body = bodyOf(call)
  const type = textOf(body, 'type')
  const target = type === 'assign' ? world.droplets.get(numberOf(body, 'droplet_id') ?? 0) : world.droplets.get(row.droplet ?? 0)
  if (type !== 'assign' && type !== 'unassign') throw unprocessable('The action type is not valid.')
  if (target === undefined) throw type === 'assign' ? notFound() : unprocessable('The floating IP is not assigned.')
  requireIdle(world, row.ip)
  requireIdle(world, target.id)
  if (target.region !== row.region) throw unprocessable('The Droplet and the reserved IP must be in the same datacenter.')
  const action = startAction(world, {
    type: `${type}_ip`,
    region: row.region,
    resource: { id: family === 4 ? toNumber(row.ip) : 758604968, type: family === 4 ? 'reserved_ip' : 'reserved_ipv6' },
    busy: [row.ip, target.id],
    isHidden: row.isByoip,
    effect: () => { if (type === 'assign') assign(row, target); else unassign(row, target) }
  })
  return { status: 201, body: { action: actionView(action) } }
}

/** An IPv4 address shows as one more public address of the droplet, unmarked. */
function assign (row: ReservedIp, droplet: Droplet): void {
  row.droplet = droplet.id
  const gateway = row.ip.replace(/\.\d+$/, '.1')
  if (familyOf(row) === 4) droplet.v4 = [...droplet.v4, { ip_address: row.ip, netmask: '255.255.252.0', gateway, type: 'public' }]
}

function unassign (row: ReservedIp, droplet: Droplet): void {
  row.droplet = null
  droplet.v4 = droplet.v4.filter(({ ip_address: ip }) => ip !== row.ip)
}

export const addressHandlers = {
  list4: list(4, 'reserved_ips'),
  list6: list(6, 'reserved_ipv6s'),
  get4: get(4, 'reserved_ip'),
  get6: get(6, 'reserved_ipv6'),
  act4: act(4),
  act6: act(6)
}
