/**
 * Yields the values of all sources in order of arrival; a source continues when its last value has been consumed. `Promise.race` would add
 * a reaction to the promise of a silent source for each value of the others; this needs constant memory.
 */
export async function * merge<T> (sources: ReadonlyArray<AsyncGenerator<T>>): AsyncGenerator<T> {
  const arrivals: Array<() => Arrived<T>> = []
  let wake = (): void => {}
  const arrive = (arrival: () => Arrived<T>): void => {
    arrivals.push(arrival)
    wake()
  }
  const pull = (source: AsyncGenerator<T>): void => {
    source.next().then(result => { arrive(() => ({ source, result })) }, (error: unknown) => { arrive(() => { throw error }) })
  }
  for (const source of sources) pull(source)
  for (let open = sources.length; open > 0;) {
    const arrival = arrivals.shift()
    if (arrival === undefined) {
      await new Promise<void>(resolve => { wake = resolve })
      continue
    }
    const { source, result } = arrival()
    if (result.done === true) {
      open -= 1
      continue
    }
    yield result.value
    pull(source)
  }
}

interface Arrived<T> {
  readonly source: AsyncGenerator<T>
  readonly result: IteratorResult<T>
}
