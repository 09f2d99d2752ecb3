import type { SimulatedReply } from '../simulator.ts'
import type { Call, Route } from './call.ts'
import { get, idOf, ok, owns, post } from './call.ts'
import { notFound } from './errors.ts'
import { list } from './lists.ts'
import type { TaskRecord } from './model.ts'
import { abort, isVisible, taskRow } from './tasks.ts'

const visibleTasks = (call: Call): TaskRecord[] => [...call.platform.tasks.values()]
  .filter(task => owns(call, task.accountId) && isVisible(call.platform, task))

const listTasks = (call: Call): SimulatedReply => list(call, visibleTasks(call).map(task => taskRow(call.platform, task)))

/** The path takes the row's id; an action's number (the consul id) finds nothing here. */
const onTask = (run: (call: Call, task: TaskRecord) => SimulatedReply) => (call: Call): SimulatedReply => {
  const task = visibleTasks(call).find(candidate => candidate.id === idOf(call))
  return task === undefined ? notFound('task') : run(call, task)
}

const getTask = onTask(({ platform }, task) => {
  const { running_time: runningTime, waiting_time: waitingTime, ...row } = taskRow(platform, task)
  if (platform.knobs.taskShape === 'flat') return ok(row)
  const output = task.settled && task.fails ? `Task ${task.name} failed: not enough resources on the node` : ''
  return ok({ task: { id: task.id, name: task.name, status: row['status'], output } })
})

const abortTask = onTask(({ platform }, task) => {
  abort(platform, task)
  return ok({ id: task.id })
})

export const taskRoutes: readonly Route[] = [
  get('/vm/v3/task', listTasks),
  get('/vm/v3/task/:id', getTask),
  post('/vm/v3/task/:id/abort', abortTask)
]
