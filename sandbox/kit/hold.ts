export interface HoldOptions<Request> {
  readonly match?: (request: Request) => boolean
  /** The number of matching requests to hold; the default is all. */
  readonly times?: number
}

/** Requests that are held before the vendor processes them, until they are released. */
export interface Hold {
  /** Resolves when the given number (default 1) is waiting. */
  reached(count?: number): Promise<void>
  /** Releases the waiting and all later requests. */
  release(): void
}

export interface Door<Request> {
  hold(options?: HoldOptions<Request>): Hold
  /** Resolves when the request is released. */
  pass(request: Request): Promise<void>
}

export function createDoor<Request> (): Door<Request> {
  const holds = new Set<{ takes(request: Request): boolean, wait(): Promise<void> }>()
  return {
    hold: ({ match = () => true, times = Infinity } = {}) => {
      let came = 0
      let watchers: Array<{ readonly count: number, readonly wake: () => void }> = []
      let open = (): void => {}
      const opened = new Promise<void>(resolve => { open = resolve })
      const held = {
        takes: (request: Request) => came < times && match(request),
        wait: async () => {
          came += 1
          for (const { count, wake } of watchers) if (came >= count) wake()
          watchers = watchers.filter(({ count }) => came < count)
          await opened
        }
      }
      holds.add(held)
      return {
        reached: async (count = 1) => {
          if (came < count) await new Promise<void>(resolve => { watchers.push({ count, wake: resolve }) })
        },
        release: () => {
          holds.delete(held)
          open()
        }
      }
    },
    pass: async request => {
      for (const held of [...holds]) if (held.takes(request)) await held.wait()
    }
  }
}
