import { take, type HostRecord, type Platform } from './model.ts'

export const blankHost = (id: number): HostRecord => ({
  id,
  name: '',
  state: 'creating',
  domain: '',
  comment: '',
  accountId: 0,
  clusterId: 1,
  nodeId: 1,
  osId: null,
  osName: '',
  osGroup: '',
  cpuNumber: 1,
  cpuNumberNew: 1,
  ramMib: 1024,
  ramMibNew: 1024,
  bandwidthMbitps: 100,
  ip6: [],
  activeSince: null,
  createDate: null,
  password: '',
  snapshotCount: 0,
  tags: [],
  rescueMode: false,
  disabled: false,
  isoMounted: false,
  isProtected: false,
  extra: {}
})

export interface DiskSize {
  readonly sizeMib: number
  readonly bootOrder: number
}

export function addDisk (platform: Platform, { id: hostId }: HostRecord, { sizeMib, bootOrder }: DiskSize): void {
  const id = take(platform, 'disk')
  platform.disks.set(id, { id, hostId, sizeMib, sizeMibNew: sizeMib, bootOrder })
}
