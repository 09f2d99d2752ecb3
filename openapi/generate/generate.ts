import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { loadAdapters } from '../../src/adapters/registry.ts'
import { compose } from '../../src/compose.ts'
import { parseConfig } from '../../src/config/load.ts'
import { createMemoryStores } from '../../src/state/stores.ts'
import { callerEndpoints, commandTable, endpointsModule } from './caller-endpoints.ts'
import { clientSchema } from './client-schema.ts'
import { configJsonSchema } from './config-schema.ts'
import { capabilityTables, configurationTables, fillTable, providerSummary } from './doc-tables.ts'
import { collectDocument } from './document.ts'
import { withExamples } from './examples.ts'

const root = resolve(import.meta.dirname, '../..')
const registry = await loadAdapters()
const adapters = [...registry.values()]

/** A gateway without accounts; `app.swagger()` is the OpenAPI document of its routes. */
export async function openDocumented (): Promise<{ readonly app: FastifyInstance, close (): Promise<void> }> {
  const { app, close } = await compose({
    config: parseConfig('auth: { mode: none }', registry, {}),
    adapters: async () => adapters,
    stores: createMemoryStores(),
    isServing: () => true,
    beforeRoutes: collectDocument
  })
  await app.ready()
  return { app, close }
}

/** Every generated file and every page with generated parts, by its path from the root: the text that it should have. */
export async function generatedFiles (app: FastifyInstance): Promise<ReadonlyMap<string, string>> {
  const openapi = toJson(app.swagger())
  const read = (file: string): string => readFileSync(join(root, file), 'utf8')
  return new Map([
    ['openapi/openapi.json', openapi],
    ['openapi/config.schema.json', toJson(configJsonSchema(adapters))],
    ['openapi/problems.md', withExamples(read('openapi/problems.md'))],
    ['src/client/schema.ts', await clientSchema(openapi)],
    ['src/caller/endpoints.ts', endpointsModule(openapi)],
    ['README.md', fillTable(read('README.md'), 'providers', providerSummary(adapters, ''))],
    ['docs/providers.md', fillTable(
      fillTable(read('docs/providers.md'), 'summary', providerSummary(adapters, '../')), 'verbs', capabilityTables(adapters)
    )],
    ['docs/configuration.md', fillTable(read('docs/configuration.md'), 'keys', configurationTables(adapters))],
    ['docs/cli.md', fillTable(read('docs/cli.md'), 'commands', commandTable(callerEndpoints(openapi)))]
  ])
}

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

if (import.meta.main) {
  const { app, close } = await openDocumented()
  for (const [file, text] of await generatedFiles(app)) writeFileSync(join(root, file), text)
  await close()
}
