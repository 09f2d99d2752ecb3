import type { SimulatedReply, SimulatedRequest } from '../kit/simulator.ts'
import type { ServerRow, World } from './world.ts'
import { noHandler, refuse } from './failures.ts'
import { callerOf } from './tokens.ts'
import { ownRow } from './servers.ts'

/** `/webconsole-service/...`: unlike compute, this service answers 401 to a caller without a valid token. */
export const webconsoleReply = (world: World, request: SimulatedRequest, parts: readonly string[]): SimulatedReply => {
  const [service, kind, id, more] = parts
  const isKnown = service === 'webconsole' && kind === 'server' && more === undefined && request.method === 'POST'
  if (!isKnown || id === undefined) throw noHandler()
  const caller = callerOf(world, request.headers['x-auth-token'])
  if (caller.guest) throw refuse(401, 'UnauthorizedError', 'Unauthorized')
  const row = ownRow(world, caller, id)
  if (row.power !== 'on') throw refuse(406, 'NotAcceptableError', 'Unspported remote console protocol: ')
  const data = connectParams(world, row)
  const accessUrl = `${world.origin}/web-console/no-vnc?data=${data}`
  return { status: 200, body: { webconsole: { access_url: accessUrl, connect_params: data, session: row.id } } }
}

const connectParams = (world: World, row: ServerRow): string => Buffer.from(new URLSearchParams({
  ...{ access_token: 'FAKE-SECRET-CONSOLE-TOKEN', api_server: world.origin, hypervisor: row.hypervisor, instance_name: row.name },
  ...{ ips: row.nics.map(nic => nic.ip).join(','), is_need_login: 'false', os_name: row.osType, os_type: row.osType },
  ...{ password: '', protocol: 'vnc', water_mark: 'fake' }
}).toString()).toString('base64')
