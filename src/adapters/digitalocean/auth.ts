import type { SignIn } from '../contract.ts'
import type { DigitaloceanAccount } from './settings.ts'

/** Tokens are made in the control panel: there is no sign-in, and a refusal is final. */
export const signIn = (): SignIn | null => null

export const authorization = ({ token }: DigitaloceanAccount): Record<string, string> => ({ authorization: `Bearer ${token}` })
