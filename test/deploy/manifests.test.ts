import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { tmpdir } from 'node:os'
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { Namespace, Service, ServiceAccount } from 'kubernetes-models/v1'
import t from 'tap'
import ts from 'typescript'
import { parse } from 'yaml'
import { z } from 'zod'
import { loadAdapters, loaders } from '../../src/adapters/registry.ts'
import { loadConfig, type Config } from '../../src/config/load.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { root } from '../helpers/process.ts'

const registry = await loadAdapters()

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const yaml = (path: string): unknown => parse(read(path), { strict: true, uniqueKeys: true })
const filesBelow = (folder: string): string[] => readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
  .filter(entry => entry.isFile()).map(entry => relative(root, join(entry.parentPath, entry.name))).sort()

const kustomizationSchema = z.object({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1'),
  kind: z.literal('Kustomization'),
  namespace: z.literal('hawser').optional(),
  resources: z.array(z.string()).min(1),
  configMapGenerator: z.array(z.object({ name: z.string(), files: z.array(z.string().regex(/^hawser\.yaml=/)) })).default([])
})
const models = {
  Deployment: { from: 'apps/v1', make: () => new Deployment() },
  HorizontalPodAutoscaler: { from: 'autoscaling/v2', make: () => new HorizontalPodAutoscaler() },
  Ingress: { from: 'networking.k8s.io/v1', make: () => new Ingress() },
  Namespace: { from: 'v1', make: () => new Namespace() },
  NetworkPolicy: { from: 'networking.k8s.io/v1', make: () => new NetworkPolicy() },
  PodDisruptionBudget: { from: 'policy/v1', make: () => new PodDisruptionBudget() },
  Service: { from: 'v1', make: () => new Service() },
  ServiceAccount: { from: 'v1', make: () => new ServiceAccount() },
  StatefulSet: { from: 'apps/v1', make: () => new StatefulSet() }
} as const
const resourceSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.enum(['Deployment', 'HorizontalPodAutoscaler', 'Ingress', 'Namespace', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'ServiceAccount', 'StatefulSet']),
  metadata: z.object({ name: z.enum(['hawser', 'redis']), labels: z.looseObject({ 'app.kubernetes.io/name': z.enum(['hawser', 'redis']) }) })
    .refine(({ name, labels }) => name === labels['app.kubernetes.io/name'])
})
const base = kustomizationSchema.parse(yaml('deploy/base/kustomization.yaml'))
const resourcesOf = (folder: string) => kustomizationSchema.parse(yaml(`deploy/${folder}/kustomization.yaml`)).resources.map(name => resourceSchema.parse(yaml(`deploy/${folder}/${name}`)))
const resources = resourcesOf('base')
const redisResources = resourcesOf('redis')
const allResources = [...resources, ...redisResources, ...resourcesOf('ingress')]
const portSchema = z.union([z.string(), z.number()])
const probeSchema = z.object({ httpGet: z.object({ path: z.string(), port: portSchema }), periodSeconds: z.number(), timeoutSeconds: z.number(), failureThreshold: z.number() })
const named = z.object({ name: z.string() })
const containerSchema = z.object({
  image: z.string(),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
  env: z.array(z.object({ name: z.string(), value: z.string() })),
  envFrom: z.array(z.object({ secretRef: z.object({ name: z.string(), optional: z.literal(true) }) })),
  livenessProbe: probeSchema,
  readinessProbe: probeSchema,
  startupProbe: probeSchema,
  lifecycle: z.object({ preStop: z.object({ exec: z.object({ command: z.tuple([z.literal('sleep'), z.string()]) }) }) }),
  securityContext: z.object({ allowPrivilegeEscalation: z.literal(false), readOnlyRootFilesystem: z.literal(true), capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }) }),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() }))
})
const deployment = z.object({
  spec: z.object({
    replicas: z.number().min(2),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()), annotations: z.record(z.string(), z.string()) }),
      spec: z.object({
        serviceAccountName: z.literal('hawser'),
        automountServiceAccountToken: z.literal(false),
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.object({ runAsNonRoot: z.literal(true), runAsUser: z.number().min(1), seccompProfile: z.object({ type: z.literal('RuntimeDefault') }) }),
        topologySpreadConstraints: z.array(z.object({ labelSelector: z.object({ matchLabels: z.record(z.string(), z.string()) }) })).min(1),
        containers: z.tuple([containerSchema]),
        volumes: z.array(named.loose())
      })
    })
  })
}).parse(resources.find(({ kind }) => kind === 'Deployment')).spec
const pod = deployment.template
const [container] = pod.spec.containers

