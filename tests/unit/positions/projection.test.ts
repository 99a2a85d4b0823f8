import test from 'ava'
import { foldPositions } from '../../../functions/positions/projection.ts'
import { BTC_USD, batch, report, trade } from '../../helpers/events.ts'

const instruments = new Map([[1, BTC_USD]])
const perpetuals = new Map([[1, { ...BTC_USD, kind: 'LinearPerpetual' as const }]])

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
  const batches = [
    batch(1, sale(1, 100, 1_002, 1_001)),
    batch(2, [report({ account: 1_001 }), ...sale(2, 110, 1_001, 1_002)]),
  ]
  const { positions, prices } = foldPositions(batches, instruments)
  t.deepEqual(
    positions.map((p) => [
      p.account,
      p.steps.map((step) => 'fill' in step && [step.seq, step.fill.qty, step.fill.notional]),
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
  t.deepEqual([...prices], [[1, { lastPx: 110, markPx: null, seq: 2 }]])
})

test('what does not trade moves no position', (t) => {
  const batches = [batch(1, [report(), report({ execType: 'Canceled' })])]
  t.deepEqual(foldPositions(batches, instruments).positions, [])
})

test('the engine tells what a position in a perpetual is; its fills add their fee', (t) => {
  const common = { cmdIndex: 0, account: 1_002, traceId: 'a'.repeat(32), instrumentId: 1 } as const
  const moved = { netQty: -10, cost: -1_000n, realizedPnl: 7n }
  const changed = { ...common, type: 'PositionChanged', ...moved, reason: 'Trade' } as const
  const mark = { ...common, type: 'MarkChanged', account: 0, price: 105 } as const
  const [fill] = sale(1, 100, 1_002, 1_001).filter(({ account }) => account === 1_002)
  const events = [{ ...(fill ?? report()), fee: 3n }, changed, mark]
  const { positions, prices } = foldPositions([batch(4, events)], perpetuals)
  t.deepEqual(positions, [
    {
      account: 1_002,
      instrumentId: 1,
      steps: [
        { seq: 4, fee: 3n },
        { seq: 4, moved: { ...moved, netQty: -10n } },
      ],
    },
  ])
  t.deepEqual([...prices], [[1, { lastPx: 100, markPx: 105, seq: 4 }]])
})
