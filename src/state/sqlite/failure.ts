/** Why a file cannot be used; the message is for the operator. */
export class StateFileError extends Error {
  constructor (message: string) {
    super(message)
    this.name = 'StateFileError'
  }
}

/** SQLite's primary result codes for which the file, and not the statement, is the reason. */
const reasons: ReadonlyMap<number, string> = new Map([
  [5, 'another program holds a lock on it'],
  [6, 'another program holds a lock on it'],
  [7, 'there is no memory left'],
  [8, 'it cannot be written'],
  [10, 'the disk reports an error'],
  [11, 'it is damaged'],
  [13, 'the disk is full'],
  [14, 'it cannot be opened'],
  [26, 'it is not a state file of Hawser']
])

const busy = 5
const full = 13

/** The reason why the file failed; null for an error that is not due to the file. */
export function reasonOf (error: unknown): string | null {
  if (error instanceof StateFileError) return error.message
  const code = codeOf(error)
  return code === null ? null : reasons.get(code) ?? null
}

/** A failure that is due to the file as a StateFileError; any other as it is. */
export function asStateFileError (error: unknown): unknown {
  const reason = reasonOf(error)
  return reason === null || error instanceof StateFileError ? error : new StateFileError(reason)
}

export const isBusy = (error: unknown): boolean => codeOf(error) === busy
export const isFull = (error: unknown): boolean => codeOf(error) === full

/** An extended result code has its primary code in the lowest byte. */
const codeOf = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : null
