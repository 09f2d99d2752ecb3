import t from 'tap'
import { bindPermitted } from '../../src/execution/permission.ts'
import { createProvider } from '../operations/provider.ts'
import { accountOf } from '../operations/model-world.ts'
import { commandOf } from '../helpers/commands.ts'

t.test('a call that was bound without its guards never runs', async t => {
  const verbs = { ...createProvider().connect(), start: { evidence: 'documented', run: async () => ({}) } } as const
  const account = accountOf(() => verbs)
  const call = commandOf('startServer', { id: '7' })
  t.equal(bindPermitted(account, verbs, call).verb, verbs.start)
  t.throws(() => bindPermitted(account, verbs, { ...call, bind: () => ({ verb: verbs.start, run: async () => ({}) }) }), /without its guards/)
})
