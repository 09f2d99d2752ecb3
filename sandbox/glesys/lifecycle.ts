import type { GlesysServer, World } from './world.ts'

/** Lets time pass: everything that fell due is done, in its order. Called around every request. */
export function settle (world: World): void {
  const now = world.clock()
  for (const server of [...world.servers.values()]) {
    const due = server.steps.filter(step => step.at <= now).sort((a, b) => a.at - b.at)
    server.steps = server.steps.filter(step => step.at > now)
    for (const step of due) step.apply()
  }
}

export const isLocked = (world: World, server: GlesysServer): boolean => world.clock() < server.lockedUntil

/** Locks a server; `done` happens at the moment the lock ends. */
export function lockFor (world: World, server: GlesysServer, work: { ms: number, done: () => void }): void {
  const until = world.clock() + work.ms
  server.lockedUntil = Math.max(server.lockedUntil, until)
  server.steps.push({ at: until, apply: work.done })
}

/** A new server first runs and then unlocks, in this order. */
export function provision (world: World, server: GlesysServer): void {
  const now = world.clock()
  const { createMs, createOutcome } = world.knobs
  server.power = 'stopped'
  server.lockedUntil = createOutcome === 'stays-locked' ? Infinity : now + createMs
  if (createOutcome !== 'running') return
  server.steps.push({ at: now + createMs / 2, apply: () => { server.power = 'running' } })
}

/** Removes a server and gives its addresses back, or keeps them reserved and billed. */
export function destroyServer (world: World, server: GlesysServer, addresses: 'kept' | 'given-back'): void {
  for (const address of [...world.addresses.values()]) {
    if (address.serverid !== server.serverid) continue
    if (addresses === 'kept') address.serverid = null
    else world.addresses.delete(address.ipaddress)
  }
  for (const adapter of [...world.adapters.values()]) {
    if (adapter.serverid === server.serverid) world.adapters.delete(adapter.networkadapterid)
  }
  world.servers.delete(server.serverid)
}
