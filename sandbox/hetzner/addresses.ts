import { numberOf, textOf, type Json } from '../kit/json.ts'
import { bodyOf, created, invalid, notFound, page, refuse, unrouted, type Call, type Handler } from './call.ts'
import type { Ip } from './seed.ts'

type Kind = 'primary' | 'floating'

const show = (kind: Kind, { server, location, auto_delete: isAuto, ...ip }: Ip): Json => ({
  ...ip,
  labels: {},
  created: '2026-01-30T23:55:00Z',
  blocked: false,
  protection: { delete: false },
  ...(kind === 'primary'
    ? { location, auto_delete: isAuto, assignee_id: server, assignee_type: server === null ? 'unassigned' : 'server' }
    : { home_location: location, server, description: null })
})

export const listIps = (kind: Kind): Handler => call =>
  page(call, { name: `${kind}_ips`, rows: [...call.world[kind].values()].map(ip => show(kind, ip)), sorts: ['id', 'created'] })

/** A primary address moves only while the server is off, in its location, and a server has one of each family. */
function checkMove ({ world }: Call, kind: Kind, ip: Ip, id: number | null): void {
  const server = world.servers.get(id ?? ip.server ?? 0)
  if (server === undefined) throw id === null ? refuse(422, 'must_be_assigned') : notFound('server')
  if (id !== null && ip.server !== null) throw refuse(422, kind === 'primary' ? 'primary_ip_already_assigned' : 'floating_ip_assigned')
  if (kind === 'floating') return
  if (server.status !== 'off') throw refuse(422, 'server_not_stopped')
  if (id === null) return
  if (ip.location.id !== server.location.id) throw refuse(422, 'primary_ip_datacenter_mismatch')
  if ([...world.primary.values()].some(row => row.server === id && row.type === ip.type)) throw refuse(422, `server_has_${ip.type}`)
}

const within = ({ ip, type }: Ip, address: string): boolean =>
  type === 'ipv4' ? ip === address : address.startsWith(ip.replace(/::\/64$/, ':'))

/** Shown at once, although the action runs on. */
function point (call: Call, ip: Ip): void {
  const body = bodyOf(call, ['ip', 'dns_ptr'], ['ip', 'dns_ptr'])
  const [address, name] = [textOf(body, 'ip') ?? '', textOf(body, 'dns_ptr') ?? null]
  if (name?.endsWith('.') === true) throw invalid('dns_ptr')
  if (!within(ip, address)) throw invalid('ip')
  ip.dns_ptr = [...ip.dns_ptr.filter(row => row.ip !== address), ...(name === null ? [] : [{ ip: address, dns_ptr: name }])]
}

const members = { primary: ['assignee_id', 'assignee_type'], floating: ['server'] } as const

function move (call: Call, kind: Kind, ip: Ip): () => void {
  const isAssign = call.params['action'] === 'assign'
  const body = bodyOf(call, isAssign ? members[kind] : [], isAssign ? members[kind] : [])
  const id = isAssign ? numberOf(body, kind === 'primary' ? 'assignee_id' : 'server') ?? 0 : null
  checkMove(call, kind, ip, id)
  return () => { ip.server = id }
}

export const ipAction = (kind: Kind): Handler => call => {
  const { world, params } = call
  const ip = world[kind].get(Number(params['id']))
  if (ip === undefined) throw notFound(`${kind} ip`)
  const begin = (command: string, effect: () => void) =>
    created({ action: world.begin({ command, resources: [{ id: ip.id, type: `${kind}_ip` }], effect }) })
  switch (params['action']) {
    case 'change_dns_ptr': point(call, ip); return begin('change_dns_ptr', () => {})
    case 'assign': return begin(`assign_${kind}_ip`, move(call, kind, ip))
    case 'unassign': return begin(`unassign_${kind}_ip`, move(call, kind, ip))
    default: throw unrouted()
  }
}
