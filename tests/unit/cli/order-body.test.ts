import test from 'ava'
import { orderBody, type PlaceOptions } from '../../../runtime/cli/order-body.ts'

const plain: PlaceOptions = { postOnly: false, reduceOnly: false }
const body = (options: Partial<PlaceOptions>) =>
  orderBody('sell', 'BTC-USD', '1', { ...plain, ...options })

test('what is typed decides the type of the order', (t) => {
  t.like(body({}), { side: 'Sell', ordType: 'Market', orderQty: '1' })
  t.like(body({ price: '5' }), { ordType: 'Limit', price: '5' })
  t.like(body({ stop: '4' }), { ordType: 'Stop', stopPx: '4' })
  t.like(body({ stop: '4', price: '3' }), { ordType: 'StopLimit', stopPx: '4', price: '3' })
  t.like(body({ takeProfit: '9' }), { ordType: 'TakeProfit', stopPx: '9' })
  t.like(body({ trailing: '50' }), { ordType: 'TrailingStop', trailingOffset: 50 })
})

test('an end in time makes the order good till then', (t) => {
  const expire = '2026-12-31T00:00:00Z'
  t.like(body({ price: '5', expire }), { timeInForce: 'GTD', expireTime: expire })
  t.deepEqual(body({ price: '5', display: '0.1', reduceOnly: true }), {
    symbol: 'BTC-USD',
    side: 'Sell',
    ordType: 'Limit',
    orderQty: '1',
    price: '5',
    displayQty: '0.1',
    reduceOnly: true,
  })
})
