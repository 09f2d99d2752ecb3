import { badMember } from '../../domain/failure.ts'

/** RFC 1123, as the vendor requires; also decides whether a name may be sent as a filter. */
export const isHostName = (name: string): boolean =>
  name.length <= 253 && name.split('.').every(label => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label))

export function checkName (name: string): void {
  if (!isHostName(name)) throw badMember('body.name', 'must be a host name (RFC 1123): letters, digits, hyphens and dots')
}

/** The vendor takes ids and names of keys of the project, never key texts. */
export function checkKeys (keys: readonly string[]): void {
  const isText = keys.some(key => /^(?:ssh|ecdsa|sk)-\S+\s/.test(key.trim()))
  if (isText) throw badMember('body.ssh_keys', 'must be ids or names of keys at the provider, not key texts')
}

const mostUserDataBytes = 32 * 1024

export function checkUserData (text: string): void {
  if (Buffer.byteLength(text) > mostUserDataBytes) throw badMember('body.user_data', 'must be at most 32 KiB')
}

const labelKey = /^(?:[a-z0-9A-Z](?:[-.a-z0-9A-Z]{0,251}[a-z0-9A-Z])?\/)?[a-z0-9A-Z](?:[-_.a-z0-9A-Z]{0,61}[a-z0-9A-Z])?$/
const labelValue = /^(?:[a-z0-9A-Z](?:[-_.a-z0-9A-Z]{0,61}[a-z0-9A-Z])?)?$/

export interface Label {
  readonly key: string
  readonly value: string
}

/** `key=value` or `key`; null for what the vendor would refuse, also inside a selector, which has no quoting. */
export function labelOf (tag: string): Label | null {
  const at = tag.indexOf('=')
  const [key, value] = at < 0 ? [tag, ''] : [tag.slice(0, at), tag.slice(at + 1)]
  return labelKey.test(key) && labelValue.test(value) ? { key, value } : null
}

export function labelsOf (tags: readonly string[]): Record<string, string> {
  const labels = tags.map(tag => {
    const label = labelOf(tag)
    if (label === null) throw badMember('body.tags', 'each must be key or key=value, of letters, digits, hyphens, underscores and dots')
    if (label.key.startsWith('hetzner.cloud/')) throw badMember('body.tags', 'keys that begin with hetzner.cloud/ are reserved')
    return [label.key, label.value] as const
  })
  const found = Object.fromEntries(labels)
  if (Object.keys(found).length < labels.length) throw badMember('body.tags', 'has a duplicate key')
  return found
}
