import type { Accepted, Create, WithOptions } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import { agrees } from '../kit/spec.ts'
import type { ServerFacts } from '../../domain/server.ts'
import type { CreateSpec } from '../../domain/spec.ts'
import type { DigitaloceanClient } from './client.ts'
import { createOptions, type CreateOptions } from './create-options.ts'
import { uuidIn } from '../kit/ids.ts'
import { imageOf, nameOf, slugOf, sshKeyOf, tagOf, userDataOf } from './ids.ts'
import { creationJob } from './jobs.ts'

export const createCreate = (client: DigitaloceanClient, now: () => number): Create<CreateOptions> => ({
  evidence: 'documented',
  accepts: ['region', 'plan', 'ssh_keys', 'user_data', 'networks', 'tags', 'options'],
  requires: ['region', 'plan'],
  options: createOptions,
  note: 'ssh_keys are ids or fingerprints of the account\'s keys; without any the provider sends a root password by e-mail. networks has one VPC. Tags stay in the account when the server is deleted.',
  example: { name: 'web-1', region: 'nyc3', plan: 's-1vcpu-1gb', image: 'ubuntu-24-04-x64', ssh_keys: ['289794'] },
  isLike,
  run: async spec => {
    const body = toOrder(spec)
    const { droplet: { id }, links } = await client.createDroplet(body)
    return toAccepted(id, links?.actions?.find(({ rel }) => rel === 'create')?.id, body, now())
  }
})

interface Order {
  readonly name: string
  readonly region: string
  readonly size: string
}

function toOrder (spec: WithOptions<CreateSpec, CreateOptions>): Order {
  const { region, plan, ssh_keys: keys, user_data: userData, tags, options: { vpc, ...options } } = spec
  if (region === undefined) throw badMember('body.region', 'is required')
  if (plan === undefined) throw badMember('body.plan', 'is required')
  if (options.public_networking === false && options.ipv6 === true) throw badMember('body.options.ipv6', 'needs public networking')
  if (options.backup_policy !== undefined && options.backups !== true) throw badMember('body.options.backup_policy', 'needs backups')
  const network = networkFrom(spec, vpc)
  return {
    name: nameOf(spec.name),
    region: slugOf('body.region', region),
    size: slugOf('body.plan', plan),
    ...{ image: imageOf(spec.image) },
    ...(keys === undefined ? {} : { ssh_keys: keys.map(sshKeyOf) }),
    ...(userData === undefined ? {} : { user_data: userDataOf(userData) }),
    ...(tags === undefined ? {} : { tags: tags.map(tagOf) }),
    ...(network === null ? {} : { vpc_uuid: network }),
    ...options
  }
}

function networkFrom ({ networks }: Pick<CreateSpec, 'networks'>, vpc: string | undefined): string | null {
  if (networks === undefined) return vpc ?? null
  if (vpc !== undefined) throw badMember('body.options.vpc', 'cannot be combined with networks')
  const [network, ...more] = networks
  if (network === undefined || more.length > 0) throw badMember('body.networks', 'the provider takes one VPC network')
  return uuidIn('body.networks', network)
}

/** The 202 is no promise, and the server may be 404 right after it: the action decides. */
function toAccepted (server: string, action: string | undefined, { size, region }: Order, acceptedAt: number): Accepted {
  const goal = { statuses: ['running'], shown: true } as const
  if (action === undefined) return { serverId: server, goal }
  return { serverId: server, goal, jobs: [creationJob(action, { server, plan: size, region, acceptedAt })] }
}

/** Names are not unique. The row may show the slug of an image that was ordered by id, and the other way round. */
function isLike ({ name, region, plan, image }: CreateSpec, server: ServerFacts): boolean {
  const isNumber = (text: string): boolean => /^\d+$/.test(text)
  const shownImage = server.image?.id ?? image
  return server.name === name && agrees(region, server.region?.id) && agrees(plan, server.plan?.id) &&
    (isNumber(shownImage) !== isNumber(image) || shownImage === image)
}
