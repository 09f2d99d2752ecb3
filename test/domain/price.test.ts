import t from 'tap'
import { priceOf } from '../../src/domain/catalog.ts'

t.test('a price is that of the month where there is one, and names both periods', async t => {
  t.same(priceOf({ currency: 'EUR', hourly: 0.006, monthly: 3.79 }), { amount: 3.79, currency: 'EUR', period: 'month', hourly: 0.006, monthly: 3.79 })
  t.same(priceOf({ currency: null, hourly: 0.5, monthly: null }), { amount: 0.5, currency: null, period: 'hour', hourly: 0.5, monthly: null })
  t.equal(priceOf({ currency: 'EUR', hourly: null, monthly: null }), null, 'none is known')
  t.same(priceOf({ currency: 'EUR', hourly: 0, monthly: 0 }), { amount: 0, currency: 'EUR', period: 'month', hourly: 0, monthly: 0 }, 'what is free has a price')
})
