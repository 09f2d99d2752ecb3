import { createRepeatedAnswers } from '../transport/repeated-answers.ts'
import { openAccounts, type OpenedAccount } from '../accounts.ts'
import type { Config } from '../config/load.ts'
import { systemClock } from '../domain/clock.ts'
import { createMemoryStores } from '../state/stores.ts'
import { silentObserver } from '../telemetry/observer.ts'

/** The accounts of a configuration for one command: shares nothing with other processes, and everything is closed at the end. */
export async function withAccounts<T> ({ accounts, secret }: Config, work: (opened: readonly OpenedAccount[]) => Promise<T>): Promise<T> {
  const { tokens, tokenBuckets } = createMemoryStores()
  const opened = openAccounts(accounts, {
    tokens,
    tokenBuckets,
    clock: systemClock,
    observer: silentObserver,
    secret: secret?.[0] ?? '',
    random: Math.random,
    repeatedAnswers: createRepeatedAnswers({ random: Math.random }),
    report: () => {}
  })
  try {
    return await work(opened)
  } finally {
    await Promise.all(opened.map(async one => { await one.close() }))
  }
}
