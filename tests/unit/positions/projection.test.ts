import test from 'ava'
import { foldFills } from '../../../functions/positions/projection.ts'
import { batch, report, trade } from '../../helpers/events.ts'

const sale = (tradeID: number, price: number, buyer: number, seller: number) =>
  trade({
    tradeID,
    price,
    qty: 10,
    buyer,
    seller,
    buyOrderID: tradeID * 2,
    sellOrderID: tradeID * 2 + 1,
  })

test('fills are sorted by position, each in log order, sells negative', (t) => {
  const { positions, prices } = foldFills([
    batch(1, sale(1, 100, 1_002, 1_001)),
    batch(2, [report({ account: 1_001 }), ...sale(2, 110, 1_001, 1_002)]),
  ])
  t.deepEqual(
    positions.map((p) => [
      p.account,
      p.fills.map(({ seq, fill }) => [seq, fill.qty, fill.notional]),
    ]),
    [
      [
        1_001,
        [
          [1, -10n, 1_000n],
          [2, 10n, 1_100n],
        ],
      ],
      [
        1_002,
        [
          [1, 10n, 1_000n],
          [2, -10n, 1_100n],
        ],
      ],
    ],
  )
  t.deepEqual([...prices], [[1, { lastPx: 110, seq: 2 }]])
})

test('what does not trade moves no position', (t) => {
  t.deepEqual(foldFills([batch(1, [report(), report({ execType: 'Canceled' })])]).positions, [])
})
