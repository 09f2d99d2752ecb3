import { loaders } from '../adapters/registry.ts'
import { ConfigError, loadConfig, type Config } from '../config/load.ts'
import type { Environment } from '../config/document.ts'
import { CommandError } from '../terminal.ts'

/** The file named by HAWSER_CONFIG. */
export function configurationFile (environment: Environment): string {
  const file = environment.HAWSER_CONFIG ?? ''
  if (file === '') throw new CommandError('HAWSER_CONFIG is not set; it must name the configuration file', 2)
  return file
}

/** The configuration, with the adapters of its accounts loaded. Throws a CommandError that names every fault. */
export async function readConfiguration (environment: Environment): Promise<Config> {
  try {
    return await loadConfig(configurationFile(environment), loaders, environment)
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError(`The configuration is not valid:\n${error.message}`, 2)
    throw error
  }
}
