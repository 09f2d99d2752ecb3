import type { z } from 'zod'
import type { Upstream } from '../contract.ts'
import { readAnswer } from './answer.ts'
import { authorization } from './auth.ts'
import { callFailure, type Tell } from './failures.ts'
import type { VmmanagerAccount } from './settings.ts'

export interface Reading<T> {
  /** The vendor's function without ids. */
  readonly name: string
  /** From the platform's root, ids already encoded. */
  readonly path: string
  readonly schema: z.ZodType<T>
  readonly tell: Tell
}

export interface Writing<T> {
  readonly name: string
  /** There is no PUT and no PATCH on the platform. */
  readonly method?: 'POST' | 'DELETE'
  readonly path: string
  /** Nothing but known members: the platform refuses a body with others. */
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  readonly schema: z.ZodType<T>
  readonly assumed: T
  readonly tell?: Tell
}

export type Senders = ReturnType<typeof createSenders>

/** The two ways to ask the platform. */
export const createSenders = (account: VmmanagerAccount, upstream: Upstream) => ({
  read: async <T>({ name, path, schema, tell }: Reading<T>): Promise<T> => await upstream.send({
    name,
    intent: 'read',
    build: token => ({
      method: 'GET',
      url: `${account.url}${path}`,
      headers: { ...authorization(account, token), accept: 'application/json' }
    }),
    read: response => readAnswer(schema, response, tell)
  }),
  write: async <T>({ name, method = 'POST', path, body, headers = {}, schema, assumed, tell = callFailure }: Writing<T>): Promise<T> => await upstream.send({
    name,
    intent: 'write',
    assumed,
    build: token => ({
      method,
      url: `${account.url}${path}`,
      headers: {
        ...authorization(account, token),
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    }),
    read: response => readAnswer(schema, response, tell)
  })
})

/** A filter as the platform reads it; spaces between the words, encoded once. */
export const where = (condition: string): string => new URLSearchParams({ where: condition }).toString()
