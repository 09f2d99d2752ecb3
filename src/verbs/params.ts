import { z } from 'zod'

const accountParam = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: 'is not a valid account id' })
  .meta({ description: 'The id of a configured account', example: 'glesys-lab' })
const serverParam = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._:@-]{0,127}$/, { error: 'is not a valid server id' })
  .meta({ description: 'The id of a server, as returned by lists', example: 'kvm123456' })
const idParam = (description: string, example: string) =>
  z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._:@+-]{0,127}$/, { error: 'is not a valid id' }).meta({ description, example })

export const accountParams = z.strictObject({ account: accountParam })
export const serverParams = z.strictObject({ account: accountParam, id: serverParam })

/** By the names that paths give them. */
const params: Readonly<Record<string, z.ZodType<string>>> = {
  account: accountParam,
  id: serverParam,
  snapshot: idParam('The id of a snapshot, as returned by lists', 'b1f6e3c0-0000-4000-8000-000000000001'),
  address: z.union([z.ipv4(), z.ipv6()], { error: 'must be an IP address' }).meta({ description: 'An IP address', example: '192.0.2.10' }),
  owner: idParam('The id of an owner, as returned by lists', '24')
}

type NameIn<Path extends string> =
  Path extends `${string}:${infer Name}/${infer Rest}` ? Name | NameIn<Rest> : Path extends `${string}:${infer Name}` ? Name : never

/** The parameters that a path such as `/servers/:id/snapshots/:snapshot` names. */
export type ParamsOf<Path extends string> = { readonly [Name in NameIn<Path>]: string }

const namesIn = (path: string): string[] => [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)

/** The schema of the path parameters of a route. */
export const paramsOf = (url: string) =>
  z.strictObject(Object.fromEntries(namesIn(url).flatMap(name => params[name] === undefined ? [] : [[name, params[name]] as const])))

export const hasParamsOf = <Path extends string>(path: Path, values: object): values is ParamsOf<Path> =>
  namesIn(path).every(name => Object.hasOwn(values, name))
