/**
 * Members as builds before 2026-11-28 named them. Their records live for a day, and an upgrade must not lose an open operation; this
 * file can go with the first release.
 */
const earlierNames: ReadonlyMap<string, string> = new Map([
  ['doubtfulSince', 'ambiguousSince'], ['before', 'baseline'], ['looks', 'polls'], ['nextLookAt', 'nextPollAt'], ['lacks', 'missing']
])

/** A stored operation with the names of this build; anything else as it is. */
export function withPresentNames (record: unknown): unknown {
  const renamed = rename(record)
  if (!isObject(renamed)) return renamed
  const { phase, search, goal } = renamed
  return { ...renamed, phase: phase === 'doubtful' ? 'ambiguous' : phase, search: rename(search), goal: rename(goal) }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)

const rename = (value: unknown): unknown => isObject(value)
  ? Object.fromEntries(Object.entries(value).map(([name, member]) => [earlierNames.get(name) ?? name, member]))
  : value
