import type { z } from 'zod'
import type { AdapterVerbs, Catalog } from '../adapters/verbs.ts'
import { accountParams } from './params.ts'
import { imagePageSchema, networkPageSchema, planPageSchema, regionPageSchema, sshKeyPageSchema } from './resource-schemas.ts'
import { pageQuery } from './schemas.ts'
import { listing, type ApiVerb } from './verb.ts'

interface CatalogRow {
  readonly id: string
  readonly region?: string | null
}

interface Choices<Row> {
  readonly action: 'images' | 'plans' | 'regions' | 'ssh_keys' | 'networks'
  readonly operationId: string
  readonly path: string
  readonly rows: string
  readonly schema: z.ZodType
  verbOf(verbs: AdapterVerbs): Catalog<Row> | undefined
}

const catalog = <Row extends CatalogRow>({ operationId, action, path, rows, schema, verbOf }: Choices<Row>): ApiVerb => listing({
  operationId,
  action,
  tag: 'Catalog',
  summary: `List ${rows}`,
  description: `Returns one page of the ${rows} that the account can use. Their ids are those that a create takes.`,
  path,
  params: accountParams,
  query: pageQuery,
  answer: { description: `A page of ${rows}`, schema },
  toCall: () => ({
    bind: verbs => {
      const verb = verbOf(verbs)
      return verb && { verb, ready: own => async () => (await verb.run(own)).map(row => ({ key: JSON.stringify([row.id, row.region ?? null]), row })) }
    }
  })
})

/** The choices for a create; their ids are exactly what it accepts. */
export const catalogVerbs = [
  catalog({ action: 'images', operationId: 'listImages', path: '/images', rows: 'images', schema: imagePageSchema, verbOf: ({ images }) => images }),
  catalog({ action: 'plans', operationId: 'listPlans', path: '/plans', rows: 'plans', schema: planPageSchema, verbOf: ({ plans }) => plans }),
  catalog({ action: 'regions', operationId: 'listRegions', path: '/regions', rows: 'regions', schema: regionPageSchema, verbOf: ({ regions }) => regions }),
  catalog({ action: 'ssh_keys', operationId: 'listSshKeys', path: '/ssh-keys', rows: 'SSH keys', schema: sshKeyPageSchema, verbOf: ({ ssh_keys: keys }) => keys }),
  catalog({ action: 'networks', operationId: 'listNetworks', path: '/networks', rows: 'networks', schema: networkPageSchema, verbOf: ({ networks }) => networks })
]
