import test from 'ava'
import { createInstrumentFormat } from '#contracts/api/instrument-format.ts'
import type { CancelReplace, NewOrder, NewOrderList } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import { createCatalogue } from '../../../runtime/gateway/catalogue.ts'
import {
  cancelReplaceResult,
  massCancelResult,
  orderListResult,
  orderResult,
} from '../../../runtime/gateway/commands/order-result.ts'
import { Refusal } from '../../../runtime/gateway/refusal.ts'
import { BTC_USD, report } from '../../helpers/events.ts'

const catalogue = createCatalogue()
catalogue.put(BTC_USD)
const done = (events: EngineEvent[]) =>
  ({ ok: true, seq: 9, timestampNs: 1_795_380_755_491_537_035n, events }) as const
const place = { type: 'NewOrder', clOrdID: 'mine', traceId: 'b'.repeat(32) } as NewOrder
const fill = (fields: object) =>
  report({
    execType: 'Trade',
    clOrdID: 'mine',
    orderID: 5,
    orderQty: 30,
    aggressor: true,
    ...fields,
  })

test('a result is the last state of the order with all its fills of this command', (t) => {
  const result = orderResult(
    place,
    done([
      report({ clOrdID: 'mine', orderID: 5, orderQty: 30 }),
      // One's own resting order that was hit by another: no part of this answer.
      report({ execType: 'Trade', clOrdID: 'other', orderID: 4, lastQty: 1, lastPx: 1, fee: 7n }),
      fill({ tradeID: 1, execID: 2, lastPx: 100, lastQty: 10, fee: 3n, cumQty: 10, leavesQty: 20 }),
      fill({
        tradeID: 2,
        execID: 3,
        lastPx: 101,
        lastQty: 10,
        fee: 4n,
        cumQty: 20,
        leavesQty: 10,
        cumNotional: 2010n,
        ordStatus: 'PartiallyFilled',
      }),
    ]),
    catalogue,
  )
  t.like(result, {
    orderID: 5,
    clOrdID: 'mine',
    ordStatus: 'PartiallyFilled',
    cumQty: '0.0000002',
    leavesQty: '0.0000001',
    avgPx: '1.0050',
    fee: '0.0000000007',
    seq: 9,
    transactTimeNs: '1795380755491537035',
    traceId: 'b'.repeat(32),
  })
  t.deepEqual(
    (result as { fills: { tradeID: number; lastPx: string }[] }).fills.map((f) => f.lastPx),
    ['1', '1.01'],
  )
})

test("the engine's reject is a refusal with its code, status and sequence", (t) => {
  const rejected = report({
    clOrdID: 'mine',
    execType: 'Rejected',
    rejectReason: 'InsufficientFunds',
  })
  const refusal = orderResult(place, done([rejected]), catalogue)
  t.true(refusal instanceof Refusal)
  t.like(refusal, { code: 'TE_REJECT_INSUFFICIENT_FUNDS', status: 422, seq: 9 })
})

test('a mass cancel counts the orders that it ended', (t) => {
  const events = [1, 2, 3].map((orderID) => report({ orderID, execType: 'Canceled' }))
  t.deepEqual(massCancelResult(done(events)), { canceledCount: 3, orderIDs: [1, 2, 3], seq: 9 })
})

const STEPS: [number, string, string][] = [
  [0, '0.01', '0'],
  [1, '0.01', '0.01'],
  [100, '0.01', '1'],
  [6_500_001, '0.01', '65000.01'],
  [1, '0.00000001', '0.00000001'],
  [123_456_789, '0.00000001', '1.23456789'],
  [3, '0.5', '1.5'],
  [7, '5', '35'],
  [Number.MAX_SAFE_INTEGER, '0.00000001', '90071992.54740991'],
  [Number.MAX_SAFE_INTEGER, '5', '45035996273704955'],
  [3, '0.25', '0.75'],
]
for (const [steps, step, text] of STEPS) {
  test(`${steps} steps of ${step} read ${text}`, (t) => {
    t.is(createInstrumentFormat({ ...BTC_USD, tickSize: step }).price(steps), text)
  })
}

const both = {
  type: 'CancelReplace',
  mode: 'StopOnFailure',
  orderID: 4,
  origClOrdID: '',
  order: { clOrdID: 'mine' },
} as CancelReplace
const ended = report({ execType: 'Canceled', ordStatus: 'Canceled', clOrdID: 'old', orderID: 4 })
const notThere = report({ execType: 'Rejected', orderID: 4, rejectReason: 'UnknownOrder' })
const placed = report({ clOrdID: 'mine', orderID: 5, orderQty: 30, stopPx: 90, displayQty: 10 })
const refused = report({ execType: 'Rejected', clOrdID: 'mine', rejectReason: 'PriceBand' })

test('the answer to a cancel and replace says what each half did', (t) => {
  const result = (...events: EngineEvent[]) => cancelReplaceResult(both, done(events), catalogue)
  t.like(result(ended, placed), {
    canceled: { orderID: 4, ordStatus: 'Canceled' },
    cancelReject: null,
    order: { orderID: 5, stopPx: '0.9', displayQty: '0.0000001' },
    orderReject: null,
  })
  t.like(result(ended, refused), {
    canceled: { orderID: 4 },
    order: null,
    orderReject: 'TE_REJECT_PRICE_BAND',
  })
  t.like(result(notThere, placed), {
    canceled: null,
    cancelReject: 'TE_REJECT_UNKNOWN_ORDER',
    order: { orderID: 5 },
  })
  const failed = report({ execType: 'Rejected', clOrdID: 'mine', rejectReason: 'CancelFailed' })
  t.like(result(notThere, failed), { code: 'TE_REJECT_CANCEL_FAILED', status: 422 })
})

test('the answer to a list has every order in its place, or is one refusal', (t) => {
  const command = {
    type: 'NewOrderList',
    contingencyType: 'OneCancelsOther',
    orders: [{ clOrdID: 'other' }, { clOrdID: 'mine' }],
  } as unknown as NewOrderList
  const other = report({ clOrdID: 'other', orderID: 4, ordStatus: 'PendingTrigger' })
  t.like(orderListResult(command, done([other, placed]), catalogue), {
    contingencyType: 'OneCancelsOther',
    orders: [
      { clOrdID: 'other', ordStatus: 'PendingTrigger' },
      { clOrdID: 'mine', ordStatus: 'New' },
    ],
  })
  const no = {
    type: 'CommandRejected',
    rejectReason: 'UnsupportedOrder',
    cmdIndex: 0,
    account: 1000,
    traceId: 'b'.repeat(32),
    command: 'NewOrderList',
    transferId: '',
  } as const
  t.like(orderListResult(command, done([no]), catalogue), { code: 'TE_REJECT_UNSUPPORTED_ORDER' })
})
