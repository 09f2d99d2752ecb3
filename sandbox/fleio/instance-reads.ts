import type { SimulatedReply } from '../simulator.ts'
import { parameter, type Call, type Route } from './call.ts'
import type { Field } from './filters.ts'
import { findInstance } from './instances.ts'
import { requireOpenstack } from './lifecycle.ts'
import { answerList, type Listing } from './lists.ts'
import { invalid, notFound, ok, refuse } from './replies.ts'
import type { HistoryRow } from './records.ts'

const withConsole = new Set(['active', 'rescued', 'booted_from_iso', 'resized', 'paused'])

/** The URL is a one-time secret in each of its three shapes. */
function consoleUrl (call: Call): SimulatedReply {
  const { world } = call
  const instance = findInstance(call)
  requireOpenstack(world)
  if (!withConsole.has(instance.status)) throw refuse(400, 'Unable to get the console of this instance')
  world.serial += 1
  const url = `http://console.example.net:6080/vnc_auto.html?token=SECRET-CONSOLE-${world.serial}`
  switch (world.knobs.consoleShape) {
    case 'remote': return ok({ remote_console: { protocol: 'vnc', type: 'novnc', url } })
    case 'old-nova': return ok({ console: { type: 'novnc', url } })
    case 'lxd': return ok({
      url: `lxc/lxc.html?compute_node=node1&endpoint=ws://192.0.2.10:8080&id=instance-0000002a&uuid=${instance.id}&tenant_id=0f6b1c7a9d3e4f5a8b2c1d0e9f8a7b6c&auth=SECRET-KEYSTONE-${world.serial}`,
      lxc: true
    })
  }
}

function consoleOutput (call: Call): SimulatedReply {
  const instance = findInstance(call)
  requireOpenstack(call.world)
  const asked = parameter(call, 'length') ?? '50'
  if (!/^\d+$/.test(asked) || Number(asked) > 1000) throw invalid({ length: ['Ensure this value is between 0 and 1000.'] })
  const lines = ['Booting...', `${instance.name} login: `]
  return ok({ console_text: lines.slice(-Number(asked)).join('\n'), length: Number(asked) })
}

const column = (read: (row: HistoryRow) => string | null): Field<HistoryRow> => ({ kind: 'text', read })

const historyListing: Listing<HistoryRow> = {
  fields: new Map([
    ['start_time', { kind: 'time', read: row => row.start_time }],
    ['action', column(row => row.action)],
    ['request_id', column(row => row.request_id)]
  ]),
  plain: [],
  orderable: ['start_time', 'action'],
  defaultOrder: '-start_time'
}

const history = (call: Call): SimulatedReply => answerList(call, findInstance(call).history, historyListing, row => row)

function historyDetail (call: Call): SimulatedReply {
  const row = findInstance(call).history.find(candidate => candidate.request_id === parameter(call, 'request_id'))
  if (row === undefined) throw notFound()
  const event = { event: `compute__do_${row.action}`, result: 'Success', start_time: row.start_time, finish_time: row.start_time, traceback: null }
  return ok({ ...row, events: [event] })
}

export const readRoutes: readonly Route[] = [
  { path: 'openstack/instances/:id/get_console_url', verbs: { GET: consoleUrl } },
  { path: 'openstack/instances/:id/get_console_output', verbs: { GET: consoleOutput } },
  { path: 'openstack/instances/:id/actions', verbs: { GET: history } },
  { path: 'openstack/instances/:id/action_details', only: 'staff', verbs: { GET: historyDetail } }
]
