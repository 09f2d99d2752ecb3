/** Every switch of the simulated platform; read at each request, so a test may change one at any time. */
export interface VmmanagerKnobs {
  /** The next N requests of any kind answer 503 and nothing is executed; counts down by itself. */
  suspend: number
  suspendBody: 'json' | 'html' | 'empty'
  /** Milliseconds from an accepted action to its new state. */
  actionMs: number
  createMs: number
  badTokenCode: 3001 | 1000
  /** `item`: every scalar of the row can be filtered; `evidenced`: only the fields seen in public clients. */
  filterFields: 'item' | 'evidenced'
  limit: 'offset-count' | 'from-to'
  /** The most rows in one answer, whatever `limit` says; null for no cap. */
  pageCap: number | null
  size: boolean
  sizeMeans: 'total' | 'page'
  /** `lean` is the newer row without `os` and with only an id in `cluster`. */
  hostShape: 'newer' | 'lean' | '2022'
  hostUnknownStatus: 404 | 400
  /** Refusals other than 401, 405 and 5xx arrive with status 200 and an `error` body. */
  errorsAs200: boolean
  /** Milliseconds until a new task appears in the task list. */
  taskRowDelayMs: number
  restart: 'two-tasks' | 'single-task'
  failedWord: 'failed' | 'fail'
  /** Task name (or `*`) to the number of coming tasks that shall fail; counts down. */
  failTasks: Record<string, number>
  /** An action on a host with an unfinished task: put behind it, or 409. */
  busy: 'queue' | 'refuse'
  /** Start of a running host, stop of a stopped one: a task that changes nothing, or 409. */
  sameState: 'accept' | 'refuse'
  /** False: endpoints whose shape is only inferred answer like unknown routes. */
  inferred: boolean
}

export const createKnobs = (given: Partial<VmmanagerKnobs> = {}): VmmanagerKnobs => ({
  suspend: 0,
  suspendBody: 'json',
  actionMs: 1500,
  createMs: 3000,
  badTokenCode: 3001,
  filterFields: 'item',
  limit: 'offset-count',
  pageCap: null,
  size: true,
  sizeMeans: 'total',
  hostShape: 'newer',
  hostUnknownStatus: 404,
  errorsAs200: false,
  taskRowDelayMs: 0,
  restart: 'two-tasks',
  failedWord: 'failed',
  failTasks: {},
  busy: 'queue',
  sameState: 'accept',
  inferred: true,
  ...given
})
