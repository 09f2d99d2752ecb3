import type { SimulatedReply } from '../simulator.ts'
import { natural, oneOf, text, textOf } from './body.ts'
import type { Call, Route } from './call.ts'
import { get, idOf, ok, owns, post, remove } from './call.ts'
import { conflict, invalidValue, notFound } from './errors.ts'
import { list } from './lists.ts'
import type { Platform, Row, UserRecord } from './model.ts'
import { disksOf } from './model.ts'

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

function accountRow (platform: Platform, user: UserRecord): Row {
  const hosts = [...platform.hosts.values()].filter(host => host.accountId === user.id)
  return {
    id: user.id,
    email: user.email,
    state: user.state,
    auth_source: 'local',
    roles: [user.role],
    host_count: hosts.length,
    cpu_count: sum(hosts.map(host => host.cpuNumber)),
    ram_mib: sum(hosts.map(host => host.ramMib)),
    hdd_mib: sum(hosts.flatMap(host => disksOf(platform, host.id).map(disk => disk.sizeMib))),
    host_ids: hosts.map(host => host.id)
  }
}

const listAccounts = (call: Call): SimulatedReply => list(call, [...call.platform.users.values()]
  .filter(user => owns(call, user.id))
  .map(user => accountRow(call.platform, user)))

function getAccount (call: Call): SimulatedReply {
  const user = call.platform.users.get(idOf(call))
  if (user === undefined || !owns(call, user.id)) return notFound('account')
  return ok({ id: user.id, email: user.email, state: user.state })
}

function createAccount ({ platform, body }: Call): SimulatedReply {
  const email = textOf(body, 'email') ?? ''
  const password = textOf(body, 'password') ?? ''
  if (!/^[^@\s]+@[^@\s]+$/.test(email)) return invalidValue('email')
  if (password.length < platform.knobs.minimumPassword) return invalidValue('password')
  if ([...platform.users.values()].some(user => user.email === email)) return conflict('Account exists')
  const id = Math.max(...platform.users.keys()) + 1
  platform.users.set(id, { id, email, password, role: textOf(body, 'role') ?? '@user', state: 'active' })
  return ok({ id })
}

function removeUser (call: Call): SimulatedReply {
  const { platform } = call
  const id = idOf(call)
  if (!platform.users.has(id)) return notFound('user')
  const isNeeded = id === call.user.id || [...platform.hosts.values()].some(host => host.accountId === id)
  if (isNeeded) return conflict('User has hosts')
  platform.users.delete(id)
  return ok({ id })
}

const limitNames = [
  'host_count', 'image_count', 'image_count_total', 'cpu_number', 'cpu_number_total', 'ram_mib', 'ram_mib_total', 'hdd_mib',
  'hdd_mib_total', 'ipv4_number', 'ipv4_number_total', 'vxlan_count_total'
]

const onLimits = (run: (call: Call, id: number) => SimulatedReply) => (call: Call): SimulatedReply =>
  call.platform.users.has(idOf(call)) ? run(call, idOf(call)) : notFound('account')

const limitsOf = ({ platform }: Call, id: number) =>
  ({ ...Object.fromEntries(limitNames.map(name => [name, null])), ...platform.limits.get(id) })

const setLimits = onLimits((call, id) => {
  call.platform.limits.set(id, { ...call.platform.limits.get(id), ...call.body })
  return ok({ id })
})

const newAccount = {
  email: text, full_name: text, password: text, phone_number: text, role: oneOf('@admin', '@advanced_user', '@user')
}

export const accountRoutes: readonly Route[] = [
  get('/vm/v3/account', listAccounts),
  get('/vm/v3/account/:id', getAccount),
  post('/vm/v3/account', createAccount, { access: 'admin', body: newAccount, required: ['email', 'password'] }),
  remove('/vm/v3/user/:id', removeUser, { access: 'admin' }),
  get('/vm/v3/user_limits/account/:id', onLimits((call, id) => ok(limitsOf(call, id))), { access: 'admin' }),
  post('/vm/v3/user_limits/account/:id', setLimits, {
    access: 'admin',
    body: Object.fromEntries(limitNames.map(name => [name, natural]))
  })
]
