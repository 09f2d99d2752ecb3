/** Joins identical reads in flight: those with the same key and generation. */
export interface SingleFlight<T> {
  has(key: string, generation: string): boolean
  /** Joins the running work, or starts it. The work is aborted when the signals of all its callers are. */
  join(request: JoinRequest, start: (signal: AbortSignal) => Promise<T>): Promise<Joined<T>>
}

export interface JoinRequest {
  readonly key: string
  readonly generation: string
  /** Of this caller. */
  readonly signal: AbortSignal
}

export interface Joined<T> {
  readonly value: T
  /** True for the caller whose request started the work. */
  readonly isLeader: boolean
}

interface Flight<T> {
  readonly generation: string
  work: Promise<T>
  readonly controller: AbortController
  callers: number
}

/** In place of a result that all callers have. */
const landed = new Promise<never>(() => {})

export function createSingleFlight<T> (): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>()

  /** Replaces a flight of an earlier generation, which may not be joined. */
  const launch = ({ key, generation }: JoinRequest, start: (signal: AbortSignal) => Promise<T>): Flight<T> => {
    const controller = new AbortController()
    const flight: Flight<T> = { generation, work: start(controller.signal), controller, callers: 0 }
    flights.set(key, flight)
    const land = (): void => {
      if (flights.get(key) === flight) flights.delete(key)
      // When a Map grows or shrinks, V8 links its old table to the new one: an old table that has been promoted keeps all later ones and
      // their values alive until a full collection. Without this line, every answer would outlive its request.
      flight.work = landed
    }
    flight.work.then(land, land)
    return flight
  }
  // A later caller must not join work that is being aborted.
  const running = (key: string, generation: string): Flight<T> | null => {
    const flight = flights.get(key)
    return flight?.generation !== generation || flight.controller.signal.aborted ? null : flight
  }

  return {
    has: (key, generation) => running(key, generation) !== null,
    join: async (request, start) => {
      const { key, generation, signal } = request
      const joined = running(key, generation)
      const flight = joined ?? launch(request, start)
      flight.callers += 1
      const leave = (): void => {
        flight.callers -= 1
        if (flight.callers === 0) flight.controller.abort()
      }
      if (signal.aborted) leave()
      else signal.addEventListener('abort', leave, { once: true })
      try {
        return { value: await flight.work, isLeader: joined === null }
      } finally {
        signal.removeEventListener('abort', leave)
      }
    }
  }
}
