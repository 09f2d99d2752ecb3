export type Params = Readonly<Record<string, string>>

export interface Found<Route> {
  readonly route: Route
  readonly params: Params
}

/** The routes that match the path, in their order. `:name` matches one non-empty segment; a trailing slash matches nothing. */
export function findRoutes<Route extends { readonly path: string }> (routes: readonly Route[], path: string): Array<Found<Route>> {
  const segments = path.split('/').flatMap(segment => decode(segment) ?? [])
  if (segments.length < path.split('/').length) return []
  return routes.flatMap(route => {
    const params = match(route.path.split('/'), segments)
    return params === undefined ? [] : [{ route, params }]
  })
}

function match (pattern: readonly string[], segments: readonly string[]): Params | undefined {
  if (pattern.length !== segments.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? ''
    if (part.startsWith(':') && segment !== '') params[part.slice(1)] = segment
    else if (part !== segment) return undefined
  }
  return params
}

function decode (segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
