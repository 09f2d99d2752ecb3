import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../test/helpers/ports.ts'
import { launch, serverCore, type Running } from './lab.ts'

/** What the gateway is measured against. Installed here, into a folder that git ignores, so that `npm ci` does not bring it. */
export const versions = { '@portkey-ai/gateway': '1.15.2', '@fastify/http-proxy': '11.6.3', fastify: '5.12.8' } as const

const run = promisify(execFile)
const cache = join(import.meta.dirname, '.cache')

export async function install (): Promise<void> {
  const manifest = join(cache, 'package.json')
  if (existsSync(join(cache, 'node_modules/@portkey-ai/gateway')) && existsSync(manifest)) return
  mkdirSync(cache, { recursive: true })
  writeFileSync(manifest, JSON.stringify({ private: true, dependencies: versions }))
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], { cwd: cache })
}

export const isThere = async (command: string): Promise<boolean> => await run(command, ['-v']).then(() => true, error => error.code !== 'ENOENT')

export async function startNginx (folder: string, upstream: string): Promise<Running> {
  const port = await freePort()
  const file = join(folder, `nginx-${port}.conf`)
  const { host } = new URL(upstream)
  // Buffers that hold the whole answer: otherwise nginx would write it to a file.
  writeFileSync(file, `daemon off; worker_processes 1; pid ${folder}/nginx-${port}.pid; error_log stderr crit;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  keepalive_requests 10000000;
  upstream provider { server ${host}; keepalive 64; keepalive_requests 10000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffers 32 8k; }
  }
}
`)
  const user = process.getuid?.() === 0 ? ['-g', 'user root;'] : []
  return await launch({ core: serverCore, command: 'nginx', words: ['-c', file, '-p', folder, ...user], port })
}

const proxySource = `import fastify from 'fastify'
import proxy from '@fastify/http-proxy'
const app = fastify()
app.register(proxy, { upstream: process.argv[3], undici: { connections: 16 } })
await app.listen({ port: Number(process.argv[2]), host: '127.0.0.1' })
`

export async function startHttpProxy (upstream: string): Promise<Running> {
  const file = join(cache, 'proxy.mjs')
  writeFileSync(file, proxySource)
  const port = await freePort()
  return await launch({ core: serverCore, command: process.execPath, words: [file, String(port), upstream], port, environment: { NODE_ENV: 'production' } })
}

export async function startPortkey (): Promise<Running> {
  const port = await freePort()
  const program = join(cache, 'node_modules/@portkey-ai/gateway/build/start-server.js')
  return await launch({ core: serverCore, command: process.execPath, words: [program, '--headless', `--port=${port}`], port, environment: { NODE_ENV: 'production' } })
}
