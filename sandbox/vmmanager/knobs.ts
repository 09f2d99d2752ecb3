/** Every switch of the simulated platform; read at each request, so a test may change one at any time. */
export interface VmmanagerKnobs {
  /** The next N requests of any kind answer 503 and nothing is executed; counts down by itself. */
  suspend: number
  suspendBody: 'json' | 'html' | 'empty'
  /** How long an accepted action takes until the state changes. */
  actionMs: number
  createMs: number
  /** A token unused for so long is deleted; each accepted request renews it. */
  tokenIdleMs: number
  keyMs: number
  badTokenCode: 3001 | 1000
  loginStatus: 201 | 200
  /** How `id` is written in sign-in answers. */
  authId: 'string' | 'number'
  /** False: a second step is pending and the token of a sign-in is of no use yet. */
  confirmed: boolean
  /** Whether the key calls insist on the header `isp-box-instance: true`. */
  requireBoxInstance: boolean
  /** What a syntax error or an unknown field in a filter answers. */
  filterErrorStatus: 500 | 400
  /** `item`: every scalar of the row can be filtered; `evidenced`: only the fields seen in public clients. */
  filterFields: 'item' | 'evidenced'
  limit: 'offset-count' | 'from-to'
  /** The most rows in one answer, whatever `limit` says; null for no cap. */
  pageCap: number | null
  size: boolean
  sizeMeans: 'total' | 'page'
  /** `lean` is the newer row without `os` and with only an id in `cluster`. */
  hostShape: 'newer' | 'lean' | '2022'
  poolShape: 'newer' | '2022'
  nodeShape: '2024' | '2022'
  taskShape: 'nested' | 'flat'
  presetDisk: 'disks' | 'hdd_mib'
  hostUnknownStatus: 404 | 400
  /** Refusals other than 401, 405 and 5xx arrive with status 200 and an `error` body. */
  errorsAs200: boolean
  /** How long a new task stays out of the task list. */
  taskRowDelayMs: number
  /** A second row (`ip_allocate`) with the consul id of `host_create`. */
  twinTaskRow: boolean
  restart: 'two-tasks' | 'single-task'
  failedWord: 'failed' | 'fail'
  deferredWord: string
  /** Task name (or `*`) to the number of coming tasks that shall fail; counts down. */
  failTasks: Record<string, number>
  afterFailedCreate: 'stopped' | 'removed'
  shrink: 'ignore' | 'error'
  /** An action on a host with an unfinished task: put behind it, or 409. */
  busy: 'queue' | 'refuse'
  /** Start of a running host, stop of a stopped one: a task that changes nothing, or 409. */
  sameState: 'accept' | 'refuse'
  /** The word of `state` while a host is installed anew; the real one is not recorded. */
  reinstallState: string
  minimumPassword: number
  /** False: endpoints whose shape is only inferred answer like unknown routes. */
  inferred: boolean
}

export const createKnobs = (given: Partial<VmmanagerKnobs> = {}): VmmanagerKnobs => ({
  suspend: 0,
  suspendBody: 'json',
  actionMs: 1500,
  createMs: 3000,
  tokenIdleMs: 60 * 60_000,
  keyMs: 60 * 60_000,
  badTokenCode: 3001,
  loginStatus: 201,
  authId: 'string',
  confirmed: true,
  requireBoxInstance: true,
  filterErrorStatus: 500,
  filterFields: 'item',
  limit: 'offset-count',
  pageCap: null,
  size: true,
  sizeMeans: 'total',
  hostShape: 'newer',
  poolShape: 'newer',
  nodeShape: '2024',
  taskShape: 'nested',
  presetDisk: 'disks',
  hostUnknownStatus: 404,
  errorsAs200: false,
  taskRowDelayMs: 0,
  twinTaskRow: true,
  restart: 'two-tasks',
  failedWord: 'failed',
  deferredWord: 'deferred',
  failTasks: {},
  afterFailedCreate: 'stopped',
  shrink: 'ignore',
  busy: 'queue',
  sameState: 'accept',
  reinstallState: 'reinstalling',
  minimumPassword: 8,
  inferred: true,
  ...given
})
