import type { World } from './world.ts'

/** Names are unique across projects; a server in the recycle bin releases its name. */
export const nameTaken = (world: World, name: string, except = ''): boolean =>
  [...world.servers.values()].some(row => row.name === name && row.id !== except && row.pendingDeletedAt === 0)

const transliterations = new Map([['服', 'fu'], ['务', 'wu'], ['器', 'qi']])

export const hostnameOf = (name: string): string =>
  [...name].map(character => transliterations.get(character) ?? (/\p{Script=Han}/u.test(character) ? 'zi' : character)).join('').replaceAll(/[^A-Za-z0-9.-]/g, '')
