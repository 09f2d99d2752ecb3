import type { SimulatedReply } from './simulator.ts'

/** Thrown at any depth, it ends a request with this answer. */
export const refusal = (reply: SimulatedReply): Error => new Error('refused', { cause: reply })

const isReply = (value: unknown): value is SimulatedReply =>
  typeof value === 'object' && value !== null && 'status' in value && typeof value.status === 'number'

/** The answer that ended the request; null for any other error. */
export const replyOf = (error: unknown): SimulatedReply | null => error instanceof Error && isReply(error.cause) ? error.cause : null

/** The answer of `run`, or the refusal that it threw. */
export function answered (run: () => SimulatedReply): SimulatedReply {
  try {
    return run()
  } catch (error) {
    const reply = replyOf(error)
    if (reply === null) throw error
    return reply
  }
}
