import type { Failure } from '../../domain/failure.ts'

/** `status` is from HTTP, `code` from the envelope. */
export interface Refusal {
  readonly status: number
  readonly code: number | null
  readonly text: string
}

const codes = {
  unavailable: [0, 601, 605, 606, 608, 613, 619],
  quota: [603, 604, 618],
  // The host has not enough memory.
  capacity: [617],
  conflict: [607, 620],
  rejected: [609, 610, 612, 614, 615, 616]
} as const satisfies Readonly<Partial<Record<Failure, readonly number[]>>>

const codeMeans = ({ code }: Refusal, failure: keyof typeof codes): boolean => codes[failure].some(known => known === code)

const says = ({ text }: Refusal, words: string): boolean => text.toLowerCase().includes(words)

/**
 * The first matching row decides. The sentences are matched because nothing else distinguishes a locked server from a
 * forbidden one (both 403), or a missing server from bad input (both 400); the status goes first, since a locked account is a 401.
 */
const rows: ReadonlyArray<readonly [test: (refusal: Refusal) => boolean, failure: Failure]> = [
  [({ status }) => status === 401 || status === 419, 'authentication'],
  [refusal => (refusal.status === 403 || refusal.status === 500 || refusal.code === 606) && says(refusal, 'locked'), 'conflict'],
  [({ status }) => status === 405 || status === 403, 'forbidden'],
  [refusal => refusal.status === 404 && says(refusal, 'not supported'), 'unsupported'],
  [refusal => refusal.status === 404 || (refusal.status === 400 && (says(refusal, 'not find') || says(refusal, 'not found'))), 'not-found'],
  [refusal => codeMeans(refusal, 'conflict'), 'conflict'],
  [refusal => refusal.status === 400 || codeMeans(refusal, 'rejected'), 'rejected'],
  [refusal => codeMeans(refusal, 'quota'), 'quota'],
  [refusal => codeMeans(refusal, 'capacity'), 'capacity'],
  [refusal => refusal.status >= 500 || codeMeans(refusal, 'unavailable'), 'unavailable']
]

/** Undefined if no row matches: the HTTP status then decides alone. */
export const failureOf = (refusal: Refusal): Failure | undefined => rows.find(([test]) => test(refusal))?.[1]

/**
 * Whether a code with HTTP 200 is a failure. Other codes are not: in August 2020 it was a transaction id, and 0 with the text OK
 * is a success.
 */
export function isFailureCode (code: number, text: string): boolean {
  if (code === 0) return text.trim().toLowerCase() !== 'ok'
  return (code >= 400 && code < 600) || Object.values(codes).some(known => known.some(failing => failing === code))
}

const isMissing = (failure: Failure): boolean => failure === 'not-found' || failure === 'unsupported'

/** A list names no server: a 404 is about the endpoint. */
export const listFailure = (failure: Failure): Failure => isMissing(failure) ? 'malformed' : failure

/** An order names no server: a 404 is about an object that it refers to. */
export const orderFailure = (failure: Failure): Failure => isMissing(failure) ? 'rejected' : failure

/** The sentence distinguishes a missing server, which is always named, from a missing address. */
export const addressFailure = (failure: Failure, refusal: Refusal): Failure =>
  failure === 'not-found' && !says(refusal, 'server') ? 'rejected' : failure

const refusedCredentials: ReadonlySet<Failure> = new Set<Failure>(['rejected', 'forbidden', 'conflict', 'not-found'])

/** A sign-in sends only credentials, so refusing its arguments is refusing the credentials. */
export function loginFailure (failure: Failure, { status }: Refusal): Failure {
  if (status === 404 || failure === 'unsupported') return 'malformed'
  return refusedCredentials.has(failure) ? 'authentication' : failure
}

/** The member of the caller's request that a refusal is about. */
export type MemberRow = readonly [test: (refusal: Refusal) => boolean, member: string]

/** The first matching row decides. */
export const memberOf = (rows: readonly MemberRow[], refusal: Refusal): string | undefined => rows.find(([test]) => test(refusal))?.[1]

/** The vendor's sentences name its arguments: `The selected datacenter is invalid.` */
const names = (...words: readonly string[]) => {
  const pattern = new RegExp(`\\b(?:${words.join('|')})\\b`, 'i')
  return ({ text }: Refusal): boolean => pattern.test(text)
}
const hasCode = (code: number) => (refusal: Refusal): boolean => refusal.code === code
const saysMissing = ({ status, text }: Refusal): boolean => status === 404 || /not f(?:ind|ound)/i.test(text)

const sizeMembers: readonly MemberRow[] = [
  [names('cpucores'), 'body.cpus'],
  [names('memorysize'), 'body.memory_mib'],
  [names('disksize'), 'body.disk_gib']
]

export const createMembers: readonly MemberRow[] = [
  [hasCode(607), 'body.name'],
  [hasCode(609), 'body.image'],
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

export const renameMembers: readonly MemberRow[] = [[hasCode(607), 'body.name'], [names('hostname'), 'body.name']]

/** A refused attach is about the addresses, unless the server is missing or locked. */
export const attachMembers: readonly MemberRow[] = [
  [({ text }) => !/server|locked/i.test(text) || /\bip\b/i.test(text), 'body.addresses']
]

export const detachMembers: readonly MemberRow[] = [[saysMissing, 'path.address'], [names('ipaddress', 'ip'), 'path.address']]

export const ptrMembers: readonly MemberRow[] = [[names('data'), 'body.ptr'], ...detachMembers]
