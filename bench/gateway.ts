import { createHash } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { freePort } from '../test/helpers/ports.ts'
import { launch, serverCore, type Running } from './lab.ts'
import { benchKey } from './load.ts'

export const root = resolve(import.meta.dirname, '..')

type Accounts = Readonly<Record<string, object>>

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/** One account for each name; `base` is the simulated provider with its size and latency. */
export const hosts = (base: string, more: object = {}): object => ({ provider: 'vmmanager', url: base, email: 'admin@example.com', password: 'bench', ...more })

/** Accounts of every kind that the rows need. `vm-0` to `vm-63` are alike, so that requests in flight can differ without differing in work. */
export function accountsAt (upstream: string): Accounts {
  const glesys = (format: 'json' | 'xml') => ({ provider: 'glesys', project: 'cl12345', api_key: 'bench', format, api_url: `${upstream}/50/0`, limits: { concurrency: 64 } })
  const heficed = {
    provider: 'heficed', organization_id: '7bddbff3-2dfb-11e9-895d-c8dbf32f12cd', client_id: 'bench', client_secret: 'bench', api_url: `${upstream}/50/0`, token_url: `${upstream}/50/0/oauth2/token`
  }
  const onecloud = { provider: 'onecloud', auth_url: `${upstream}/50/0/v3`, username: 'bench', password: 'bench', project: 'bench', compute_url: `${upstream}/50/0` }
  const each = (name: string, settings: object): Accounts => Object.fromEntries(range(64).map(index => [`${name}-${index}`, settings]))
  return {
    ...each('vm', hosts(`${upstream}/50/0`)),
    ...each('differing', hosts(`${upstream}/50u/0`)),
    ...each('large', hosts(`${upstream}/1000/0`)),
    ...each('json', glesys('json')),
    ...each('xml', glesys('xml')),
    ...each('heficed', heficed),
    ...each('onecloud', onecloud),
    cached: hosts(`${upstream}/50/0`, { cache: { servers_s: 3600 } })
  }
}

/** The gateway as in production: keys, request log, metrics, breaker and budgets. Built, unless there is no build. */
export async function startGateway (folder: string, accounts: Accounts, flags: readonly string[] = []): Promise<Running> {
  const port = await freePort()
  const file = join(folder, `hawser-${port}.json`)
  const permissions = ['read', 'operate', 'write', 'delete', 'admin']
  const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex')
  const keys = ['first', 'second', benchKey].map((key, index) => ({ name: `key-${index}`, sha256: sha256(key), accounts: ['*'], permissions }))
  writeFileSync(file, JSON.stringify({ listen: { port }, auth: { keys }, accounts }), { mode: 0o600 })
  const built = join(root, 'dist/src/main.js')
  const main = existsSync(built) ? built : join(root, 'src/main.ts')
  return await launch({ core: serverCore, command: process.execPath, words: [...flags, main], port, environment: { HAWSER_CONFIG: file, NODE_ENV: 'production' } })
}

export async function ask (url: string, accept = 'application/json'): Promise<string> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${benchKey}`, accept } })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${text.slice(0, 300)}`)
  return text
}
