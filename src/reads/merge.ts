/**
 * Merges sources in order of arrival; a source continues when its last value has been consumed. Memory is constant, whereas `Promise.race`
 * leaves a reaction at a silent source for each value.
 */
export async function * merge<T> (sources: ReadonlyArray<AsyncGenerator<T>>): AsyncGenerator<T> {
  const come: Array<() => Arrived<T>> = []
  let wake = (): void => {}
  const arrive = (arrived: () => Arrived<T>): void => {
    come.push(arrived)
    wake()
  }
  const ask = (source: AsyncGenerator<T>): void => {
    source.next().then(result => { arrive(() => ({ source, result })) }, (error: unknown) => { arrive(() => { throw error }) })
  }
  for (const source of sources) ask(source)
  for (let open = sources.length; open > 0;) {
    const arrived = come.shift()
    if (arrived === undefined) {
      await new Promise<void>(resolve => { wake = resolve })
      continue
    }
    const { source, result } = arrived()
    if (result.done === true) {
      open -= 1
      continue
    }
    yield result.value
    ask(source)
  }
}

interface Arrived<T> {
  readonly source: AsyncGenerator<T>
  readonly result: IteratorResult<T>
}
