import { createAgenda } from '../kit/agenda.ts'
import type { HeficedBehavior } from './behavior.ts'
import { seedServers, seedSubnets } from './seed.ts'

const key = (last: string, label: string, fingerPrint: string, created: number) =>
  ({ id: `5f1c0a52-0000-4000-8000-0000000000${last}`, label, fingerPrint, created })

/** The state of the simulated vendor. */
export function createWorld (behavior: HeficedBehavior, clock: () => number) {
  const servers = new Map(seedServers().map(server => [server.id, server]))
  const hiddenUntil = new Map<number, number>()
  return {
    ...createAgenda(clock),
    organizationId: '7bddbff3-2dfb-11e9-895d-c8dbf32f12cd',
    ...{ behavior, servers, hiddenUntil },
    subnets: new Map(seedSubnets().map(subnet => [subnet.row.id, subnet])),
    keys: [
      key('aa', 'ops-key', '00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff', 1598918400),
      key('ab', 'ci', 'ff:ee:dd:cc:bb:aa:99:88:77:66:55:44:33:22:11:00', 1609459200)
    ],
    last: { server: 339_999, event: 881_625, invoice: 684_998 },
    created: 0,
    visible: (id: number) => (hiddenUntil.get(id) ?? 0) > clock() ? undefined : servers.get(id)
  }
}

export type World = ReturnType<typeof createWorld>
