export interface Deviation {
  readonly provider: string
  /** A part of the line that the check gives. */
  readonly says: RegExp
  readonly reason: string
}

/** Where a vendor's document is known to be wrong or out of date. The proof names the entries that its document does not need. */
export const deviations: readonly Deviation[] = [
  {
    provider: 'hetzner',
    says: /must have required property 'datacenter'/,
    reason: 'Removed from servers and primary addresses on 2026-07-01; a document of before requires it.'
  },
  {
    provider: 'hetzner',
    says: /primary_ips\.\*\.assignee_type must be equal to one of the allowed values/,
    reason: 'A free primary address has the assignee type unassigned since 2026-08-01; the list of values still has server alone.'
  },
  {
    provider: 'hetzner',
    says: /change_dns_ptr request: body\.dns_ptr must be string/,
    reason: 'Null restores the default name, as the vendor\'s prose says; a community copy of the document lost the nullable.'
  },
  {
    provider: 'hetzner',
    says: /server(s\.\*)?\.status must be equal to one of the allowed values/,
    reason: 'The simulator shows a state that no document has, because an unknown one must be survived.'
  },
  {
    provider: 'digitalocean',
    says: /droplets?(\.\*)?\.tags must be array/,
    reason: 'Recorded answers of old servers have null; the document does not say so.'
  }
]
