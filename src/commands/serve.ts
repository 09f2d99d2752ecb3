import { exitCodes, type Command } from './command.ts'
import { openConfiguration } from './configuration.ts'

export const serve: Command = {
  name: 'serve',
  summary: 'Run the gateway (the default command)',
  details: `HAWSER_CONFIG names the configuration file. SIGHUP reloads it; SIGTERM and SIGINT stop
the gateway after the requests in flight are answered.`,
  words: [],
  options: {},
  run: async (_input, surroundings) => {
    const hangUp = holdHangUps()
    const { read } = openConfiguration(surroundings)
    const config = await read()
    const { startServing } = await import('../serve.ts')
    await startServing({ config, read, environment: surroundings.environment, onHangUp: hangUp.handOver })
    return exitCodes.done
  }
}

/** Without a listener SIGHUP ends the process, so the first one is added before anything else; an early signal is delivered later. */
function holdHangUps () {
  let isMissed = false
  let onHangUp = (): void => { isMissed = true }
  process.on('SIGHUP', () => { onHangUp() })
  return {
    handOver: (reload: () => void): void => {
      onHangUp = reload
      if (isMissed) reload()
    }
  }
}
