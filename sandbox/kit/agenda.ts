/** The clock of a simulated vendor and its scheduled changes. Nothing runs between requests: `settle` applies the changes that are due. */
export interface Agenda {
  /** Epoch milliseconds. */
  now (): number
  /** Epoch seconds. */
  seconds (): number
  /** `owner` names what the change belongs to, so that all of it can be cancelled together. */
  later (ms: number, change: () => void, owner?: number | string): void
  cancel (owner: number | string): void
  /** Whether a change of this owner is pending. */
  has (owner: number | string): boolean
  settle (): void
}

interface Change {
  readonly at: number
  readonly owner: number | string | undefined
  readonly apply: () => void
}

export function createAgenda (clock: () => number): Agenda {
  let changes: Change[] = []
  return {
    now: clock,
    seconds: () => Math.floor(clock() / 1000),
    later: (ms, apply, owner) => { changes.push({ at: clock() + ms, owner, apply }) },
    cancel: owner => { changes = changes.filter(change => change.owner !== owner) },
    has: owner => changes.some(change => change.owner === owner),
    settle: () => {
      const now = clock()
      for (const change of changes.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)) {
        // An earlier change may have cancelled this one.
        if (!changes.includes(change)) continue
        changes = changes.filter(other => other !== change)
        change.apply()
      }
    }
  }
}
