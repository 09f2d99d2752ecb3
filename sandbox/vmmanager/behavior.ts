import { choice } from '../kit/json.ts'

const noFailures: Record<string, number> = {}

/** Every switch of the simulated platform; read at each request, so a test may change one at any time. */
export const defaultBehavior = () => ({
  /** The next N requests of any kind answer 503 and nothing is executed; counts down by itself. */
  suspend: 0,
  suspendBody: choice('json', 'html', 'empty'),
  /** Milliseconds from an accepted action to its new state. */
  actionMs: 1500,
  createMs: 3000,
  badTokenCode: choice(3001, 1000),
  /** `item`: every scalar of the row can be filtered; `evidenced`: only the fields seen in public clients. */
  filterFields: choice('item', 'evidenced'),
  limit: choice('offset-count', 'from-to'),
  /** The most rows in one answer, whatever `limit` says. */
  pageCap: Infinity,
  size: true,
  sizeMeans: choice('total', 'page'),
  /** `lean` is the newer row without `os` and with only an id in `cluster`. */
  hostShape: choice('newer', 'lean', '2022'),
  hostUnknownStatus: choice(404, 400),
  /** Refusals other than 401, 405 and 5xx arrive with status 200 and an `error` body. */
  errorsAs200: false,
  /** Milliseconds until a new task appears in the task list. */
  taskRowDelayMs: 0,
  restart: choice('two-tasks', 'single-task'),
  failedWord: choice('failed', 'fail'),
  /** Task name (or `*`) to the number of coming tasks that shall fail; counts down. */
  failTasks: { ...noFailures },
  /** An action on a host with an unfinished task: put behind it, or 409. */
  busy: choice('queue', 'refuse'),
  /** Start of a running host, stop of a stopped one: a task that changes nothing, or 409. */
  sameState: choice('accept', 'refuse'),
  /** False: endpoints whose shape is only inferred answer like unknown routes. */
  inferred: true
})

export type VmmanagerBehavior = ReturnType<typeof defaultBehavior>
