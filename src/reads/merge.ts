/**
 * What comes first is given first; each source goes on when what it gave was taken. Nothing grows with the number of things given:
 * `Promise.race` would leave a reaction at a silent source for each of them.
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
