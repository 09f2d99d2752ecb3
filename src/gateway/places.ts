/** Room for so many at a time; who comes first enters first. */
export interface Places {
  enter(): Promise<Place>
}

export interface Place {
  /** What was waited for is here: the place is kept until it is left. */
  keep(): void
  leave(): void
}

/** Who has waited in a place for `patienceMs` loses it to the next: somebody silent may not hold up the others. */
export function createPlaces (count: number, patienceMs: number): Places {
  const waiting: Array<() => void> = []
  let free = count

  const take = (): Place => {
    let isLeft = false
    const leave = (): void => {
      clearTimeout(timer)
      if (isLeft) return
      isLeft = true
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
    const timer = setTimeout(leave, patienceMs)
    return { keep: () => { clearTimeout(timer) }, leave }
  }

  return {
    enter: async () => {
      if (free > 0) {
        free -= 1
        return take()
      }
      return await new Promise<Place>(resolve => { waiting.push(() => { resolve(take()) }) })
    }
  }
}
