import type { Adapter } from '../contract.ts'
import { createJsonRaw } from '../kit/raw.ts'
import { createAddresses, createAddressSteps } from './addresses.ts'
import { createCatalogs } from './catalog.ts'
import { createChanges } from './change.ts'
import { createClient } from './client.ts'
import { createCreate, createCreateSteps } from './create.ts'
import { callFailure, readAllowed } from './failures.ts'
import { createJobs } from './jobs.ts'
import { createFloating, createList } from './list.ts'
import { createPower, createPowerSteps } from './power.ts'
import { createResize, createResizeSteps } from './resize.ts'
import { baseOf, createHetznerSend } from './send.ts'
import { example, hetznerAccountSchema, type HetznerAccount } from './settings.ts'
import { createSnapshots } from './snapshots.ts'

/** Their answer is a secret, which would be redacted and lost. */
const secretActions: ReadonlySet<string> = new Set(['reset_password', 'enable_rescue', 'rebuild', 'request_console'])

export const hetzner: Adapter<HetznerAccount> = {
  id: 'hetzner',
  title: 'Hetzner Cloud',
  account: hetznerAccountSchema,
  example,
  // The URL of a console has a token in its query.
  secretMembers: ['wss_url'],
  // Tokens are made in the console and do not expire: a refusal is final.
  signIn: () => null,
  readAllowed,
  connect: (account, upstream) => {
    const client = createClient(createHetznerSend(account, upstream))
    const complete = createFloating(client)
    return {
      list: createList(client),
      get: {
        evidence: 'documented',
        cost: { calls: 1, perPage: 1 },
        run: async id => {
          const seen = await client.getServer(id)
          return (await complete([seen]))[0] ?? seen
        }
      },
      create: createCreate(client),
      ...createPower(client),
      ...createChanges(client, upstream.now),
      resize: createResize(client),
      ...createSnapshots(client),
      ...createAddresses(client),
      ...createCatalogs(client, upstream.now),
      raw: createJsonRaw(upstream, {
        evidence: 'documented',
        note: 'Paths are relative to api_url. Actions that return a password are refused; use their verbs.',
        isSecret: segments => segments.some(segment => secretActions.has(segment)),
        baseOf: () => baseOf(account),
        toFailure: callFailure
      }),
      jobs: createJobs(client),
      steps: { ...createCreateSteps(client), ...createResizeSteps(client), ...createPowerSteps(client), ...createAddressSteps(client) }
    }
  }
}
