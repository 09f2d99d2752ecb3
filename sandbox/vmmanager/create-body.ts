import type { Shape } from './body.ts'
import { flag, listOf, natural, object, oneOf, orNull, text, whole } from './body.ts'
import { recipeShape } from './power-routes.ts'
import { limitShape } from './resize.ts'

const interfaceShape: Shape = {
  mac: orNull(text),
  bridge: orNull(natural),
  bridge_id: natural,
  dpg_id: natural,
  model: text,
  is_main_network: flag,
  no_ip: flag,
  ip_name: text,
  ippool: natural,
  ip_count: whole
}

export const fixedAddress = object({ name: text, ip_pool: natural, ip_network: natural, without_allocation: flag })
export const vxlanLinks = listOf(object({ id: natural, ipv4_number: whole, ipnet: natural }))

export const createBody: Shape = {
  ...limitShape,
  ...recipeShape,
  name: text,
  cluster: natural,
  node: natural,
  storage: natural,
  account: natural,
  domain: text,
  preset: natural,
  os: natural,
  image: natural,
  expand_part: text,
  password: text,
  hdd_mib: natural,
  disks: listOf(object({ name: text, size_mib: natural, boot_order: natural, expand_part: text, storage: natural, tags: listOf(whole) })),
  ip_addr: fixedAddress,
  ipv6_enabled: flag,
  ipv6_pool: listOf(natural),
  ipv6_prefix: natural,
  ipv4_pool: listOf(natural),
  ipv4_number: value => whole(value) && Number(value) >= 0,
  comment: text,
  interfaces: listOf(object({ interface: whole, ippool: listOf(natural) })),
  custom_interfaces: listOf(object(interfaceShape)),
  vxlan: vxlanLinks,
  cpu_mode: oneOf('default', 'host-model', 'host-passthrough'),
  snapshots_allowed: flag,
  snapshot_ram: flag,
  hot_plug: flag,
  live_resize: flag
}
