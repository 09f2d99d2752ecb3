export type Json = Record<string, unknown>

export const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
export const record = (value: unknown): Json => isRecord(value) ? value : {}
export const records = (value: unknown): Json[] => Array.isArray(value) ? value.map(record) : []

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Empty where the answer is no JSON object. */
  readonly body: Json
}

/** Sends a request to a simulator. */
export async function send (url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init)
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: record(parsed(text)) }
}

function parsed (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
