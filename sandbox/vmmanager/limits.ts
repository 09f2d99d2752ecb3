import { count, flag, listOf, natural, object, oneOf, orNull, text, whole, type Shape } from './call.ts'

export const limitNames = [
  'cpu_weight', 'io_weight', 'io_read_mbitps', 'io_write_mbitps', 'io_read_iops', 'io_write_iops', 'net_in_mbitps', 'net_out_mbitps',
  'net_weight', 'tcp_connections_in', 'tcp_connections_out', 'process_number'
]

/** A rule can only drop. */
const firewallRule = object({
  action: oneOf('drop'), direction: oneOf('in', 'out'), protocols: listOf(text), portstart: whole, portend: whole
})

export const limitShape: Shape = {
  cpu_number: natural,
  ram_mib: natural,
  net_bandwidth_mbitps: orNull(count),
  cpu_mode: oneOf('default', 'host-model', 'host-passthrough'),
  nesting: flag,
  anti_spoofing: flag,
  firewall_rules: listOf(firewallRule),
  ...Object.fromEntries(limitNames.map(name => [name, orNull(count)]))
}
