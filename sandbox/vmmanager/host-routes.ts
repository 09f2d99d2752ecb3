import { textOf } from '../kit/json.ts'
import type { SimulatedReply } from '../kit/simulator.ts'
import { changeHost } from './actions.ts'
import { get, invalidValue, ok, onHost, owns, post, text, type Call, type Route } from './call.ts'
import { createBody, createHost } from './create.ts'
import { hostRow } from './host-view.ts'
import { list } from './lists.ts'

/** The list of 2022 had no `size`. */
const listHosts = (call: Call): SimulatedReply => list(
  call,
  [...call.platform.hosts.values()].filter(host => owns(call, host.accountId)).map(host => hostRow(call.platform, host)),
  call.platform.knobs.hostShape !== '2022'
)

/** The root path takes no resources; it has no task, the change is there at once. */
const editHost = changeHost((call, host) => {
  const name = textOf(call.body, 'name')
  if (name?.trim() === '') return invalidValue('name')
  host.name = name ?? host.name
  host.comment = textOf(call.body, 'comment') ?? host.comment
  return ok({ id: host.id })
})

export const hostRoutes: readonly Route[] = [
  get('/vm/v3/host', listHosts),
  post('/vm/v3/host', createHost, { body: createBody, required: ['name'] }),
  post('/vm/v3/host/:id', editHost, { body: { name: text, comment: text } }),
  get('/vm/v3/host/:id/vnc_settings', onHost((_, { id }) =>
    ok({ vnc_port: 5900 + id, vnc_password: `SECRET-vnc-${id}` })), { inferred: true })
]
