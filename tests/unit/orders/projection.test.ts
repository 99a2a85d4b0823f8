import test from 'ava'
import { foldOrders } from '../../../functions/orders/projection.ts'
import { batch, report } from '../../helpers/events.ts'

test('an order that came and went in one bulk is one row with its last state', (t) => {
  const { orders, executions } = foldOrders([
    batch(1, [report({ orderID: 7, execID: 1 })]),
    batch(2, [
      report({ orderID: 7, execID: 2, execType: 'Trade', cumQty: 4, fee: 3n, tradeID: 1 }),
      report({ orderID: 7, execID: 3, execType: 'Trade', cumQty: 9, fee: 2n, tradeID: 2 }),
    ]),
    batch(3, [
      report({ orderID: 7, execID: 4, execType: 'Canceled', ordStatus: 'Canceled', leavesQty: 0 }),
    ]),
  ])
  t.is(orders.size, 1)
  const order = orders.get(7)
  t.is(order?.fees, 5n)
  t.is(order?.first.seq, 1)
  t.is(order?.last.seq, 3)
  t.is(order?.last.report.ordStatus, 'Canceled')
  t.deepEqual(
    executions.map((e) => e.report.execID),
    [2, 3, 4],
  )
})

test("a cancel's own id is not the order's, a replace's is", (t) => {
  const canceled = report({
    execType: 'Canceled',
    ordStatus: 'Canceled',
    leavesQty: 0,
    clOrdID: 'request',
    origClOrdID: 'order',
  })
  t.is(foldOrders([batch(1, [canceled])]).orders.get(1)?.clOrdID, 'order')
  const replaced = report({ execType: 'Replaced', clOrdID: 'new', origClOrdID: 'old' })
  t.is(foldOrders([batch(1, [replaced])]).orders.get(1)?.clOrdID, 'new')
})

test('refusals of requests are executions, but no state of an order', (t) => {
  const no = { execType: 'Rejected', ordStatus: 'Rejected', leavesQty: 0 } as const
  const { orders, executions } = foldOrders([
    batch(1, [
      report({ ...no, orderID: 3, instrumentId: 0, rejectReason: 'UnknownOrder', execID: 1 }),
      report({ ...no, orderID: 3, rejectReason: 'DuplicateClOrdID', execID: 2 }),
      report({ ...no, orderID: 0, rejectReason: 'PriceBand', execID: 3 }),
    ]),
  ])
  t.deepEqual([...orders.keys()], [-3])
  t.is(executions.length, 3)
})
