import test from 'ava'
import { foldLedger } from '../../../functions/ledger/postings.ts'
import { BTC_USD, balance, batch, parts, trade } from '../../helpers/events.ts'

const instruments = new Map([[1, BTC_USD]])
const sale = {
  tradeID: 5,
  price: 100,
  qty: 3,
  buyer: 1_000,
  seller: 1_001,
  buyOrderID: 1,
  sellOrderID: 2,
}

test('both reports of a trade become one posting, whichever comes first', (t) => {
  const [a, b] = trade(sale)
  if (a === undefined || b === undefined) return t.fail()
  const one = foldLedger([batch(1, [a, b])], instruments).postings
  const other = foldLedger([batch(1, [b, a])], instruments).postings
  t.is(one.length, 1)
  t.deepEqual(one[0]?.legs, other[0]?.legs)
  t.like(one[0], { kind: 'Trade', tradeID: 5, seq: 1, transfer: 0, firstLeg: 0 })
})

test('legs and transfers are numbered through a batch, anew in the next', (t) => {
  const withFees = (tradeID: number) =>
    trade({ ...sale, tradeID }).map((report) => ({ ...report, fee: 1n }))
  const { postings } = foldLedger(
    [batch(1, [...withFees(1), ...withFees(2)]), batch(2, withFees(3))],
    instruments,
  )
  t.deepEqual(
    postings.map((p) => [p.seq, p.transfer, p.firstLeg]),
    [
      [1, 0, 0],
      [1, 1, 4],
      [1, 2, 6],
      [1, 3, 8],
      [1, 4, 12],
      [1, 5, 14],
      [2, 0, 0],
      [2, 1, 4],
      [2, 2, 6],
    ],
  )
})

test('half a trade in a batch is a bug, not a posting', (t) => {
  t.throws(() => foldLedger([batch(1, trade(sale).slice(0, 1))], instruments), {
    message: /both sides/,
  })
})

test('a deposit is posted once: not for the outside, not when it is a repeat', (t) => {
  const events = [
    balance({ delta: 100n, transferId: 't-1' }),
    balance({ account: 1, delta: -100n, balance: -100n, transferId: 't-1' }),
    balance({ delta: 0n, duplicate: true, transferId: 't-1' }),
    balance({ reason: 'Hold', delta: 0n, hold: 40n }),
  ]
  const { postings, balances } = foldLedger([batch(1, events)], instruments)
  t.is(postings.length, 1)
  t.like(postings[0], { kind: 'Deposit', transferRef: 't-1', tradeID: 0 })
  t.deepEqual(balances, [
    { account: 1_000, assetId: 1, balance: 100n, hold: 40n, seq: 1 },
    { account: 1, assetId: 1, balance: -100n, hold: 0n, seq: 1 },
  ])
})

/** The events of one command that trades in a perpetual, realises 50 and pays two fees of 1. */
function perpetualTrade() {
  const perpetual = new Map([[1, { ...BTC_USD, kind: 'LinearPerpetual' as const }]])
  const moved = {
    type: 'PositionChanged',
    cmdIndex: 0,
    account: 1_000,
    traceId: 'a'.repeat(32),
    instrumentId: 1,
    netQty: 0,
    cost: 0n,
    realizedPnl: 50n,
    reason: 'Trade',
  } as const
  const reports = trade(sale).map((event) => ({ ...event, fee: 1n }))
  const changes = [
    balance({ account: 1_000, reason: 'Trade', delta: 49n }),
    balance({ account: 1_001, reason: 'Trade', delta: -1n }),
    balance({ account: 4, reason: 'Trade', delta: -50n }),
    balance({ account: 2, reason: 'Trade', delta: 2n }),
  ]
  return { perpetual, reports, moved, changes }
}

test('a trade of a perpetual posts its fees, and what the command realised in one settlement', (t) => {
  const { perpetual, reports, moved, changes } = perpetualTrade()
  const { postings } = foldLedger([batch(1, [...reports, moved, ...changes])], perpetual)
  t.deepEqual(
    postings.map(({ kind }) => kind),
    ['Fee', 'Fee', 'Settlement'],
  )
  t.deepEqual(
    postings[2]?.legs.map(({ account, amount }) => [account, amount]),
    [
      [1_000, 50n],
      [4, -50n],
    ],
  )
  const unbalanced = [...reports, moved, ...changes.slice(1)]
  t.throws(() => foldLedger([batch(1, unbalanced)], perpetual), { message: /sums to zero/ })
})

test('an instrument that was never listed does not trade', (t) => {
  t.throws(() => foldLedger([batch(1, trade(sale))], new Map()), { message: /listed/ })
})

test('a command that goes on in the next part is settled once, when it is over', (t) => {
  const { perpetual, reports, moved, changes } = perpetualTrade()
  const events = [...reports, moved, ...changes]
  const whole = foldLedger([batch(1, events)], perpetual).postings
  for (let cut = 2; cut <= events.length; cut++) {
    const [first, second] = parts(1, 1, events.slice(0, cut), events.slice(cut))
    if (first === undefined || second === undefined) return t.fail()
    const before = foldLedger([first], perpetual)
    const after = foldLedger([second], perpetual, before.carried)
    t.is(after.carried, null)
    const postings = [...before.postings, ...after.postings]
    t.deepEqual(
      postings.map(({ kind, legs }) => [kind, legs]),
      whole.map(({ kind, legs }) => [kind, legs]),
    )
    const legs = postings.flatMap((p) => p.legs.map((_leg, i) => p.firstLeg + i))
    t.is(new Set(legs).size, legs.length, 'no number of a leg comes twice in a batch')
    t.deepEqual(foldLedger([first, second], perpetual).postings, postings)
  }
})

test('C7: a command of which a part is a dead letter is not settled with what is left', (t) => {
  const { perpetual, reports, moved, changes } = perpetualTrade()
  const [first, , third] = parts(1, 1, [...reports, moved], changes.slice(0, 1), changes.slice(1))
  if (first === undefined || third === undefined) return t.fail()
  const { carried } = foldLedger([first], perpetual)
  const { postings } = foldLedger([third], perpetual, carried)
  t.deepEqual(postings, [])
})
