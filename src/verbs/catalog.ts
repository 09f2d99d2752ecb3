import type { z } from 'zod'
import type { Catalog } from '../adapters/verbs.ts'
import { imageSchema, networkSchema, planSchema, regionSchema, sshKeySchema } from '../domain/catalog.ts'
import { pageAnswer } from './schemas.ts'
import { listing, type ApiVerb } from './verb.ts'

interface Choices {
  readonly operationId: string
  readonly path: string
  readonly rows: string
  readonly page: string
  readonly schema: z.ZodType
}

type Action = 'images' | 'plans' | 'regions' | 'ssh_keys' | 'networks'

const choices = (action: Action, { operationId, path, rows, page, schema }: Choices): ApiVerb => listing({
  operationId,
  action,
  tag: 'Catalog',
  summary: `List ${rows}`,
  description: `Returns one page of the ${rows} that the account can use. Their ids are those that a create takes.`,
  path,
  answer: pageAnswer(rows, page, schema),
  bind: (verbs, permit) => {
    const catalog: Catalog<{ readonly id: string, readonly region?: string | null }> | undefined = verbs[action]
    const { verb, parameters } = permit(catalog)
    return { verb, run: async () => await verb.run(parameters) }
  },
  keyOf: ({ id, region = null }) => JSON.stringify([id, region])
})

/** The choices for a create; their ids are exactly what it accepts. */
export const catalogVerbs = [
  choices('images', { operationId: 'listImages', path: '/images', rows: 'images', page: 'ImagePage', schema: imageSchema }),
  choices('plans', { operationId: 'listPlans', path: '/plans', rows: 'plans', page: 'PlanPage', schema: planSchema }),
  choices('regions', { operationId: 'listRegions', path: '/regions', rows: 'regions', page: 'RegionPage', schema: regionSchema }),
  choices('ssh_keys', { operationId: 'listSshKeys', path: '/ssh-keys', rows: 'SSH keys', page: 'SshKeyPage', schema: sshKeySchema }),
  choices('networks', { operationId: 'listNetworks', path: '/networks', rows: 'networks', page: 'NetworkPage', schema: networkSchema })
]
