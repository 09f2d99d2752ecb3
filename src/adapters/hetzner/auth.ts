import type { SignIn } from '../contract.ts'
import type { HetznerAccount } from './settings.ts'

/** Tokens are made in the console and do not expire: there is no sign-in, and a refusal is final. */
export const signIn = (): SignIn | null => null

export const authorization = ({ token }: HetznerAccount): Record<string, string> => ({ authorization: `Bearer ${token}` })
