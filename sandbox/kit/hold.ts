interface HoldOptions<Request> {
  readonly match?: (request: Request) => boolean
  /** The number of matching requests to hold; the default is all. */
  readonly times?: number
}

/** Requests that are held before the vendor processes them, until they are released. */
interface Hold {
  /** Resolves when the given number (default 1) is waiting. */
  reached(count?: number): Promise<void>
  /** Releases the waiting and all later requests. */
  release(): void
}

export interface Holds<Request> {
  hold(options?: HoldOptions<Request>): Hold
  /** Resolves when no hold applies to the request any more. */
  pass(request: Request): Promise<void>
}

export function createHolds<Request> (): Holds<Request> {
  const active = new Set<{ applies(request: Request): boolean, wait(): Promise<void> }>()
  return {
    hold: ({ match = () => true, times = Infinity } = {}) => {
      const { promise: released, resolve: release } = Promise.withResolvers<void>()
      let count = 0
      let watchers: Array<{ readonly count: number, readonly wake: () => void }> = []
      const entry = {
        applies: (request: Request) => count < times && match(request),
        wait: async () => {
          count += 1
          for (const watcher of watchers) if (count >= watcher.count) watcher.wake()
          watchers = watchers.filter(watcher => count < watcher.count)
          await released
        }
      }
      active.add(entry)
      return {
        reached: async (wanted = 1) => {
          if (count < wanted) await new Promise<void>(resolve => { watchers.push({ count: wanted, wake: resolve }) })
        },
        release: () => {
          active.delete(entry)
          release()
        }
      }
    },
    pass: async request => {
      for (const entry of [...active]) if (entry.applies(request)) await entry.wait()
    }
  }
}
