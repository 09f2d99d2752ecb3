import type { FastifyReply } from 'fastify'

/** The status that other servers log when the caller has left before the answer. */
const callerLeft = 499

/** Calls once, with the status, when the answer has gone out, or when the caller has left without one. */
export function onceAnswered (reply: FastifyReply, notify: (status: number) => void): void {
  const { raw } = reply
  const onFinish = (): void => { raw.off('close', onClose); notify(reply.statusCode) }
  const onClose = (): void => { raw.off('finish', onFinish); notify(raw.headersSent ? reply.statusCode : callerLeft) }
  raw.once('finish', onFinish)
  raw.once('close', onClose)
}
