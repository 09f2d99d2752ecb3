/** Runs work of one account after the other. */
export type Turns = <T>(account: string, work: () => Promise<T>) => Promise<T>

export function createTurns (): Turns {
  const last = new Map<string, Promise<unknown>>()
  return async (account, work) => {
    const before = last.get(account) ?? Promise.resolve()
    const mine = before.then(work, work)
    last.set(account, mine)
    try {
      return await mine
    } finally {
      if (last.get(account) === mine) last.delete(account)
    }
  }
}
