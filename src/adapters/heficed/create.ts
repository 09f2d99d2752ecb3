import { z } from 'zod'
import type { Create, WithOptions } from '../verbs.ts'
import { badMember } from '../../domain/failure.ts'
import type { ServerFacts } from '../../domain/server.ts'
import type { CreateSpec } from '../../domain/spec.ts'
import { uuidIn } from '../kit/ids.ts'
import { agrees } from '../kit/spec.ts'
import { checkMemory, diskStepGib } from './ids.ts'
import type { HeficedClient } from './client.ts'
import { toBilled } from './mapping.ts'

const createOptions = z.strictObject({
  instance_type: z.string().regex(/^[\w-]{1,64}$/).default('linux').meta({ description: 'Operating system family of the image' }),
  billing: z.enum(['monthly', 'hourly']).default('monthly'),
  use_credit: z.boolean().default(true).meta({ description: 'Pay from the account\'s credit at once; an unpaid order may never be built' }),
  bandwidth_tb: z.int().min(0).default(0).meta({ description: 'Terabytes per month in addition to the included traffic' })
})
type Options = z.output<typeof createOptions>

export const createCreate = (client: HeficedClient): Create<Options> => ({
  evidence: 'observed',
  accepts: ['region', 'cpus', 'memory_mib', 'disk_gib', 'ssh_keys', 'options'],
  requires: ['region', 'cpus', 'memory_mib', 'disk_gib'],
  options: createOptions,
  note: 'Memory in steps of 512 MiB, disk in steps of 10 GiB; ssh_keys is the id of one key. ' +
      'The provider may choose another name; an order that is not paid at once may never be built.',
  example: {
    name: 'web-1',
    region: 'uk-lon1',
    cpus: 1,
    memory_mib: 2048,
    disk_gib: 10,
    image: '92b22afd-ad6a-4cb1-b9f7-91c2a7b1877b',
    options: { instance_type: 'linux', billing: 'monthly' }
  },
  isLike,
  run: async spec => {
    const invoice = await client.order(toBody(spec))
    // The invoice also lists the network product, often first, with an instance id that is not a server's.
    const serverId = invoice.items?.find(item => item?.configuration?.raw?.product?.toLowerCase() === 'kronoscloud')?.instanceId
    return { ...(typeof serverId === 'string' ? { serverId } : {}), ...toBilled(invoice) }
  }
})

const billingTypes = { monthly: 1, hourly: -1 } as const

/** Memory is sent in MB and disk in GB, as the vendor counts them. */
function toBody (spec: WithOptions<CreateSpec, Options>): object {
  checkMemory(spec.memory_mib)
  if (spec.disk_gib !== undefined && spec.disk_gib % diskStepGib !== 0) {
    throw badMember('body.disk_gib', `must be a multiple of ${diskStepGib}`)
  }
  const { options } = spec
  return {
    instanceTypeId: options.instance_type,
    locationId: spec.region,
    templateId: uuidIn('body.image', spec.image),
    sshKeyId: keyOf(spec.ssh_keys),
    vcpu: spec.cpus,
    memory: spec.memory_mib,
    disk: spec.disk_gib,
    hostname: spec.name,
    billingTypeId: billingTypes[options.billing],
    additionalBandwidth: options.bandwidth_tb,
    useCredit: options.use_credit
  }
}

function keyOf (keys: readonly string[] | undefined): string | undefined {
  const [key, ...more] = keys ?? []
  if (more.length > 0) throw badMember('body.ssh_keys', 'the provider accepts one key')
  return key === undefined ? undefined : uuidIn('body.ssh_keys', key)
}

/**
 * Whether the vendor keeps the ordered name is not documented; without one it generates ten characters. A row with
 * either name matches if no other member contradicts the order.
 */
const isLike = (spec: CreateSpec, server: ServerFacts): boolean =>
  mayBeNamed(spec.name, server.name) &&
  agrees(spec.region, server.region?.id) &&
  agrees(spec.cpus, server.cpus) &&
  agrees(spec.memory_mib, server.memory_mib) &&
  agrees(spec.disk_gib, server.disk_gib) &&
  agrees(spec.image, server.image?.id)

const generated = /^[a-z\d]{10}$/i
const lettersOf = (name: string): string => name.toLowerCase().replace(/[^a-z\d]/g, '')

/** A name that was only normalized to a host name counts as the same. */
const mayBeNamed = (ordered: string, shown: string): boolean =>
  shown === '' || generated.test(shown) || lettersOf(shown) === lettersOf(ordered) ||
  shown.toLowerCase().startsWith(`${ordered.toLowerCase()}.`)
