import type { Test } from 'tap'
import { askOf, type Ask } from '../helpers/api.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { readCloud, signIn, startReal, type Ask as AskCloud, type Cloud, type RealCloud } from './real.ts'

export interface RealBench {
  readonly cloud: Cloud
  readonly real: RealCloud
  readonly ask: Ask
  /** The cloud itself, past gateway and proxy. */
  readonly askCloud: AskCloud
  /** Of the account's user in the cloud. */
  readonly userId: string
  /** An order of the smallest server. */
  readonly order: Readonly<Record<string, unknown>>
  /** Another account of the same gateway. */
  askAs(account: string): Ask
}

/** The running cloud behind a whole gateway, in real time. `more` are further accounts, made from the first one's settings. */
export async function openReal (t: Test, more: (settings: Readonly<Record<string, string>>) => Readonly<Record<string, object>> = () => ({})): Promise<RealBench> {
  const cloud = readCloud(process.env.HAWSER_OPENSTACK ?? '')
  const real = await startReal(cloud)
  const accounts = Object.fromEntries(Object.entries({ stack: real.settings, ...more(real.settings) }).map(([id, settings]) => [id, { provider: 'openstack', ...settings }]))
  const { app, close } = await composeGateway({ accounts })
  t.teardown(async () => {
    await close()
    await real.close()
  })
  const { ask: askCloud, userId } = await signIn(cloud)
  return {
    cloud,
    real,
    ask: askOf(app, 'stack'),
    askCloud,
    userId,
    order: { plan: '1', image: real.images['debian-12'], networks: ['none'] },
    askAs: account => askOf(app, account)
  }
}
