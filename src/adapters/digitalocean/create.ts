import { z } from 'zod'
import { badMember } from '../../domain/failure.ts'
import type { ServerFacts } from '../../domain/server.ts'
import type { CreateSpec } from '../../domain/spec.ts'
import { uuidIn } from '../kit/ids.ts'
import { agrees } from '../kit/spec.ts'
import type { Create, WithOptions } from '../verbs.ts'
import type { DigitaloceanClient } from './client.ts'
import { imageOf, nameOf, slugOf, sshKeyOf, tagOf, userDataOf } from './ids.ts'
import { creationJob } from './jobs.ts'

/** Of any UUID version: the vendor generates them. */
const uuid = z.guid()

export const createOptions = z.strictObject({
  vpc: uuid.optional().meta({ description: 'UUID of a VPC network of the region; the same as `networks`' }),
  ipv6: z.boolean().optional(),
  monitoring: z.boolean().optional().meta({ description: 'Installs the provider\'s agent' }),
  backups: z.boolean().optional().meta({ description: 'Automatic backups, which cost more' }),
  backup_policy: z.strictObject({
    plan: z.enum(['daily', 'weekly']),
    weekday: z.enum(['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']).optional(),
    hour: z.union([z.literal(0), z.literal(4), z.literal(8), z.literal(12), z.literal(16), z.literal(20)]).optional()
  }).optional().meta({ description: 'Requires backups' }),
  public_networking: z.boolean().optional().meta({ description: 'False: no public address, ever' }),
  with_droplet_agent: z.boolean().optional().meta({ description: 'The agent of the control panel\'s console' }),
  volumes: z.array(uuid).min(1).max(7).optional().meta({ description: 'UUIDs of volumes of the region to attach' })
})
type CreateOptions = z.infer<typeof createOptions>

export const createCreate = (client: DigitaloceanClient, now: () => number): Create<CreateOptions> => ({
  evidence: 'documented',
  accepts: ['region', 'plan', 'ssh_keys', 'user_data', 'networks', 'tags', 'options'],
  requires: ['region', 'plan'],
  options: createOptions,
  note: 'ssh_keys are ids or fingerprints of the account\'s keys; without any the provider sends a root password by e-mail. ' +
    'networks has one VPC. Tags stay in the account when the server is deleted.',
  example: { name: 'web-1', region: 'nyc3', plan: 's-1vcpu-1gb', image: 'ubuntu-24-04-x64', ssh_keys: ['289794'] },
  isLike,
  // A 202 guarantees nothing, and the server may be 404 right after it: the action decides.
  run: async spec => {
    const body = toBody(spec)
    const { droplet: { id }, links } = await client.createDroplet(body)
    const action = links?.actions?.find(({ rel }) => rel === 'create')?.id
    const jobs = action === undefined ? {} : { jobs: [creationJob(action, id, body.size, body.region, now())] }
    return { serverId: id, goal: { statuses: ['running'], shown: true }, ...jobs }
  }
})

function toBody (spec: WithOptions<CreateSpec, CreateOptions>) {
  const { region, plan, ssh_keys: keys, user_data: userData, tags, options: { vpc, ...options } } = spec
  if (region === undefined) throw badMember('body.region', 'is required')
  if (plan === undefined) throw badMember('body.plan', 'is required')
  if (options.public_networking === false && options.ipv6 === true) throw badMember('body.options.ipv6', 'needs public networking')
  if (options.backup_policy !== undefined && options.backups !== true) throw badMember('body.options.backup_policy', 'needs backups')
  return {
    name: nameOf(spec.name),
    region: slugOf('body.region', region),
    size: slugOf('body.plan', plan),
    image: imageOf(spec.image),
    ssh_keys: keys?.map(sshKeyOf),
    user_data: userData === undefined ? undefined : userDataOf(userData),
    tags: tags?.map(tagOf),
    vpc_uuid: networkFrom(spec, vpc),
    ...options
  }
}

function networkFrom ({ networks }: Pick<CreateSpec, 'networks'>, vpc: string | undefined): string | undefined {
  if (networks === undefined) return vpc
  if (vpc !== undefined) throw badMember('body.options.vpc', 'cannot be combined with networks')
  const [network, ...more] = networks
  if (network === undefined || more.length > 0) throw badMember('body.networks', 'the provider takes one VPC network')
  return uuidIn('body.networks', network)
}

/** Names are not unique. The row may show the slug of an image that was ordered by id, and the other way round. */
function isLike ({ name, region, plan, image }: CreateSpec, server: ServerFacts): boolean {
  const isNumber = (text: string): boolean => /^\d+$/.test(text)
  const shownImage = server.image?.id ?? image
  return server.name === name && agrees(region, server.region?.id) && agrees(plan, server.plan?.id) &&
    (isNumber(shownImage) !== isNumber(image) || shownImage === image)
}
