import { fieldRequired, invalid, mustBeInteger, refuse, refuseCode, type Answer, type Call } from './answers.ts'
import { isMissing, isRecord, textOf, wholeOf, type Args } from './arguments.ts'
import type { Template } from './catalogue.ts'
import type { BackupSchedule, Platform } from './world.ts'

const limits: Readonly<Record<string, { least: number, most: number }>> = {
  cpucores: { least: 1, most: 64 },
  memorysize: { least: 128, most: 1_048_576 },
  disksize: { least: 1, most: 10_000 },
  bandwidth: { least: 1, most: 10_000 }
}

/** Sizes as create, clone and edit take them; an absent one is no mistake here. */
export function sizeRefusal ({ world, args }: Call, template: Template | null): Answer | null {
  for (const [name, { least, most }] of Object.entries(limits)) {
    const value = wholeOf(args, name)
    if (value === undefined) continue
    if (Number.isNaN(value)) return mustBeInteger(name)
    if (value < least || value > most) return refuse(400, `The ${name} must be between ${least} and ${most}.`)
  }
  if (template === null) return null
  const tooSmall = (wholeOf(args, 'disksize') ?? Infinity) < template.minimumdisksize ||
    (wholeOf(args, 'memorysize') ?? Infinity) < template.minimummemorysize
  return tooSmall ? refuseCode(world, 610, 'Bad configuration option for the template.') : null
}

export function credentialsRefusal (call: Call, platform: Platform): Answer | null {
  const { args, world } = call
  const unknownKey = splitIds(args).some(id => world.sshKeys.get(id)?.account !== call.project)
  if (unknownKey) return invalid('sshkeyids')
  const users: unknown = args['users']
  const none = isMissing(args, 'users') || (Array.isArray(users) && users.length === 0)
  if (!none) return usersRefusal(users)
  if (platform === 'KVM') return fieldRequired('users')
  const hasSecret = ['rootpassword', 'sshkey', 'sshkeyids', 'cloudconfig'].some(name => !isMissing(args, name))
  return hasSecret ? null : fieldRequired('rootpassword')
}

export const splitIds = (args: Args): number[] => (textOf(args, 'sshkeyids') ?? '').split(',')
  .map(part => part.trim()).filter(part => part !== '').map(Number)

function usersRefusal (users: unknown): Answer | null {
  if (!Array.isArray(users)) return refuse(400, 'The users must be an array.')
  for (const [index, user] of users.entries()) {
    if (!isRecord(user)) return refuse(400, `The users.${index} must be an array.`)
    if (typeof user['username'] !== 'string' || user['username'] === '') return fieldRequired(`users.${index}.username`)
    const keys: unknown = user['sshkeys']
    if (keys !== undefined && keys !== null && !Array.isArray(keys)) return refuse(400, `The users.${index}.sshkeys must be an array.`)
  }
  return null
}

export function parseSchedules (args: Args): readonly BackupSchedule[] | Answer {
  const sent: unknown = args['backupschedules']
  if (sent === undefined || sent === null) return []
  if (!Array.isArray(sent)) return refuse(400, 'The backupschedules must be an array.')
  const schedules: BackupSchedule[] = []
  for (const entry of sent) {
    if (!isRecord(entry)) return invalid('backupschedules')
    const frequency = textOf(entry, 'frequency') ?? ''
    const numberofimagestokeep = wholeOf(entry, 'numberofimagestokeep') ?? Number.NaN
    if (!['daily', 'weekly'].includes(frequency) || !(numberofimagestokeep >= 1)) return invalid('backupschedules')
    schedules.push({ frequency, numberofimagestokeep })
  }
  return schedules
}
