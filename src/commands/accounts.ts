import { randomUUID } from 'node:crypto'
import { openAccounts } from '../accounts.ts'
import type { Config } from '../config/load.ts'
import { systemClock } from '../domain/clock.ts'
import type { UpstreamError } from '../domain/failure.ts'
import { createMemoryStores } from '../state/stores.ts'
import { silentObserver } from '../telemetry/observer.ts'
import type { Account } from '../transport/account.ts'
import { backgroundCall } from '../transport/context.ts'
import { createRepeatedAnswers } from '../transport/repeated-answers.ts'

/** The accounts of a configuration for one command: shares nothing with other processes, and everything is closed at the end. */
export async function withAccounts<T> ({ accounts, secret }: Config, work: (accounts: readonly Account[]) => Promise<T>): Promise<T> {
  const { tokens, tokenBuckets } = createMemoryStores()
  const opened = openAccounts(accounts, {
    tokens,
    tokenBuckets,
    clock: systemClock,
    observer: silentObserver,
    secret: secret?.[0] ?? '',
    random: Math.random,
    repeatedAnswers: createRepeatedAnswers(),
    report: () => {}
  })
  try {
    return await work(opened.map(({ account }) => account))
  } finally {
    await Promise.all(opened.map(async one => { await one.close() }))
  }
}

/** The context of a command's calls. */
export const callOf = (account: Account, command: string) =>
  backgroundCall(account, `${command}-${randomUUID()}`, new AbortController().signal)

/** Without secrets. */
export const reasonOf = (account: Account, { message, options }: UpstreamError): string =>
  account.safeText([message, options.vendorMessage ?? ''].filter(text => text !== '').join(': '))
