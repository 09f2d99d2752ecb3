import type { FixedAddress, Instance } from './records.ts'
import { flavorIds, imageIds, networkIds } from './seed-catalog.ts'
import { uuidOf } from './world.ts'

export const fixed = (ip: string, subnet: number): FixedAddress => ({ ip_address: ip, subnet_id: uuidOf('7a1b0000', subnet) })

/** Every oddity that a row may have; the first 24 belong to the end user's client. */
export const oddities: ReadonlyArray<Partial<Instance>> = [
  { name: 'web-two-ports', status: 'active' },
  { name: 'web-off', status: 'stopped' },
  { name: 'no-flavor', flavor: null },
  { name: 'from-volume', image: null },
  { name: 'six-only', ports: [{ id: uuidOf('5d6f0c3d', 1), network: networkIds.sixOnly, ipv4s: [], ipv6s: [fixed('2001:db8:42::6', 6)] }] },
  { name: 'huge', flavor: flavorIds.huge, status: 'active', traffic: 9_876_543_210_123 },
  { name: 'twin', status: 'active' },
  { name: 'twin', status: 'stopped' },
  { name: 'going-away', status: 'active', task: 'deleting' },
  { name: 'to-confirm', status: 'resized', flavor: flavorIds.medium, resizedFrom: 'active' },
  { name: 'in-rescue', status: 'rescued' },
  { name: 'on-iso', status: 'booted_from_iso' },
  { name: 'broken', status: 'error', hostName: null, hostId: null, ports: [] },
  { name: 'asleep', status: 'suspended' },
  { name: 'paused', status: 'paused' },
  { name: 'shelf', status: 'shelved_offloaded', hostName: null, hostId: null },
  { name: 'locked', locked: true, description: 'do not touch' },
  { name: 'odd-size', flavor: flavorIds.odd },
  { name: 'vanished-image', image: imageIds.vanished },
  { name: 'ünïcode & <b>', description: '' },
  { name: 'region2-db', region: 'Region2', flavor: flavorIds.region2Large, image: imageIds.region2 },
  { name: 'snapshotting', task: 'image_uploading' },
  { name: 'resizing', task: 'resize_migrating', flavor: flavorIds.small },
  { name: 'puzzling', status: 'UNKNOWN' },
  { name: 'orphan', client: null },
  { name: 'undated', created: null },
  { name: 'soft', status: 'soft-delete' },
  { name: 'shelf-warm', status: 'shelved' },
  { name: 'moving', task: 'migrating' },
  { name: 'lost', status: 'unknown' },
  { name: 'old-region', region: 'Region0', flavor: null, image: null },
  { name: 'rebuilt', task: 'rebuild_block_device_mapping' },
  { name: 'booting', status: 'building', task: 'block_device_mapping', ports: [] },
  { name: 'windows', image: imageIds.windows, flavor: flavorIds.medium }
]
