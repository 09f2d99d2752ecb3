import type { SignIn } from '../contract.ts'
import type { FleioAccount } from './settings.ts'

/** Keys are made by an operator and do not expire: there is nothing to sign in to, and a refusal is final. */
export const signIn = (): SignIn | null => null

/** `Bearer` would count as no credentials at all. */
export const authorization = ({ token }: FleioAccount): Record<string, string> => ({ authorization: `Token ${token}` })
