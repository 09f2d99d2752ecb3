import type { Config } from '../config/load.ts'
import { reasonOf } from '../state/sqlite/failure.ts'
import { acknowledgeLoss, backUp, reportOn, type StateReport } from '../state/sqlite/maintenance.ts'
import { CommandError, type Terminal } from '../terminal.ts'
import { readConfiguration } from './configuration.ts'

/** Copies the state file, and prints the path of the copy. */
export async function backupCommand ({ environment, print }: Terminal, target: string): Promise<number> {
  const { file } = stateOf(await readConfiguration(environment))
  refusing(file, () => { backUp(file, target, new Date()) })
  print(`${target}\n`)
  return 0
}

/** Prints what the state file holds. Resolves with 1 if it is damaged, or holds records that no configured secret opens. */
export async function stateCheckCommand ({ environment, print }: Terminal): Promise<number> {
  const { file, secrets } = stateOf(await readConfiguration(environment))
  const now = Date.now()
  const report = refusing(file, () => reportOn(file, secrets, now))
  print(toText(file, report))
  return report.damage === null && report.counts.every(({ unreadable }) => unreadable === 0) ? 0 : 1
}

/** Creates with a key are accepted again for this account. */
export async function acknowledgeCommand ({ environment, print }: Terminal, account: string): Promise<number> {
  const { file, secrets } = stateOf(await readConfiguration(environment))
  if (!refusing(file, () => acknowledgeLoss(file, secrets, account))) throw new CommandError(`no keys of ${account} are marked as lost`, 1)
  print(`creates with an Idempotency-Key are accepted again for ${account}\n`)
  return 0
}

function stateOf ({ state, secret }: Config): { readonly file: string, readonly secrets: readonly string[] } {
  if (state === undefined || secret === undefined) throw new CommandError('the configuration has no state.file', 2)
  return { file: state.file, secrets: secret }
}

function refusing<T> (file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const reason = error instanceof Error && 'syscall' in error ? error.message : reasonOf(error)
    if (reason === null) throw error
    throw new CommandError(`${file}: ${reason}`, 1)
  }
}

function toText (file: string, report: StateReport): string {
  const { damage, version, bytes, freeBytes, holder, copied, counts, openOperations, lostKeys } = report
  const lines: Array<readonly [string, string]> = [
    ['file', file],
    ['integrity', damage ?? 'ok'],
    ['schema', String(version)],
    ['size', `${toKib(bytes)}, ${toKib(freeBytes)} of it free`],
    ['last opened by', holder ?? 'unknown'],
    ...copied === null ? [] : [['copied at', copied] as const],
    ...counts.map(({ name, rows, unreadable, oldestMs }) => [name, [
      String(rows),
      ...name === 'operations' ? [`${openOperations} not ended`] : [],
      ...oldestMs === null ? [] : [`oldest ${toAge(oldestMs)}`],
      ...unreadable === 0 ? [] : [`${unreadable} unreadable: damaged, or sealed under another secret`]
    ].join(', ')] as const),
    ...lostKeys.map(account =>
      ['keys lost', `${account}: creates with a key are refused until hawser state acknowledge ${account}`] as const)
  ]
  const width = Math.max(...lines.map(([name]) => name.length))
  return `${lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')}\n`
}

const toKib = (bytes: number): string => `${Math.ceil(bytes / 1024)} KiB`

function toAge (ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
