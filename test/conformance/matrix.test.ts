import t from 'tap'
import { capabilityNames, type Capability } from '../../src/domain/capability.ts'
import { serverActions, type Server } from '../../src/domain/server.ts'
import { capabilitiesOf, providerCapabilities, unreachable } from '../../src/adapters/capabilities.ts'
import { accountsOf, listServers, openBench, registry, type Bench, type Body } from './bench.ts'
import { password, vendors } from './vendors.ts'

/** What must be offered: d documented or observed in working code, i inferred, - absent. */
const matrix = `
                    heficed fleio glesys vmmanager onecloud hetzner openstack digitalocean
  list              d       d     d      d         d        d       d         d
  get               d       d     d      d         d        d       d         d
  create            d       d     d      d         d        d       d         d
  delete            d       d     d      d         d        d       d         d
  start             i       d     d      d         d        d       d         d
  stop              d       d     d      d         d        d       d         d
  reboot            i       d     d      d         d        d       d         d
  resize            i       i     d      d         d        d       d         d
  rename            i       i     d      d         d        d       d         d
  protect           -       -     -      -         d        d       -         -
  rebuild           i       i     -      d         d        d       d         d
  rescue            i       i     -      i         d        d       d         -
  unrescue          i       i     -      i         d        d       d         -
  password          i       i     -      d         d        d       d         d
  console           i       i     d      i         d        d       d         -
  snapshots.list    -       i     -      -         d        d       d         d
  snapshots.create  -       i     -      -         d        d       d         d
  snapshots.restore -       -     -      -         d        d       d         d
  snapshots.delete  -       -     -      -         d        d       d         d
  addresses.list    d       i     d      d         d        d       d         d
  addresses.attach  d       i     d      d         d        d       d         d
  addresses.detach  d       i     d      d         d        d       d         d
  ptr               -       -     d      d         -        d       -         -
  images            d       i     d      d         d        d       d         d
  plans             -       i     -      d         d        d       d         d
  regions           -       i     d      d         d        d       d         d
  ssh_keys          d       i     d      d         d        d       d         d
  networks          -       i     d      d         d        d       d         d
  owners.list       -       d     -      d         d        -       -         -
  owners.create     -       d     -      d         d        -       -         -
  login_link        -       -     -      d         -        -       -         -
  raw               d       d     d      d         d        d       d         d`

const [header = [], ...lines] = matrix.trim().split('\n').map(line => line.trim().split(/\s+/))
const letterOf = ({ evidence }: Capability): string => evidence === null ? '-' : evidence === 'inferred' ? 'i' : 'd'

t.test('each provider declares exactly the verbs it must offer, with at least the required evidence', async t => {
  t.same([...registry.keys()].sort(), header.filter(id => registry.has(id) || process.env.HAWSER_PROVIDERS === undefined).sort())
  t.same(lines.map(([verb]) => verb), capabilityNames)
  for (const adapter of registry.values()) {
    const column = header.indexOf(adapter.id)
    const capabilities = providerCapabilities(adapter)
    t.same(
      capabilityNames.map(name => `${name} ${letterOf(capabilities[name] ?? { support: 'none', evidence: null, accepts: [], note: null })}`),
      lines.map(([verb, ...letters]) => `${verb} ${letters[column]}`),
      adapter.id
    )
    for (const [name, { support, evidence, accepts, note }] of Object.entries(capabilities)) {
      t.equal(support === 'none', evidence === null, `${adapter.id}: ${name} is there with its evidence or absent without one`)
      if (support === 'none') t.same([accepts, note], [[], null], `${adapter.id}: nothing is told of an absent ${name}`)
      t.equal(new Set(accepts).size, accepts.length, `${adapter.id}: ${name} names each member once`)
    }
  }
})

t.test('an account without a scope of the provider lacks the verbs of that scope, and no others', async t => {
  if (!registry.has('heficed')) return
  const vendor = await vendors['heficed']?.()
  await vendor?.simulator.close()
  const adapter = registry.get('heficed')
  const [settings] = Object.values(vendor?.accounts ?? {})
  if (adapter === undefined || settings === undefined) { t.ok(false, 'there is such a provider'); return }
  const verbsWith = (scopes: readonly string[]): string[] => Object.entries(capabilitiesOf(adapter.connect(adapter.account.parse({ ...settings, scopes }), unreachable)))
    .flatMap(([name, { support }]) => support === 'none' ? [] : [name])
  const bare = verbsWith(['kronoscloud'])
  t.same(verbsWith(['kronoscloud', 'ipswitch']).filter(name => !bare.includes(name)), ['addresses.list', 'addresses.attach', 'addresses.detach'])
  t.same(verbsWith(['kronoscloud', 'sshkeys']).filter(name => !bare.includes(name)), ['ssh_keys'])
})

const bodies = ({ vendor: { choices }, verbs }: Bench, status: string): Readonly<Record<string, Body>> => ({
  resize: choices.larger,
  rename: { name: `renamed-${status}` },
  rebuild: { image: choices.image, ...(verbs.rebuild?.accepts?.includes('password') === true ? { password } : {}) },
  password: verbs.password?.accepts?.includes('password') === true ? { password } : {}
})

/** By state, one that shows it in the vendor's usual word. What a server in an unknown state or in error allows is a guess, and said to be one. */
function samplesOf (servers: readonly Server[]): Map<string, Server> {
  const samples = new Map<string, Server>()
  const likeOf = (server: Server): number => servers.filter(other => other.status === server.status && other.provider_status === server.provider_status).length
  for (const server of servers) {
    const known = samples.get(server.status)
    if (server.status !== 'unknown' && server.status !== 'error' && (known === undefined || likeOf(known) < likeOf(server))) samples.set(server.status, server)
  }
  return samples
}

t.test('the provider does not refuse an allowed action because of the server\'s state', { jobs: 5 }, async t => {
  for (const adapter of registry.values()) {
    t.test(adapter.title, { buffered: true }, async t => {
      const [account = ''] = await accountsOf(adapter.id)
      for (const action of serverActions) {
        await t.test(action, async t => {
          const bench = await openBench(t, adapter.id, account)
          if (!bench.can(action)) return
          const samples = samplesOf((await listServers(bench)).filter(server => server.allowed_actions.includes(action)))
          t.ok(samples.size > 0, 'some server allows it')
          for (const [status, { id }] of samples) {
            const path = `/servers/${encodeURIComponent(id)}`
            const body = bodies(bench, status)[action]
            const answer = action === 'delete'
              ? await bench.ask('DELETE', path)
              : await bench.ask(action === 'rename' ? 'PATCH' : 'POST', action === 'rename' ? path : `${path}/${action}`, { body })
            t.notMatch(answer.body, { type: '/problems/conflict' }, `${status}: ${answer.text.slice(0, 400)}`)
            t.ok(answer.status < 500, `${status}: ${answer.status} ${answer.text.slice(0, 400)}`)
          }
        })
      }
    })
  }
})
