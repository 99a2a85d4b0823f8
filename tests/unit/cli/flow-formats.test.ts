import test from 'ava'
import { bitstampFormat } from '../../../runtime/cli/replay/bitstamp-format.ts'
import { lobsterFormat } from '../../../runtime/cli/replay/lobster-format.ts'

const bitstamp = (kind: string, body: object) =>
  bitstampFormat.read(`1430438404630 ${kind} ${JSON.stringify(body)}`, 7)

test('a created order of the Bitstamp feed is a new order with decimal strings as they stand', (t) => {
  const body = { price: '236.47', amount: '2.00000000', id: 65595247, order_type: 0 }
  t.deepEqual(bitstamp('order_created', body), {
    line: 7,
    timeMs: 1430438404630,
    kind: 'new',
    id: '65595247',
    side: 'Buy',
    price: '236.47',
    qty: '2.00000000',
  })
})

test('a deleted order is filled when nothing is left, else cancelled', (t) => {
  const body = { price: '236.47', id: 1, order_type: 1 }
  t.like(bitstamp('order_deleted', { ...body, amount: '0.00000000' }), {
    kind: 'left',
    side: 'Sell',
  })
  t.like(bitstamp('order_deleted', { ...body, amount: '0.5' }), { kind: 'cancel', qty: '0.5' })
})

test('a trade told in binary floats means the nearest decimal', (t) => {
  t.like(bitstamp('trade', { price: 236.61000000000001, amount: 2.1138293799999999, id: 1 }), {
    kind: 'trade',
    price: '236.61',
    qty: '2.11382938',
  })
})

const corrupt: readonly [what: string, line: string][] = [
  ['no time', 'order_created {}'],
  ['broken JSON', '1430438404630 order_created {"price":'],
  ['an unknown kind', '1430438404630 order_moved {}'],
  [
    'a price that is a number',
    '1430438404630 order_created {"price":236.47,"amount":"1","id":1,"order_type":0}',
  ],
  [
    'a negative amount',
    '1430438404630 order_created {"price":"1","amount":"-1","id":1,"order_type":0}',
  ],
  ['an exponent', '1430438404630 order_created {"price":"1e3","amount":"1","id":1,"order_type":0}'],
  [
    'an unknown side',
    '1430438404630 order_created {"price":"1","amount":"1","id":1,"order_type":2}',
  ],
  [
    'an id that is no integer',
    '1430438404630 order_created {"price":"1","amount":"1","id":1.5,"order_type":0}',
  ],
  ['a trade without a price', '1430438404630 trade {"amount":1}'],
]
for (const [what, line] of corrupt) {
  test(`a corrupt line of the Bitstamp feed is named by its number: ${what}`, (t) => {
    const read = bitstampFormat.read(line, 12)
    t.true(read !== null && 'reason' in read)
    t.is(read?.line, 12)
  })
}

test('LOBSTER rows become new, reduce, cancel and execute', (t) => {
  const read = (row: string) => lobsterFormat.read(row, 1)
  t.like(read('34200.189608,1,11885113,21,2238100,1'), {
    kind: 'new',
    id: '11885113',
    side: 'Buy',
    price: '223.8100',
    qty: '21',
    timeMs: 34_200_190,
  })
  t.like(read('34200.2,2,5,10,2238100,-1'), { kind: 'reduce', id: '5', qty: '10' })
  t.like(read('34200.2,3,5,10,2238100,-1'), { kind: 'cancel', id: '5', side: 'Sell' })
  t.like(read('34200.2,4,5,10,2238100,-1'), { kind: 'execute', side: 'Sell', price: '223.8100' })
})

test('hidden executions, crosses and halts of LOBSTER say nothing about the visible book', (t) => {
  for (const type of [5, 6, 7]) t.is(lobsterFormat.read(`34200.2,${type},0,10,2238100,1`, 1), null)
})

test('a LOBSTER row with other columns is a defect', (t) => {
  for (const row of ['34200.2,1,5,10,2238100', 'a,1,5,10,2238100,1', '34200.2,1,5,0,2238100,1']) {
    const read = lobsterFormat.read(row, 3)
    t.true(read !== null && 'reason' in read, row)
  }
})
