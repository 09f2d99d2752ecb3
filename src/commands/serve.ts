import { setFlagsFromString } from 'node:v8'
import type { Terminal } from '../terminal.ts'
import { configurationFile, readConfiguration } from './configuration.ts'

/**
 * Most of what is allocated while loading becomes garbage at once. A young generation that does not grow meanwhile makes an idle gateway
 * 20 MiB smaller; it may grow under load.
 */
const youngGenerationGrowth = '--semi-space-growth-factor'
/** V8's default. */
const usualGrowth = 2

/**
 * V8 allocates objects where it saw some survive in the old generation at once. The rows of a list are such: answers that are cached make
 * them look long-lived, and each dead row there then keeps its young strings alive until the next full collection. Without it a list of
 * 50 promotes a quarter of the bytes, and RSS under load is half.
 */
const neverPretenured = '--no-allocation-site-pretenuring'

/** Starts the gateway; the process continues after this resolves. */
export async function serveCommand ({ environment }: Terminal): Promise<number> {
  const hangUp = listenToHangUp()
  setFlagsFromString(neverPretenured)
  setFlagsFromString(`${youngGenerationGrowth}=1`)
  const config = await readConfiguration(environment)
  const { serve } = await import('../serve.ts')
  await serve(config, { file: configurationFile(environment), environment, hangUp })
  setFlagsFromString(`${youngGenerationGrowth}=${usualGrowth}`)
  return 0
}

/** Registered at once, because an unhandled SIGHUP ends the process; a signal that arrives too early is passed on later. */
function listenToHangUp () {
  let isMissed = false
  let act = (): void => { isMissed = true }
  process.on('SIGHUP', () => { act() })
  return {
    handOver: (reload: () => void): void => {
      act = reload
      if (isMissed) reload()
    }
  }
}
