import type { Config } from '../config/load.ts'
import { UsageError, type Surroundings } from './command.ts'

export interface ConfigurationFile {
  readonly file: string
  /** Throws a UsageError with a line for each fault. */
  read(): Promise<Config>
}

/** The configuration that HAWSER_CONFIG names. */
export function openConfiguration ({ environment }: Pick<Surroundings, 'environment'>): ConfigurationFile {
  const file = environment.HAWSER_CONFIG ?? ''
  if (file === '') throw new UsageError('HAWSER_CONFIG is not set: it names the configuration file')
  return {
    file,
    read: async () => {
      const { ConfigError, loadConfig } = await import('../config/load.ts')
      const { registry } = await import('../adapters/registry.ts')
      try {
        return await loadConfig(file, registry, environment)
      } catch (cause) {
        if (!(cause instanceof ConfigError)) throw cause
        throw new UsageError(cause.message.split('\n').map(fault => `${file}: ${fault}`).join('\n'), { cause })
      }
    }
  }
}
