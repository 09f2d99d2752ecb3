import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { z } from 'zod'
import { startGlesys } from '../sandbox/glesys/simulator.ts'
import { startHeficed } from '../sandbox/heficed/simulator.ts'
import { runCli } from '../src/cli.ts'
import { problemSchema } from '../src/domain/problem.ts'
import { serverSchema } from '../src/domain/server.ts'
import { createFastClock } from './helpers/clock.ts'
import { composeGateway } from './helpers/gateway.ts'
import { root } from './helpers/process.ts'

const read = (page: string): string => readFileSync(join(root, page), 'utf8')
const pages = [
  'README.md', 'CONTRIBUTING.md', 'SECURITY.md',
  ...['docs', 'docs/providers', 'deploy'].flatMap(folder => readdirSync(join(root, folder)).filter(name => name.endsWith('.md')).map(name => join(folder, name)))
]

/** The blocks of a page in one language, such as `sh`. */
const blocksOf = (page: string, language: string): string[] =>
  [...read(page).matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, block = '']) => block)
const shellOf = (page: string): string => blocksOf(page, 'sh').join('').replaceAll('\\\n', '')

/** As code hosts make it of a heading. */
const anchorOf = (heading: string): string => heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')
const anchorsOf = (page: string): string[] => [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))

t.test('every link between pages leads to an existing file and heading', async t => {
  for (const page of pages) {
    for (const [, target = ''] of read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : join(dirname(page), path)
      t.ok(existsSync(join(root, file)), `${page}: ${target}`)
      if (anchor !== undefined) t.ok(anchorsOf(file).includes(anchor), `${page}: ${target}`)
    }
  }
})

t.test('the README has at most 150 lines', async t => {
  t.ok(read('README.md').split('\n').length <= 151)
})

t.test('the server and the problem in the README have the members of the API', async t => {
  const [server = '', problem = ''] = blocksOf('README.md', 'json')
  t.doesNotThrow(() => serverSchema.parse(JSON.parse(server)))
  t.doesNotThrow(() => problemSchema.parse(JSON.parse(problem)))
})

t.test('every npm script and every hawser command that a page names exists', async t => {
  const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')))
  for (const page of pages) {
    for (const [, script = ''] of read(page).matchAll(/\bnpm run ([a-z:]+)/g)) t.ok(script in scripts, `${page}: npm run ${script}`)
    const commands = [...shellOf(page).matchAll(/(?:^|\bHAWSER_CONFIG=\S+ )(?:hawser|node dist\/src\/main\.js) (?:help )?([a-z-]+)/gm)]
    for (const [, command = ''] of commands) {
      t.equal(await runCli(['help', command], { environment: {}, print: () => {}, printError: () => {} }), 0, `${page}: hawser ${command}`)
    }
  }
})

type Method = 'GET' | 'POST' | 'DELETE'
const methodSchema = z.enum(['GET', 'POST', 'DELETE'])

/** Reads one curl command of a page. */
function readCurl (line: string): { method: Method, url: string, headers: Record<string, string>, payload: string | undefined } {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
  const valuesOf = (option: string): string[] => words.filter((_, at) => words[at - 1] === option)
  const address = words.find(word => /^(http:\/\/)?(localhost|127\.0\.0\.1):8080\//.test(word)) ?? ''
  return {
    method: methodSchema.parse(valuesOf('-X')[0] ?? 'GET'),
    url: address.slice(address.indexOf('8080') + 4),
    headers: Object.fromEntries(valuesOf('-H').map(header => header.split(': ', 2))),
    payload: valuesOf('-d')[0]
  }
}

t.test('the curl commands of the pages work against the simulated providers, in their order', async t => {
  const clock = createFastClock(20)
  const [glesys, heficed] = [await startGlesys({ clock: clock.now }), await startHeficed({ clock: clock.now })]
  const { app, close } = await composeGateway({
    clock,
    accounts: {
      'glesys-lab': { provider: 'glesys', ...glesys.settings['glesys-lab'] },
      'heficed-main': { provider: 'heficed', ...heficed.settings['heficed-main'] }
    }
  })
  t.teardown(async () => {
    await close()
    await Promise.all([glesys.close(), heficed.close()])
  })
  for (const page of ['README.md', 'docs/operations.md']) {
    const lines = shellOf(page).match(/^curl (?:[^'\n]|'[^']*')+/gm) ?? []
    t.ok(lines.length >= 2, page)
    let operation = ''
    for (const line of lines) {
      const { method, url, headers, payload } = readCurl(line)
      const answer = await app.inject({ method, url: url.replace('op_…', operation), headers, ...(payload === undefined ? {} : { payload }) })
      t.match(String(answer.statusCode), /^20[02]$/, `${line}: ${answer.body}`)
      operation = /"id":"(op_[^"]+)"/.exec(answer.body)?.[1] ?? operation
    }
  }
})
