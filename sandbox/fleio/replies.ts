import type { SimulatedReply } from '../simulator.ts'

export const ok = (body: unknown): SimulatedReply => ({ status: 200, body })
export const accepted = (detail: string): SimulatedReply => ok({ detail })
export const madeReply = (body: unknown): SimulatedReply => ({ status: 201, body })
export const goneReply: SimulatedReply = { status: 204 }

export const detailReply = (status: number, detail: string, headers: Record<string, string> = {}): SimulatedReply =>
  ({ status, headers, body: { detail } })

const html = (status: number, title: string, text: string): SimulatedReply => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: `<!doctype html>\n<html lang="en">\n<head><title>${title}</title></head>\n<body><h1>${title}</h1><p>${text}</p></body>\n</html>\n`
})

/** Django's own answers: they are pages, not JSON. */
export const noRoute = html(404, 'Not Found', 'The requested resource was not found on this server.')
export const crash = html(500, 'Server Error (500)', '')

export const openstackRefusesSignIn = detailReply(417, 'OpenStack authentication failed')
export const openstackUnreachable = detailReply(504, 'Can not connect to service api')
export const unlicensed = detailReply(402, 'License not found')
export const throttled = (seconds: number): SimulatedReply =>
  detailReply(429, `Request was throttled. Expected available in ${seconds} seconds.`, { 'retry-after': String(seconds) })

/** Ends a request with this answer, from however deep. */
export const refusal = (reply: SimulatedReply): Error => new Error('refused', { cause: reply })
export const refuse = (status: number, detail: string): Error => refusal(detailReply(status, detail))
export const notFound = (): Error => refuse(404, 'Not found.')
export const invalid = (errors: unknown): Error => refusal({ status: 400, body: errors })

export const isReply = (value: unknown): value is SimulatedReply =>
  typeof value === 'object' && value !== null && 'status' in value && typeof value.status === 'number'
