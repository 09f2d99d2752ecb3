/** Runs work with the same key one after another, in the order of the calls. */
export type Serial = <T>(key: string, work: () => Promise<T>) => Promise<T>

export function createSerial (): Serial {
  const last = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const running = (last.get(key) ?? Promise.resolve()).then(work, work)
    last.set(key, running)
    try {
      return await running
    } finally {
      if (last.get(key) === running) last.delete(key)
    }
  }
}
