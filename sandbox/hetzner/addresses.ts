import { numberOf, textOf, type Json } from '../kit/json.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { bodyOf, created, invalid, isReply, notFound, page, problem, unrouted, type Call, type Handler } from './call.ts'
import type { Ip } from './wire.ts'

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

const refuse = (code: string): SimulatedReply => problem(422, code, code.replaceAll('_', ' '))

/** A primary address moves only while the server is off, in its location, and a server has one of each family. */
function refusalOf ({ world }: Call, kind: Kind, ip: Ip, id: number | null): SimulatedReply | undefined {
  const server = world.servers.get(id ?? ip.server ?? 0)
  if (server === undefined) return id === null ? refuse('must_be_assigned') : notFound('server')
  if (id !== null && ip.server !== null) return refuse(kind === 'primary' ? 'primary_ip_already_assigned' : 'floating_ip_assigned')
  if (kind === 'floating') return undefined
  if (server.status !== 'off') return refuse('server_not_stopped')
  if (id === null) return undefined
  if (ip.location.id !== server.location.id) return refuse('primary_ip_datacenter_mismatch')
  return [...world.primary.values()].some(row => row.server === id && row.type === ip.type) ? refuse(`server_has_${ip.type}`) : undefined
}

const within = ({ ip, type }: Ip, address: string): boolean =>
  type === 'ipv4' ? ip === address : address.startsWith(ip.replace(/::\/64$/, ':'))

const members = { primary: ['assignee_id', 'assignee_type'], floating: ['server'] } as const

export const ipAction = (kind: Kind): Handler => call => {
  const { world, params } = call
  const ip = world[kind].get(Number(params['id']))
  if (ip === undefined) return notFound(`${kind} ip`)
  const resources = [{ id: ip.id, type: `${kind}_ip` }]
  const begin = (command: string, effect: () => void) => created({ action: world.begin({ command, resources, effect }) })
  if (params['action'] === 'change_dns_ptr') {
    const body = bodyOf(call, { allowed: ['ip', 'dns_ptr'], required: ['ip', 'dns_ptr'] })
    if (isReply(body)) return body
    const [address, name] = [textOf(body, 'ip') ?? '', textOf(body, 'dns_ptr') ?? null]
    if (!within(ip, address) || name?.endsWith('.') === true) return invalid(name?.endsWith('.') === true ? 'dns_ptr' : 'ip')
    // Shown at once, although the action runs on.
    ip.dns_ptr = [...ip.dns_ptr.filter(row => row.ip !== address), ...(name === null ? [] : [{ ip: address, dns_ptr: name }])]
    return begin('change_dns_ptr', () => {})
  }
  const isAssign = params['action'] === 'assign'
  if (!isAssign && params['action'] !== 'unassign') return unrouted()
  const body = bodyOf(call, { allowed: isAssign ? members[kind] : [], required: isAssign ? members[kind] : [] })
  if (isReply(body)) return body
  const id = isAssign ? numberOf(body, kind === 'primary' ? 'assignee_id' : 'server') ?? 0 : null
  return refusalOf(call, kind, ip, id) ?? begin(`${isAssign ? '' : 'un'}assign_${kind}_ip`, () => { ip.server = id })
}
