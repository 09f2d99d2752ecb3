import type { SimulatedRequest } from '../simulator.ts'
import { detailReply, refusal, throttled, unlicensed } from './replies.ts'
import type { UserKind, World } from './world.ts'

const unauthenticated = (detail: string): Error => refusal(detailReply(401, detail, { 'www-authenticate': 'Token' }))

/** Token keys never expire; a key of the other kind of user is as wrong as an unknown one (401, not 403). */
export function authenticate (world: World, request: SimulatedRequest, api: UserKind): void {
  const kind = world.tokens.get(readKey(request.headers.authorization ?? ''))
  if (kind === undefined) throw unauthenticated('Invalid token.')
  if (!world.knobs.userActive) throw unauthenticated('User inactive or deleted.')
  if (kind !== api) throw unauthenticated('Incorrect authentication credentials.')
  if (!world.knobs.licensed) throw refusal(unlicensed)
  throttle(world)
}

function readKey (header: string): string {
  const words = header.split(/\s+/).filter(word => word !== '')
  const [scheme, key] = words
  if (scheme?.toLowerCase() !== 'token') throw unauthenticated('Authentication credentials were not provided.')
  if (key === undefined) throw unauthenticated('Invalid token header. No credentials provided.')
  if (words.length > 2) throw unauthenticated('Invalid token header. Token string should not contain spaces.')
  return key
}

function throttle (world: World): void {
  const limit = world.knobs.requestsPerMinute
  if (limit === null) return
  const now = world.clock()
  world.recentCalls = world.recentCalls.filter(at => at > now - 60_000)
  const oldest = world.recentCalls[0]
  if (world.recentCalls.length >= limit) throw refusal(throttled(Math.ceil(((oldest ?? now) + 60_000 - now) / 1000)))
  world.recentCalls.push(now)
}

/** A key for that user; those of 2023 and later stand beside the older ones and begin with `stc`. */
export function issueToken (world: World, kind: UserKind): string {
  world.serial += 1
  const start = world.knobs.inferred ? 'stcSECRET' : 'SECRET'
  const key = `${start}${kind}`.padEnd(32, '0') + String(world.serial).padStart(8, '0')
  world.tokens.set(key, kind)
  return key
}
