/** A member of a request that a flag sets. `list`: the flag may be repeated. */
export interface Field {
  /** As the API has it: `memory_mib`. */
  readonly name: string
  readonly kind: 'text' | 'number' | 'flag' | 'list' | 'json'
  readonly about: string
  readonly choices?: readonly string[]
  readonly isRequired?: true
  /** null is a value of its own. */
  readonly isNullable?: true
  /** Never given in the command line, which other users of the machine can read. */
  readonly isSecret?: true
}

/**
 * `page`: answers rows. `limits`: takes `limit` and `cursor`. `plans`: takes `dry_run`. `waits`: answers an operation that can be waited
 * for. `keyed`: takes an Idempotency-Key. `destroys`: data may be lost for good.
 */
export type Trait = 'page' | 'limits' | 'plans' | 'waits' | 'keyed' | 'destroys'

/** One path and method of the API, as a command. */
export interface Endpoint {
  /** `['server', 'stop']`, or one word for a list: `['servers']`. */
  readonly words: readonly string[]
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its parameters in braces: `/v1/{account}/servers/{id}`. */
  readonly path: string
  readonly summary: string
  readonly traits: readonly Trait[]
  readonly query: readonly Field[]
  /** Null: the request has no body. */
  readonly body: readonly Field[] | null
}

/** The parameters in a path, in their order. */
export const pathParameters = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)

export const singularOf = (plural: string): string => plural.endsWith('sses') ? plural.slice(0, -2) : plural.replace(/s$/, '')

/** `{id}` is a server or an operation, depending on the path. */
export const argumentName = (path: string, name: string): string =>
  name === 'id' ? singularOf(/([a-z-]+)\/\{id\}/.exec(path)?.[1] ?? name) : name

/** The member of the body that is an argument of the command: the only required one. Null if there are none or several. */
export function argumentField ({ body }: Endpoint): Field | null {
  const [first, ...more] = (body ?? []).filter(({ isRequired }) => isRequired === true)
  return first === undefined || more.length > 0 || first.isNullable === true || first.isSecret === true ? null : first
}

/** The members of the body that flags set. */
export const flagFields = (endpoint: Endpoint): readonly Field[] => (endpoint.body ?? []).filter(field => field !== argumentField(endpoint))

/** `ssh_keys` is set by `--ssh-key`, `password` by `--password-file`. */
export function flagOf ({ name, kind, isSecret }: Field): string {
  const word = name.replaceAll('_', '-')
  if (isSecret === true) return `--${word}-file`
  return `--${kind === 'list' ? singularOf(word) : word}`
}

/** For the middle of a line; a name such as SSH stays. */
export const lowered = (text: string): string => text.replace(/^[A-Z](?=[a-z])/, letter => letter.toLowerCase())
