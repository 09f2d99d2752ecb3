import type { Adapter, Upstream } from './contract.ts'
import type { Verb } from './verb-facts.ts'
import type { AdapterVerbs } from './verbs.ts'
import { capabilitiesSchema, capabilityNames, type Capabilities, type Capability } from '../domain/capability.ts'

const none: Capability = { support: 'none', evidence: null, accepts: [], note: null }

/** The published list, derived from the verbs themselves: an absent verb is `none`. */
export function capabilitiesOf (operations: AdapterVerbs): Capabilities {
  const verbs = new Map<string, Verb | undefined>(Object.entries(operations).map(([name, verb]) => [name, isVerb(verb) ? verb : undefined]))
  const entry = (name: string): Capability => {
    const verb = verbs.get(name)
    if (verb === undefined) return none
    const { support = 'native', evidence, accepts = [], parameters, note = null } = verb
    return { support, evidence, accepts: [...accepts, ...Object.keys(parameters?.shape ?? {})], note }
  }
  return capabilitiesSchema.parse(Object.fromEntries(capabilityNames.map(name => [name, entry(name)])))
}

/** For inspecting an adapter without an account: every send throws. */
export const unreachable: Upstream = { send: async () => { throw new Error('this upstream sends nothing') }, now: () => 0 }

export const providerCapabilities = <A>(adapter: Adapter<A>): Capabilities => capabilitiesOf(adapter.connect(adapter.example, unreachable))

const isVerb = (value: unknown): value is Verb => typeof value === 'object' && value !== null && 'evidence' in value
