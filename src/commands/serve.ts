import type { Terminal } from '../terminal.ts'
import { configurationFile, readConfiguration } from './configuration.ts'

/** Starts the gateway; the process lives on after this resolves. */
export async function serveCommand ({ environment }: Terminal): Promise<number> {
  const hangUp = listenToHangUp()
  const config = await readConfiguration(environment)
  const { serve } = await import('../serve.ts')
  await serve(config, { file: configurationFile(environment), environment, hangUp })
  return 0
}

/** From the beginning, because SIGHUP ends a process that does not listen to it; one that came too early is handed over later. */
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
