import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { problemSections } from '../plugins/documentation.js'
import { registry } from '../src/adapters/registry.js'
import { compose } from '../src/compose.js'
import { parseConfig } from '../src/config/load.js'
import { capabilityNames } from '../src/domain/capability.js'
import { problemTitles } from '../src/domain/problem.js'
import { providerCapabilities } from '../src/gateway/capabilities.js'
import { createMemoryOperationStore } from '../src/operations/memory-store.js'
import { createMemoryTokenStore } from '../src/tokens/memory-store.js'

const root = resolve(import.meta.dirname, '..')
const isGenerating = process.env.HAWSER_GENERATE === '1'
const update = 'run npm run generate and commit what it changes'

const openapiText = async (): Promise<string> => {
  const { app, close } = await compose({
    config: parseConfig('auth: { mode: none }', registry, {}),
    adapters: registry.values(),
    stores: { tokens: createMemoryTokenStore(), operations: createMemoryOperationStore() },
    isServing: () => true,
    isRedisThere: null
  })
  await app.ready()
  const text = `${JSON.stringify(app.swagger(), null, 2)}\n`
  await close()
  return text
}

t.test('openapi/openapi.json is what the routes say', async t => {
  const file = join(root, 'openapi/openapi.json')
  const text = await openapiText()
  if (isGenerating) writeFileSync(file, text)
  t.equal(readFileSync(file, 'utf8'), text, update)
})

t.test('every reference in the document leads somewhere, every operation has an id, a tag and problems', async t => {
  const document: unknown = JSON.parse(await openapiText())
  const text = JSON.stringify(document)
  for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) t.ok(text.includes(`"${name ?? ''}":{`), `schema ${name ?? ''}`)
  const paths = isRecord(document) && isRecord(document.paths) ? Object.entries(document.paths) : []
  t.ok(paths.length > 5)
  for (const [path, item] of paths) {
    for (const [method, operation] of Object.entries(isRecord(item) ? item : {})) {
      t.match(operation, { operationId: String, summary: String, tags: [String] }, `${method} ${path}`)
      t.ok(isRecord(operation) && isRecord(operation.responses) && '400' in operation.responses, `${method} ${path} says what a bad request gives`)
    }
  }
})

t.test('openapi/problems.md has a section for each problem, and no other', async t => {
  t.same(problemSections().map(({ slug }) => slug).sort(), Object.keys(problemTitles).sort())
  for (const { slug, markdown } of problemSections()) t.match(markdown, /^Status \d{3}\./, slug)
})

t.test('the capabilities have exactly the published keys', async t => {
  for (const adapter of registry.values()) t.same(Object.keys(providerCapabilities(adapter)), capabilityNames, adapter.id)
})

t.test('the table of providers in the README is made of the adapters', async t => {
  const file = join(root, 'README.md')
  const text = readFileSync(file, 'utf8')
  const [begin, end] = ['<!-- providers -->\n', '<!-- /providers -->']
  const [before = '', rest = ''] = text.split(begin)
  const after = rest.slice(rest.indexOf(end))
  const expected = `${before}${begin}${providerTable()}${after}`
  if (isGenerating) writeFileSync(file, expected)
  t.equal(readFileSync(file, 'utf8'), expected, update)
})

function providerTable (): string {
  const adapters = [...registry.values()]
  const offered = capabilityNames.filter(name => adapters.some(adapter => providerCapabilities(adapter)[name]?.support !== 'none'))
  const rows = adapters.map(adapter => {
    const capabilities = providerCapabilities(adapter)
    const cells = offered.map(name => {
      const capability = capabilities[name]
      if (capability === undefined || capability.support === 'none') return '–'
      return [capability.evidence ?? '', ...capability.accepts].join(', ')
    })
    return `| ${adapter.title} (\`${adapter.id}\`) | ${cells.join(' | ')} |`
  })
  return `| provider | ${offered.join(' | ')} |\n|---|${offered.map(() => '---|').join('')}\n${rows.join('\n')}\n`
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
