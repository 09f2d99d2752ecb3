/** Calls `work` once after so long; what it answers takes that back. */
export type SetTimer = (work: () => void, ms: number) => () => void

export const setTimer: SetTimer = (work, ms) => {
  const timer = setTimeout(work, ms)
  return () => { clearTimeout(timer) }
}

/** One that keeps no process from ending. */
export const setQuietTimer: SetTimer = (work, ms) => {
  const timer = setTimeout(work, ms).unref()
  return () => { clearTimeout(timer) }
}
