import { changeRefusal, inferred, invalid, mustBeInteger, ok, reads, refuse, withServer, withUnlocked, writes, type Answer, type Call, type Routes, type Run } from './answers.ts'
import { textOf, wholeOf } from './arguments.ts'
import { prices } from './catalogue.ts'
import { lockFor } from './lifecycle.ts'
import { nextUuid, type Disk, type GlesysServer } from './world.ts'

const limits = { minsizeingib: 10, maxsizeingib: 1024, maxnumdisks: 4 }

function sizeRefusal (size: number): Answer | null {
  if (Number.isNaN(size)) return mustBeInteger('sizeingib')
  const fits = size >= limits.minsizeingib && size <= limits.maxsizeingib
  return fits ? null : refuse(400, `The sizeingib must be between ${limits.minsizeingib} and ${limits.maxsizeingib}.`)
}

/** Work on a disk locks its server. */
function lockAndAnswer ({ world }: Call, server: GlesysServer, payload: Record<string, unknown>): Answer {
  lockFor(world, server, { ms: world.knobs.actionMs, done: () => {} })
  return ok(payload)
}

function create (call: Call, server: GlesysServer): Answer {
  const { args, world } = call
  const sizeingib = wholeOf(args, 'sizeingib') ?? Number.NaN
  const type = textOf(args, 'type') ?? 'gold'
  const refusal = sizeRefusal(sizeingib)
  if (refusal !== null) return refusal
  if (!['gold', 'silver'].includes(type)) return invalid('type')
  if (server.additionaldisks.length >= limits.maxnumdisks) return refuse(400, 'The server can not have more disks.')
  const scsiid = Math.max(0, ...server.additionaldisks.map(disk => disk.scsiid)) + 1
  const disk: Disk = { id: nextUuid(world), name: textOf(args, 'name') ?? '', sizeingib, scsiid, type }
  server.additionaldisks.push(disk)
  return lockAndAnswer(call, server, { disk })
}

interface Found { readonly server: GlesysServer, readonly disk: Disk }

const withDisk = (run: (call: Call, found: Found) => Answer): Run => call => {
  const id = textOf(call.args, 'id')
  for (const server of call.world.servers.values()) {
    const disk = server.additionaldisks.find(entry => entry.id === id)
    if (disk === undefined || server.projectkey !== call.project) continue
    return changeRefusal(call.world, server) ?? run(call, { server, disk })
  }
  return refuse(404, 'Could not find the disk.')
}

const updateName = withDisk((call, { disk }) => {
  disk.name = textOf(call.args, 'name') ?? disk.name
  return ok({ disk })
})

const reconfigure = withDisk((call, { server, disk }) => {
  const sizeingib = wholeOf(call.args, 'sizeingib') ?? Number.NaN
  const refusal = sizeRefusal(sizeingib)
  if (refusal !== null) return refusal
  if (sizeingib < disk.sizeingib && call.world.knobs.diskShrink === 'refuse') return refuse(400, 'The sizeingib can not be decreased.')
  disk.sizeingib = sizeingib
  return lockAndAnswer(call, server, { disk })
})

const remove = withDisk((call, { server, disk }) => {
  server.additionaldisks = server.additionaldisks.filter(entry => entry !== disk)
  return lockAndAnswer(call, server, {})
})

function estimatedCost ({ args }: Call, server: GlesysServer): Answer {
  const price = (wholeOf(args, 'sizeingib') ?? 0) * prices[server.platform].diskGb
  return ok({ billing: { currency: 'SEK', price, discount: 0, total: price } })
}

export const diskRoutes: Routes = {
  'serverdisk/create': writes(['serverid', 'name', 'sizeingib'], withUnlocked(create), ['type']),
  'serverdisk/updatename': writes(['id', 'name'], updateName),
  'serverdisk/reconfigure': writes(['id', 'sizeingib'], reconfigure),
  'serverdisk/delete': writes(['id'], remove),
  'serverdisk/limits': reads(['serverid'], withServer((_call, server) => ok({ limits: { ...limits, currentnumdisks: server.additionaldisks.length } }))),
  'serverdisk/estimatedcost': inferred(reads(['serverid', 'sizeingib'], withServer(estimatedCost), ['type']))
}
