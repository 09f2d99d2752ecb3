import { openAccounts } from '../accounts.ts'
import type { AccountSettings } from '../config/load.ts'
import { createMemoryTokenStore } from '../state/memory/token-store.ts'
import { createMemoryBuckets } from '../state/token-bucket.ts'
import { silentObserver } from '../telemetry/observer.ts'
import type { Account } from '../transport/account.ts'

/** Opens accounts for a command that ends, and closes their connections behind it. */
export async function withAccounts<T> (settings: readonly AccountSettings[], work: (accounts: readonly Account[]) => Promise<T>): Promise<T> {
  const opened = openAccounts(settings, { tokens: createMemoryTokenStore(), buckets: createMemoryBuckets(), observer: silentObserver, secret: '', report: () => {} })
  try {
    return await work(opened.map(({ account }) => account))
  } finally {
    await Promise.all(opened.map(async one => { await one.close() }))
  }
}