t.test('every file of deploy/ is mentioned in the docs, and every mentioned file exists', async t => {
  const folders = ['deploy', 'deploy/base', 'deploy/example', 'deploy/redis', 'deploy/ingress']
  const namedFiles = folders.flatMap(folder => {
    const { resources, configMapGenerator } = kustomizationSchema.parse(yaml(`${folder}/kustomization.yaml`))
    const sources = configMapGenerator.flatMap(({ files }) => files.map(file => file.replace('hawser.yaml=', '')))
    for (const name of [...resources, ...sources]) t.ok(existsSync(join(root, folder, name)), `${folder}/${name}`)
    return ['kustomization.yaml', ...resources, ...sources].map(name => join(folder, name))
  })
  const others = filesBelow('deploy').filter(file => !namedFiles.includes(file))
  for (const file of others) t.match(file, /^deploy\/[a-z-]+(\.example)?\.(md|json|conf|ya?ml)$|^deploy\/[A-Z]+\.md$/, 'what Kubernetes does not read lies beside the manifests')
  for (const file of others) t.ok(file === 'deploy/nginx.conf' || `${read('deploy/GUIDE.md')}${read('README.md')}`.includes(file), `${file} is named in the guide or the README`)
})

t.test('the manifests fit the published schemas of Kubernetes, without unknown keys', async t => {
  for (const resource of allResources) {
    t.equal(resource.apiVersion, models[resource.kind].from, resource.kind)
    t.doesNotThrow(() => { Object.assign(models[resource.kind].make(), resource).validate() }, resource.kind)
  }
  t.throws(() => { Object.assign(models.Service.make(), { spec: { ports: [{ port: '80' }] } }).validate() }, 'the schemas can refuse')
  t.same(unknownTo(allResources), [])
  t.match(unknownTo([{ apiVersion: 'v1', kind: 'ServiceAccount', automountServiceAcountToken: false }]), [/automountServiceAcountToken/], 'a misspelled key is seen')
})

/** What the compiler says of the resources as literals of the published types: unlike the schemas, it knows which keys there are. */
function unknownTo (given: ReadonlyArray<{ readonly kind: keyof typeof models, readonly [key: string]: unknown }>): string[] {
  const file = join(root, 'test/deploy/literals.ts')
  const text = given.map((resource, index) => `import type { I${resource.kind} as T${index} } from 'kubernetes-models/${models[resource.kind].from}'\nexport const r${index}: T${index} = ${JSON.stringify(resource)}\n`).join('')
  const options = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, strict: true, noEmit: true, skipLibCheck: true, types: [] }
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  host.fileExists = name => name === file || fileExists(name)
  host.getSourceFile = (name, ...rest) => name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest)
  return ts.getPreEmitDiagnostics(ts.createProgram([file], options, host)).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

t.test('selectors find the pods, ports lead to the listener, and times agree', async t => {
  const { labels } = pod.metadata
  const selector = z.object({ spec: z.object({ selector: z.union([z.object({ matchLabels: z.record(z.string(), z.string()) }).transform(({ matchLabels }) => matchLabels), z.record(z.string(), z.string())]) }) })
  const of = (kind: string): unknown => resources.find(resource => resource.kind === kind)
  const policy = z.object({ podSelector: z.object({ matchLabels: z.record(z.string(), z.string()) }) })
  const selectors = [
    ...['Deployment', 'Service', 'PodDisruptionBudget'].map(kind => selector.parse(of(kind)).spec.selector),
    z.object({ spec: policy }).parse(of('NetworkPolicy')).spec.podSelector.matchLabels,
    ...pod.spec.topologySpreadConstraints.map(({ labelSelector }) => labelSelector.matchLabels)
  ]
  for (const found of selectors) t.same(found, labels)
  t.match(of('HorizontalPodAutoscaler'), { spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'hawser' }, minReplicas: deployment.replicas } })
  t.match(of('ServiceAccount'), { automountServiceAccountToken: false })

  const { listen, metrics, shutdown_grace_ms: graceMs } = (await load('deploy/base/hawser.example.yaml')).config
  t.same(container.ports, [{ name: 'http', containerPort: listen.port }, { name: 'metrics', containerPort: metrics?.listen?.port }])
  t.match((await load('deploy/example/small.yaml')).config, { listen: { port: listen.port }, metrics: { listen: metrics?.listen } })
  t.match(of('Service'), { spec: { ports: [{ targetPort: 'http' }] } })
  t.match(of('NetworkPolicy'), { spec: { policyTypes: ['Ingress', 'Egress'] } })
  t.equal(pod.metadata.annotations['prometheus.io/port'], String(metrics?.listen?.port))
  const preStopS = Number(container.lifecycle.preStop.exec.command[1])
  t.ok(preStopS + graceMs / 1000 < pod.spec.terminationGracePeriodSeconds, 'the pod is not killed while it drains')
  const { app, close } = await composeGateway({ accounts: {} })
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
    t.equal(probe.httpGet.port, 'http')
    t.equal((await app.inject(probe.httpGet.path)).statusCode, 200, probe.httpGet.path)
    t.ok(probe.timeoutSeconds <= probe.periodSeconds + 1)
  }
  t.equal(container.livenessProbe.httpGet.path, '/health/live', 'a lost Redis restarts nobody')
  t.ok(preStopS >= container.readinessProbe.periodSeconds, 'who asks for readiness hears of it before the listener closes')
  await close()
})

