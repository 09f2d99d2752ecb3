import { fieldRequired, inferred, ok, reads, refuse, withServer, withUnlocked, writes, type Answer, type Call, type Routes, type Run } from './answers.ts'
import { isMissing, textOf, wholeOf } from './arguments.ts'
import { platforms, priceOf } from './catalogue.ts'
import { swedishTime } from './envelope.ts'
import { lockFor, provision } from './lifecycle.ts'
import { addServer } from './server-create.ts'
import { mutationBody } from './server-view.ts'
import { nextNumber, nextUuid, type Backup, type GlesysServer } from './world.ts'

/** Functions whose names are public and whose bodies are not: everything here is a guess. */

const backupBody = ({ id, serverid, created }: Backup): Record<string, unknown> => ({ id, serverid, created: swedishTime(created) })

function createBackup (call: Call, server: GlesysServer): Answer {
  const { world, project } = call
  const backup = { id: nextUuid(world), serverid: server.serverid, project, created: world.clock() }
  world.backups.set(backup.id, backup)
  lockFor(world, server, { ms: world.knobs.actionMs, done: () => {} })
  return ok({ backup: backupBody(backup) })
}

const withBackup = (run: (call: Call, backup: Backup) => Answer): Run => call => {
  const backup = call.world.backups.get(textOf(call.args, 'backupid') ?? '')
  return backup?.project === call.project ? run(call, backup) : refuse(404, 'Could not find the backup.')
}

/** A server from a backup is a new one without addresses, sized as the backed-up server is now. */
function createFromBackup (call: Call, backup: Backup): Answer {
  const { world } = call
  const source = world.servers.get(backup.serverid)
  if (source === undefined) return refuse(400, 'The backed up server is gone.')
  const number = nextNumber(world)
  const server: GlesysServer = {
    ...source,
    serverid: source.platform === 'KVM' ? `kvm${number}` : `wps${1_000_000 + number}`,
    hostname: textOf(call.args, 'hostname') ?? '',
    additionaldisks: [],
    supportedfeatures: { ...source.supportedfeatures },
    steps: []
  }
  addServer(world, server)
  provision(world, server)
  world.created += 1
  return ok({ server: mutationBody(world, server) })
}

/** A server id alone was seen to be refused with 400. */
function estimatedCost ({ args }: Call): Answer {
  const platform = platforms.find(name => name === textOf(args, 'platform'))
  const missing = ['cpucores', 'memorysize', 'disksize'].find(name => isMissing(args, name))
  if (platform === undefined) return fieldRequired('platform')
  if (missing !== undefined) return fieldRequired(missing)
  const price = priceOf(platform, {
    cpucores: wholeOf(args, 'cpucores') ?? 0,
    memorysize: wholeOf(args, 'memorysize') ?? 0,
    disksize: wholeOf(args, 'disksize') ?? 0
  })
  return Number.isNaN(price) ? refuse(400, 'The sizes must be integers.') : ok({ billing: { currency: 'SEK', price, discount: 0, total: price } })
}

export const guessedRoutes: Routes = {
  'server/listbackups': inferred(reads(['serverid'], withServer(({ world }, server) =>
    ok({ backups: [...world.backups.values()].filter(backup => backup.serverid === server.serverid).map(backupBody) })))),
  'server/createmanualbackup': inferred(writes(['serverid'], withUnlocked(createBackup))),
  'server/deletemanualbackup': inferred(writes(['backupid'], withBackup(({ world }, backup) => {
    world.backups.delete(backup.id)
    return ok()
  }))),
  'server/createfrombackup': inferred(writes(['backupid', 'hostname'], withBackup(createFromBackup))),
  'server/estimatedcost': inferred(reads([], estimatedCost, ['platform', 'cpucores', 'memorysize', 'disksize'])),
  'server/estimatedbackupcost': inferred(reads(['serverid'], withServer(() =>
    ok({ billing: { currency: 'SEK', price: 25, discount: 0, total: 25 } }))))
}
