import { addressVerbs } from './addresses.ts'
import { catalogVerbs } from './catalog.ts'
import { lifecycleVerbs } from './lifecycle.ts'
import { ownerVerbs } from './owners.ts'
import { powerVerbs } from './power.ts'
import { snapshotVerbs } from './snapshots.ts'
import type { ApiVerb } from './verb.ts'

/** Every verb of the API that runs at a provider, except reads of servers and raw calls. */
export const apiVerbs: readonly ApiVerb[] =
  [...lifecycleVerbs, ...powerVerbs, ...snapshotVerbs, ...addressVerbs, ...catalogVerbs, ...ownerVerbs]
