import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { z } from 'zod'
import { root } from './helpers/process.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const yaml = (path: string): unknown => parse(read(path), { strict: true, uniqueKeys: true })
const { engines } = z.object({ engines: z.object({ node: z.string().regex(/^>=\d+$/) }) }).parse(JSON.parse(read('package.json')))
const floor = Number(engines.node.slice(2))

t.test('the workflow runs .ci/run on the oldest supported version of Node and on a newer one', async t => {
  const { on, jobs } = z.object({
    on: z.looseObject({ pull_request: z.unknown(), push: z.object({ branches: z.array(z.string()) }) }),
    jobs: z.object({
      check: z.object({
        container: z.string(),
        strategy: z.object({ matrix: z.object({ node: z.array(z.number()).min(2) }) }),
        steps: z.array(z.union([z.strictObject({ uses: z.string().regex(/^[\w-]+\/[\w-]+@v\d+$/) }), z.strictObject({ run: z.string() })]))
      })
    })
  }).parse(yaml('.github/workflows/ci.yml'))
  t.ok('pull_request' in on)
  const { node } = jobs.check.strategy.matrix
  t.equal(Math.min(...node), floor)
  t.match(jobs.check.container, 'matrix.node')
  const commands = jobs.check.steps.flatMap(step => 'run' in step ? [step.run] : [])
  t.equal(commands.at(-1), '.ci/run')
  t.ok(commands.includes('rm -f node_modules/.bin/node'), 'the version under test is not shadowed by the development dependency')
  t.ok(existsSync(join(root, '.ci/run')))
  t.equal(read('.nvmrc').trim(), String(floor))
})

t.test('the issue forms are complete', async t => {
  const formSchema = z.strictObject({
    name: z.string(),
    description: z.string(),
    labels: z.array(z.string()),
    body: z.array(z.looseObject({ type: z.enum(['markdown', 'input', 'textarea', 'checkboxes']), attributes: z.looseObject({}) })).min(3)
  })
  const forms = readdirSync(join(root, '.github/ISSUE_TEMPLATE')).filter(name => name !== 'config.yml')
  t.same(forms.sort(), ['bug.yml', 'provider.yml'])
  for (const form of forms) t.doesNotThrow(() => formSchema.parse(yaml(`.github/ISSUE_TEMPLATE/${form}`)), form)
})

t.test('files that are marked as generated exist', async t => {
  const lines = read('.gitattributes').split('\n').filter(line => line.endsWith(' linguist-generated'))
  const generated = lines.map(line => line.split(' ')[0] ?? '')
  t.same(generated.sort(), ['openapi/config.schema.json', 'openapi/openapi.json', 'package-lock.json', 'src/caller/endpoints.ts', 'src/client/schema.ts'])
  for (const file of generated) t.ok(existsSync(join(root, file)), file)
})
