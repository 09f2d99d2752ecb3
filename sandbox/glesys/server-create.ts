import { isRecord, recordsOf, type Json } from '../kit/json.ts'
import { freeAddress } from './addresses.ts'
import {
  fieldRequired, invalid, isMissing, ok, refuse, refuseCode, textOf, wholeOf, writes, type Answer, type Call, type Routes
} from './call.ts'
import { datacenters, platforms, templateOf, type Platform, type Template } from './catalog.ts'
import { mutationBody } from './server-read.ts'
import { addServer, type Row } from './servers.ts'
import { nextServerId, type Pool } from './world.ts'

const limits: Readonly<Record<string, readonly [least: number, most: number]>> = {
  cpucores: [1, 64], memorysize: [128, 1_048_576], disksize: [1, 10_000], bandwidth: [1, 10_000]
}

/** Checks the sizes of a create or an edit; an absent one is accepted here. */
export function sizeRefusal ({ world, args }: Call, template: Template | undefined): Answer | null {
  for (const [name, [least, most]] of Object.entries(limits)) {
    const value = wholeOf(args, name)
    if (Number.isNaN(value)) return refuse(400, `The ${name} must be an integer.`)
    if (value !== undefined && (value < least || value > most)) return refuse(400, `The ${name} must be between ${least} and ${most}.`)
  }
  const isSmall = (wholeOf(args, 'disksize') ?? Infinity) < (template?.minimumdisksize ?? 0) ||
    (wholeOf(args, 'memorysize') ?? Infinity) < (template?.minimummemorysize ?? 0)
  return isSmall ? refuseCode(world, 610, 'Bad configuration option for the template.') : null
}

/** KVM requires users, VMware a password, a key or a cloud-config. */
function credentialsRefusal ({ args }: Call, platform: Platform): Answer | null {
  const users = args['users'] ?? []
  if (!Array.isArray(users)) return refuse(400, 'The users must be an array.')
  const nameless = users.findIndex(user => !isRecord(user) || typeof user['username'] !== 'string' || user['username'] === '')
  if (nameless >= 0) return fieldRequired(`users.${nameless}.username`)
  if (users.length > 0) return null
  if (platform === 'KVM') return fieldRequired('users')
  return ['rootpassword', 'sshkey', 'cloudconfig'].every(name => isMissing(args, name)) ? fieldRequired('rootpassword') : null
}

const isSchedule = (entry: Json): boolean =>
  ['daily', 'weekly'].includes(textOf(entry, 'frequency') ?? '') && (wholeOf(entry, 'numberofimagestokeep') ?? 0) >= 1

/** `any`, `none`, or a free address of the project in the server's datacenter and platform. */
function chooseAddress (call: Call, pool: Pool): string[] | Answer {
  const name = pool.ipversion === 4 ? 'ip' : 'ipv6'
  const sent = (textOf(call.args, name) ?? 'any').toLowerCase()
  if (sent === 'none') return []
  if (sent === 'any') {
    const free = freeAddress(call.world, pool)
    return free.length > 0 ? free : refuse(400, `There are no free addresses for ${name}.`)
  }
  const address = call.world.addresses.get(sent)
  const isFit = address?.project === call.project && address.serverid === null && address.ipversion === pool.ipversion &&
    address.datacenter === pool.datacenter && address.platform === pool.platform
  return isFit ? [sent] : invalid(name)
}

function readOrder (call: Call): Row | Answer {
  const { args, project, world } = call
  const platform = platforms.find(name => name === textOf(args, 'platform'))
  if (platform === undefined) return invalid('platform')
  const datacenter = textOf(args, 'datacenter') ?? ''
  if (!datacenters.includes(datacenter)) return invalid('datacenter')
  const template = templateOf(platform, textOf(args, 'templatename') ?? '')
  if (template === undefined) return refuseCode(world, 609, 'Unknown template.')
  const refusal = sizeRefusal(call, template) ?? credentialsRefusal(call, platform)
  if (refusal !== null) return refusal
  const backupSchedules = recordsOf(args, 'backupschedules')
  if (!backupSchedules.every(isSchedule)) return invalid('backupschedules')
  const v4 = chooseAddress(call, { ipversion: 4, datacenter, platform })
  if ('http' in v4) return v4
  const v6 = chooseAddress(call, { ipversion: 6, datacenter, platform })
  if ('http' in v6) return v6
  return {
    ...{ serverid: nextServerId(world, platform), projectkey: project, platform, datacenter, templatename: template.name, backupSchedules },
    ...{ hostname: textOf(args, 'hostname') ?? '', description: textOf(args, 'description') ?? '', addresses: [...v4, ...v6] },
    ...{ cpucores: wholeOf(args, 'cpucores') ?? 1, memorysize: wholeOf(args, 'memorysize') ?? 512 },
    ...{ disksize: wholeOf(args, 'disksize') ?? 5, bandwidth: wholeOf(args, 'bandwidth') ?? 100 }
  }
}

/** A new server first runs and then unlocks, in this order. */
function create (call: Call): Answer {
  const { world } = call
  const { createMs } = world.behavior
  const row = readOrder(call)
  if ('http' in row) return row
  const server = addServer(world, { ...row, power: 'stopped', lockedUntil: world.now() + createMs })
  world.later(createMs / 2, () => { server.power = 'running' }, server.serverid)
  world.created += 1
  return ok({ server: mutationBody(world, server) })
}

export const serverCreateRoutes: Routes = {
  'server/create': writes(['datacenter', 'platform', 'hostname', 'templatename', 'disksize', 'memorysize', 'cpucores'], create)
}
