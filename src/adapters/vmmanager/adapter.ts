import type { Adapter, Job, JobState, List, PageRequest, VendorPage } from '../contract.js'
import { compareNumericIds } from '../../domain/compare.js'
import { UpstreamError } from '../../domain/failure.js'
import type { Seen } from '../../domain/list.js'
import { signIn } from './auth.js'
import { createClient, type VmmanagerClient } from './client.js'
import { taskOf, toAccepted, toJobState, toReason } from './mapping.js'
import type { TaskWire } from './schema.js'
import { example, vmmanagerAccountSchema, type VmmanagerAccount } from './settings.js'

export const vmmanager: Adapter<VmmanagerAccount> = {
  id: 'vmmanager',
  title: 'VMmanager 6',
  account: vmmanagerAccountSchema,
  example,
  secretMembers: [],
  signIn,
  connect: (account, upstream) => {
    const client = createClient(account, upstream)
    return {
      list: createList(client),
      get: {
        evidence: 'documented',
        run: async id => await findServer(client, idOf(id))
      },
      start: {
        evidence: 'observed',
        run: async id => toAccepted(await client.act(idOf(id), 'start', false), 'host_start')
      },
      stop: {
        evidence: 'observed',
        accepts: ['force'],
        run: async (id, { force }) => toAccepted(await client.act(idOf(id), 'stop', force === true), 'host_stop')
      },
      reboot: {
        evidence: 'observed',
        accepts: ['force'],
        run: async (id, { force }) => toAccepted(await client.act(idOf(id), 'restart', force === true), 'host_restart')
      },
      jobs: async jobs => {
        const { list } = await client.listTasks(jobs.map(job => idOf(job.id)))
        return await Promise.all(jobs.map(async job => await lookAtJob(client, job, taskOf(job, list))))
      }
    }
  }
}

/** Servers and tasks have decimal numbers; anything else can not exist there, and must not get into a filter. */
function idOf (id: string): string {
  if (!/^[1-9]\d{0,18}$/.test(id)) throw new UpstreamError('not-found', 'nothing has such an id there', { notAttempted: true })
  return id
}

const createList = (client: VmmanagerClient): List => ({
  evidence: 'documented',
  paging: 'key',
  pageSize: 200,
  ordered: true,
  compareIds: compareNumericIds,
  run: async page => await listPage(client, page)
})

/** How a quote or a wildcard would be escaped in a filter is not documented: only names that need none are sent. */
const plainName = /^[A-Za-z0-9._-]{1,100}$/

async function listPage (client: VmmanagerClient, { filters, after, limit }: PageRequest): Promise<VendorPage> {
  const name = filters.name !== undefined && plainName.test(filters.name) ? filters.name : undefined
  const { list, size } = await client.listHosts({ name, after: after === null ? null : idOf(after), limit })
  const told = size ?? 0
  // A platform may give fewer rows than asked for; where it tells a larger number of matches, there are more.
  const last = list.length === 0 || (list.length < limit && told <= list.length)
  // Whether `size` counts the page or all matches is not documented: a full page of that size may be either.
  const total = after === null && typeof size === 'number' && (last ? told === list.length : told > list.length) ? size : null
  return { rows: list, start: 0, last, total }
}

async function findServer (client: VmmanagerClient, id: string): Promise<Seen> {
  const { list } = await client.findHost(id)
  const seen = list.find(({ server }) => server.id === id)
  if (seen === undefined) throw new UpstreamError('not-found', 'the provider has no server with this id')
  return seen
}

/** Why a task failed stands in the task itself, not in the list. */
async function lookAtJob (client: VmmanagerClient, job: Job, task: TaskWire | undefined): Promise<JobState> {
  const state = toJobState(job, task)
  const rowId = task?.id ?? null
  return state.status === 'failed' && rowId !== null ? { ...state, error: await reasonOf(client, rowId) } : state
}

/** That the task failed is known already: a reason that can not be read is none. */
async function reasonOf (client: VmmanagerClient, rowId: string): Promise<string | null> {
  try {
    return toReason(await client.getTask(rowId))
  } catch (error) {
    if (error instanceof UpstreamError) return null
    throw error
  }
}
