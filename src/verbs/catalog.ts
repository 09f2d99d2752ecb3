import type { z } from 'zod'
import type { AdapterVerbs, Catalog } from '../adapters/verbs.ts'
import { imageSchema, networkSchema, planSchema, regionSchema, sshKeySchema } from '../domain/catalog.ts'
import { pageAnswer } from './schemas.ts'
import { listing, type ApiVerb } from './verb.ts'

interface Choices<Row> {
  readonly action: 'images' | 'plans' | 'regions' | 'ssh_keys' | 'networks'
  readonly operationId: string
  readonly path: string
  readonly rows: string
  readonly page: string
  readonly schema: z.ZodType
  verbOf(verbs: AdapterVerbs): Catalog<Row> | undefined
}

const choices = <Row extends { readonly id: string, readonly region?: string | null }>({ rows, page, schema, verbOf, ...described }: Choices<Row>): ApiVerb => listing({
  ...described,
  tag: 'Catalog',
  summary: `List ${rows}`,
  description: `Returns one page of the ${rows} that the account can use. Their ids are those that a create takes.`,
  answer: pageAnswer(rows, page, schema),
  bind: (verbs, permit) => {
    const { verb, own } = permit(verbOf(verbs))
    return { verb, run: async () => await verb.run(own) }
  },
  keyOf: ({ id, region = null }) => JSON.stringify([id, region])
})

/** The choices for a create; their ids are exactly what it accepts. */
export const catalogVerbs = [
  choices({ action: 'images', operationId: 'listImages', path: '/images', rows: 'images', page: 'ImagePage', schema: imageSchema, verbOf: ({ images }) => images }),
  choices({ action: 'plans', operationId: 'listPlans', path: '/plans', rows: 'plans', page: 'PlanPage', schema: planSchema, verbOf: ({ plans }) => plans }),
  choices({ action: 'regions', operationId: 'listRegions', path: '/regions', rows: 'regions', page: 'RegionPage', schema: regionSchema, verbOf: ({ regions }) => regions }),
  choices({ action: 'ssh_keys', operationId: 'listSshKeys', path: '/ssh-keys', rows: 'SSH keys', page: 'SshKeyPage', schema: sshKeySchema, verbOf: ({ ssh_keys: keys }) => keys }),
  choices({ action: 'networks', operationId: 'listNetworks', path: '/networks', rows: 'networks', page: 'NetworkPage', schema: networkSchema, verbOf: ({ networks }) => networks })
]
