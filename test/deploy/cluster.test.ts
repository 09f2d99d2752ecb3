import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { z } from 'zod'
import { root } from '../helpers/process.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const yaml = (path: string): unknown => parse(read(path), { strict: true, uniqueKeys: true, merge: true })
const kustomization = (folder: string) =>
  z.object({ namespace: z.string().optional(), resources: z.array(z.string()) }).parse(yaml(`${folder}/kustomization.yaml`))

const hardenedPod = z.object({
  automountServiceAccountToken: z.literal(false),
  securityContext: z.object({ runAsNonRoot: z.literal(true), seccompProfile: z.object({ type: z.literal('RuntimeDefault') }) }),
  containers: z.tuple([z.object({
    securityContext: z.object({
      allowPrivilegeEscalation: z.literal(false),
      readOnlyRootFilesystem: z.literal(true),
      capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) })
    })
  })])
})
const podOf = (path: string): unknown =>
  z.object({ spec: z.object({ template: z.object({ spec: z.unknown() }) }) }).parse(yaml(path)).spec.template.spec

t.test('everything is in one namespace of the strictest pod security, and every pod complies with it', async t => {
  t.match(yaml('deploy/base/namespace.yaml'), { metadata: { name: 'hawser', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } })
  for (const folder of ['base', 'redis', 'ingress', 'example']) t.equal(kustomization(`deploy/${folder}`).namespace, 'hawser', folder)
  for (const path of ['deploy/base/deployment.yaml', 'deploy/redis/statefulset.yaml']) t.doesNotThrow(() => hardenedPod.parse(podOf(path)), path)
})

t.test('every command of the guide that works in the namespace names it', async t => {
  const words = /kubectl (?:create secret|rollout|exec|get|logs)[^\n`]*/g
  const lines = [...`${read('deploy/GUIDE.md')}${read('deploy/REDIS.md')}`.matchAll(words)].map(([line]) => line)
  t.ok(lines.length >= 4)
  for (const line of lines) t.match(line, / -n hawser\b/)
})

const redisSchema = z.object({
  spec: z.object({
    serviceName: z.literal('redis'),
    replicas: z.literal(1),
    persistentVolumeClaimRetentionPolicy: z.object({ whenDeleted: z.literal('Retain'), whenScaled: z.literal('Retain') }),
    template: z.object({
      spec: z.object({
        containers: z.tuple([z.object({
          image: z.string(),
          args: z.array(z.string()),
          ports: z.tuple([z.object({ containerPort: z.number() })]),
          volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() }))
        })])
      })
    }),
    volumeClaimTemplates: z.tuple([z.object({ metadata: z.object({ name: z.literal('data') }) })])
  })
})
const composeSchema = z.object({ services: z.object({ redis: z.object({ image: z.string(), command: z.array(z.string()) }) }) })

t.test('`kubectl apply -k deploy` brings what compose brings: gateways, an entry point, and a Redis that keeps acknowledged writes', async t => {
  t.same(kustomization('deploy').resources, ['base', 'redis', 'ingress'])
  const { spec: { template: { spec: { containers: [redis] } } } } = redisSchema.parse(yaml('deploy/redis/statefulset.yaml'))
  const composed = composeSchema.parse(yaml('docker-compose.yml')).services.redis
  t.same([redis.image, redis.args], [composed.image, composed.command], 'the same Redis as in compose')
  t.ok(redis.volumeMounts.some(({ name, mountPath }) => name === 'data' && mountPath === '/data'))
  t.match(yaml('deploy/base/hawser.example.yaml'), { redis: { url: `redis://redis:${redis.ports[0].containerPort}/0` } })
  t.match(yaml('deploy/redis/service.yaml'), { metadata: { name: 'redis' }, spec: { selector: { 'app.kubernetes.io/name': 'redis' } } })
  const backend = { service: { name: 'hawser', port: { name: 'http' } } }
  t.match(yaml('deploy/ingress/ingress.yaml'), { spec: { rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] } })
})
