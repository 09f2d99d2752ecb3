import { serverActions, type Server, type ServerAction, type ServerFacts } from '../domain/server.ts'
import type { Capabilities } from '../domain/capability.ts'

export interface RecordParts {
  readonly account: string
  readonly provider: string
  readonly isReadOnly: boolean
  readonly capabilities: Capabilities
}

type ToRecord = (facts: ServerFacts, observedAt: string) => Server

/**
 * Turns what an adapter knows of a server into the record that callers see. The members are written out, in the order in which they are
 * documented: a record is made for every row of every list, and spreading objects costs several times as much.
 */
export function createToRecord ({ account, provider, isReadOnly, capabilities }: RecordParts): ToRecord {
  const absent = new Set<ServerAction>(serverActions.filter(action => capabilities[action]?.support === 'none'))
  const allowed = (actions: ServerAction[]): ServerAction[] => {
    if (isReadOnly) return []
    return absent.size === 0 ? actions : actions.filter(action => !absent.has(action))
  }
  return (facts, observedAt) => ({
    id: facts.id,
    account,
    provider,
    name: facts.name,
    status: facts.status,
    power: facts.power,
    task: facts.task,
    provider_status: facts.provider_status,
    observed_at: observedAt,
    source: 'live',
    cpus: facts.cpus,
    memory_mib: facts.memory_mib,
    disk_gib: facts.disk_gib,
    addresses: facts.addresses,
    image: facts.image,
    plan: facts.plan,
    region: facts.region,
    owner: facts.owner,
    created_at: facts.created_at,
    tags: facts.tags,
    locked: facts.locked,
    protected: facts.protected,
    allowed_actions: allowed(facts.allowed_actions)
  })
}
