import type { Refusal } from './failures.ts'

/** The member of the caller's request that a refusal is about. */
export type MemberRow = readonly [test: (refusal: Refusal) => boolean, member: string]

/** The vendor's sentences name its arguments: `The selected datacenter is invalid.` */
const names = (...words: readonly string[]) => {
  const pattern = new RegExp(`\\b(?:${words.join('|')})\\b`, 'i')
  return ({ text }: Refusal): boolean => pattern.test(text)
}
const code = (number: number) => (refusal: Refusal): boolean => refusal.code === number

/** The first matching row decides. */
export const memberOf = (rows: readonly MemberRow[], refusal: Refusal): string | undefined => rows.find(([test]) => test(refusal))?.[1]

const sizeMembers: readonly MemberRow[] = [
  [names('cpucores'), 'body.cpus'],
  [names('memorysize'), 'body.memory_mib'],
  [names('disksize'), 'body.disk_gib']
]

export const createMembers: readonly MemberRow[] = [
  [code(607), 'body.name'],
  [code(609), 'body.image'],
  ...sizeMembers,
  [names('templatename'), 'body.image'],
  [names('datacenter'), 'body.region'],
  [names('hostname'), 'body.name'],
  [names('sshkey', 'sshkeyids', 'sshkeys'), 'body.ssh_keys'],
  [names('rootpassword', 'password'), 'body.password'],
  [names('users', 'username'), 'body.options.users'],
  [names('cloudconfigparams'), 'body.options.cloudconfigparams'],
  [names('cloudconfig'), 'body.user_data'],
  [names('backupschedules'), 'body.options.backupschedules'],
  [names('bandwidth'), 'body.options.bandwidth'],
  [names('ipv6'), 'body.options.ipv6'],
  [names('ip'), 'body.options.ip'],
  // 610 refuses a size for the template without naming the size.
  [refusal => refusal.code !== 610 && names('template', 'image')(refusal), 'body.image'],
  [names('platform'), 'body.options.platform']
]

export const resizeMembers: readonly MemberRow[] = [...sizeMembers, [names('disk'), 'body.disk_gib'], [names('memory'), 'body.memory_mib']]

export const renameMembers: readonly MemberRow[] = [[code(607), 'body.name'], [names('hostname'), 'body.name']]

/** A refused attach is about the addresses, unless the server is missing or locked. */
export const attachMembers: readonly MemberRow[] = [[refusal => !/server|locked/i.test(refusal.text) || /\bip\b/i.test(refusal.text), 'body.addresses']]

const isMissing = ({ status, text }: Refusal): boolean => status === 404 || /not f(?:ind|ound)/i.test(text)

export const ptrMembers: readonly MemberRow[] = [[names('data'), 'body.ptr'], [isMissing, 'path.address'], [names('ipaddress', 'ip'), 'path.address']]

export const detachMembers: readonly MemberRow[] = [[refusal => isMissing(refusal) || names('ipaddress', 'ip')(refusal), 'path.address']]
