import type { Token } from '../adapters/contract.ts'
import type { StoredToken } from '../state/token-store.ts'

const lifetimeWithoutEndMs = 24 * 3600_000

/** Renewed a minute before its end, or a tenth of its life before for short ones. */
export const toStored = (token: Token, at: number): StoredToken =>
  ({ ...token, renewAt: token.expiresAt === null ? null : token.expiresAt - marginMs(token.expiresAt - at) })

/** How long the token may still be used without being asked for again. */
export function remainingMs (token: StoredToken, lastUsed: number, at: number): number {
  const untilEnd = token.renewAt === null ? lifetimeWithoutEndMs : token.renewAt - at
  const untilIdle = token.idleMs === null ? lifetimeWithoutEndMs : lastUsed + token.idleMs - marginMs(token.idleMs) - at
  return Math.min(untilEnd, untilIdle)
}

const marginMs = (lifetimeMs: number): number => Math.min(60_000, Math.max(0, lifetimeMs) / 10)
