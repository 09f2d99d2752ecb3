/** Counts the work in flight, which is finished even if its caller disconnects. */
export interface InFlight {
  /** Counts one piece of work until the returned function is called. */
  enter(): () => void
  run<T>(work: () => Promise<T>): Promise<T>
  count(): number
  /** Resolves when the work that is in flight now has ended, regardless of work that begins later. */
  settled(): Promise<void>
  /** Resolves when no work is in flight. */
  idle(): Promise<void>
}

interface Cohort {
  count: number
  readonly ended: PromiseWithResolvers<void>
}

/** Counts work in cohorts: each call of `settled` begins a new one, and waits for the earlier ones. */
export function createInFlight (): InFlight {
  const newCohort = (): Cohort => ({ count: 0, ended: Promise.withResolvers() })
  let latest = newCohort()
  /** The latest one, and the earlier ones with work in flight. */
  let cohorts: readonly Cohort[] = [latest]
  const enter = (): () => void => {
    const cohort = latest
    cohort.count += 1
    return () => {
      cohort.count -= 1
      if (cohort.count > 0 || cohort === latest) return
      cohorts = cohorts.filter(other => other !== cohort)
      cohort.ended.resolve()
    }
  }
  const count = (): number => cohorts.reduce((sum, { count }) => sum + count, 0)
  const settled = async (): Promise<void> => {
    const earlier = cohorts.filter(({ count }) => count > 0)
    latest = newCohort()
    cohorts = [...earlier, latest]
    await Promise.all(earlier.map(async ({ ended }) => { await ended.promise }))
  }
  return {
    enter,
    run: async work => {
      const leave = enter()
      try {
        return await work()
      } finally {
        leave()
      }
    },
    count,
    settled,
    idle: async () => { while (count() > 0) await settled() }
  }
}
