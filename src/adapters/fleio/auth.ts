import type { SignIn } from '../contract.ts'
import type { FleioAccount } from './settings.ts'

/** Keys are created by an operator and do not expire: there is no sign-in, and a refusal is final. */
export const signIn = (): SignIn | null => null

/** The vendor treats `Bearer` as no credentials. */
export const authorization = ({ token }: FleioAccount): Record<string, string> => ({ authorization: `Token ${token}` })