const ingressRules = z.object({
  spec: z.object({
    ingress: z.array(z.object({
      from: z.array(z.strictObject({
        namespaceSelector: z.object({ matchLabels: z.record(z.string(), z.string()) }).optional(),
        podSelector: z.object({ matchLabels: z.record(z.string(), z.string()) }).optional()
      })).min(1),
      ports: z.array(z.object({ port: portSchema })).min(1)
    }))
  })
})

t.test('callers reach only the gateway\'s port, Prometheus only the metrics, and nothing but the gateways reaches Redis', async t => {
  const find = (kind: string, from: typeof resources) => from.find(resource => resource.kind === kind)
  const [callers, prometheus, ...others] = ingressRules.parse(find('NetworkPolicy', resources)).spec.ingress
  t.same(others, [])
  t.same(callers?.ports.map(({ port }) => port), ['http'])
  t.same(prometheus?.ports.map(({ port }) => port), ['metrics'])
  t.match(prometheus?.from, [{ namespaceSelector: {}, podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } } }])
  t.notMatch(JSON.stringify(find('Service', resources)), 'metrics', 'no Service leads to them')
  const [gateways, ...more] = ingressRules.parse(find('NetworkPolicy', redisResources)).spec.ingress
  t.same(more, [])
  t.same(gateways?.from, [{ podSelector: { matchLabels: pod.metadata.labels } }])
  t.match(find('NetworkPolicy', redisResources), { spec: { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'redis' } }, policyTypes: ['Ingress', 'Egress'], egress: [] } })
})

/** An example with the secrets that it names, each a file below the folder that is mounted. */
async function load (path: string): Promise<{ readonly config: Config, readonly secrets: readonly string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-example-'))
  try {
    const names = [...read(path).matchAll(/\$\{file:([^}]+)\}/g)].map(([, name = '']) => name)
    t.ok(names.every(name => dirname(name) === '/run/secrets/hawser'), 'every secret lies in the folder that is mounted')
    const secrets = [...new Set(names.map(name => name.replace('/run/secrets/hawser/', '')))]
    mkdirSync(join(folder, 'secrets'))
    secrets.forEach((name, index) => { writeFileSync(join(folder, 'secrets', name), name.endsWith('_sha256') ? `${index}`.padStart(64, '0') : 'a'.repeat(40)) })
    const file = join(folder, 'hawser.yaml')
    writeFileSync(file, read(path).replaceAll('/run/secrets/hawser', join(folder, 'secrets')))
    return { config: await loadConfig(file, loaders, {}), secrets }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

t.test('the example configurations are valid, the full one shows every provider, and the network lets it through', async t => {
  const { config, secrets } = await load('deploy/base/hawser.example.yaml')
  t.same(new Set(config.accounts.map(({ adapter }) => adapter.id)), new Set(registry.keys()))
  t.equal((await load('deploy/example/small.yaml')).config.accounts.length, 1)
  const mounts = new Map(container.volumeMounts.map(({ name, mountPath }) => [name, mountPath]))
  t.same(container.env, [{ name: 'HAWSER_CONFIG', value: join(mounts.get('config') ?? '', 'hawser.yaml') }])
  t.equal(mounts.get('secrets'), '/run/secrets/hawser')
  t.match(pod.spec.volumes, [{ name: 'config', configMap: { name: base.configMapGenerator[0]?.name } }, { name: 'secrets', secret: { secretName: 'hawser' } }, { name: 'tmp', emptyDir: {} }])
  const guide = read('deploy/GUIDE.md')
  for (const name of secrets) t.ok(guide.includes(name), `the guide says to make ${name}`)

  const openPorts = z.object({ spec: z.object({ egress: z.array(z.object({ ports: z.array(z.object({ port: z.number() })) })) }) })
    .parse(resources.find(({ kind }) => kind === 'NetworkPolicy')).spec.egress.flatMap(({ ports }) => ports.map(({ port }) => port))
  const urls = [...read('deploy/base/hawser.example.yaml').matchAll(/(?:https|redis):\/\/[^\s},"]+/g)].map(([url]) => new URL(url))
  t.ok(urls.length >= 5)
  for (const { href, port } of urls) t.ok(openPorts.includes(Number(port === '' ? '443' : port)), href)
  t.ok(openPorts.includes(53))
})

t.test('no file of deploy/ contains a secret, and no image name contains a registry host', async t => {
  for (const file of [...filesBelow('deploy'), 'docker-compose.yml', 'Dockerfile']) {
    const values = [...read(file).matchAll(/^(?!\s*#)[^\n]*\b(?:password|secret|token|api_key|sha256|client_id|client_secret)["']?: +([^\s,}]+)/gm)].map(([, value = '']) => value)
    if (!file.endsWith('.md')) t.same(values.filter(value => !/^"\$\{file:|^\{$|^hawser$/.test(value)), [], file)
    t.notMatch(read(file), /\b[0-9a-f]{64}\b|-----BEGIN/, file)
    for (const [, image = ''] of read(file).matchAll(/^\s*(?:image:|FROM) ([\w./:-]+)/gm)) t.match(image, /^[a-z]+:[\w.-]+$/, file)
  }
})
