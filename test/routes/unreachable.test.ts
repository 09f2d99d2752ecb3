import pino from 'pino'
import t from 'tap'
import { z } from 'zod'
import { isProblem, askOf } from '../helpers/api.ts'
import { composeGateway } from '../helpers/gateway.ts'
import { freePort } from '../helpers/ports.ts'

const port = await freePort()
const account = (url: string) => ({ provider: 'fleio', url: `${url}/backend/staffapi`, token: 'not-a-token-of-anyone' })
const lines: string[] = []
const { app, close } = await composeGateway({
  accounts: { port: account(`http://127.0.0.1:${port}`), name: account('http://nowhere.invalid:8080') },
  logger: pino({ level: 'info' }, { write: line => { lines.push(line) } })
})
t.teardown(close)

const lineSchema = z.looseObject({ msg: z.string(), account: z.unknown() })
const callsOf = (id: string) =>
  lines.map(line => lineSchema.parse(JSON.parse(line))).filter(({ msg, account: of }) => msg === 'upstream call' && of === id)

t.test('a wrong port and a wrong host name differ in the problem and in the log line of the call', async t => {
  const rows = [
    [
      'port', { host: '127.0.0.1', port, cause: 'ECONNREFUSED' },
      `no connection could be made to 127.0.0.1:${port}: the connection was refused (ECONNREFUSED)`
    ],
    [
      'name', { host: 'nowhere.invalid', port: 8080, cause: /^(ENOTFOUND|EAI_AGAIN)$/ },
      /^no connection could be made to nowhere\.invalid:8080: the host name /
    ]
  ] as const
  for (const [id, connection, detail] of rows) {
    const answer = await askOf(app, id)('GET', '/servers')
    t.match(
      isProblem(t, answer, 502, 'upstream-unreachable'),
      { detail, upstream: { status: null, code: null, message: null, details: connection } }, id
    )
    t.notMatch(answer.body, /staffapi|not-a-token/, 'nothing else of the address')
    t.match(callsOf(id), [connection, connection, connection], 'each attempt has its line')
  }
})
