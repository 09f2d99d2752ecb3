/** Identical reads in flight, joined. A read begun before a write was answered is not joined after it. */
export interface Flights<T> {
  /** The running work with this key, or `start`ed anew. The work is given up when everybody who waited has left. */
  join(key: string, signal: AbortSignal, start: (signal: AbortSignal) => Promise<T>): Promise<Joined<T>>
  /** A write was answered: what is in flight now is old news. */
  turn(): void
}

export interface Joined<T> {
  readonly value: T
  /** True for the one whose request the work was done for. */
  readonly led: boolean
}

interface Flight<T> {
  readonly work: Promise<T>
  readonly controller: AbortController
  waiting: number
}

export function createFlights<T> (): Flights<T> {
  let flights = new Map<string, Flight<T>>()

  const launch = (key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> => {
    const controller = new AbortController()
    const flight: Flight<T> = { work: start(controller.signal), controller, waiting: 0 }
    const among = flights
    among.set(key, flight)
    const land = (): void => { if (among.get(key) === flight) among.delete(key) }
    flight.work.then(land, land)
    return flight
  }

  return {
    join: async (key, signal, start) => {
      const running = flights.get(key)
      // Who comes after everybody has left would join work that is being given up.
      const joined = running !== undefined && !running.controller.signal.aborted
      const flight = joined ? running : launch(key, start)
      flight.waiting += 1
      const leave = (): void => {
        flight.waiting -= 1
        if (flight.waiting === 0) flight.controller.abort()
      }
      signal.addEventListener('abort', leave, { once: true })
      try {
        return { value: await flight.work, led: !joined }
      } finally {
        signal.removeEventListener('abort', leave)
      }
    },
    turn: () => { flights = new Map() }
  }
}
