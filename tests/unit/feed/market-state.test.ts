// What the feed's state does with single events: reports that must not move a book, trades that
// come twice, clocks that go back, and points that fall on themselves.

import test from 'ava'
import { encodeEventBatch } from '#contracts/event-codec.ts'
import type { BookDiff, CandleMessage, TradeMessage } from '#contracts/market-data.ts'
import type { EngineEvent } from '#domain/event.ts'
import { MarketState } from '../../../runtime/feed/market-state.ts'
import { BTC_USD, balance, batch, listed, parts, report, trade } from '../../helpers/events.ts'
import { recordingSink } from '../../helpers/market-sink.ts'

const SYMBOL = BTC_USD.symbol

/** A state with the instrument listed, and a way to give it batches. */
function market(isLive = true) {
  const sink = recordingSink(isLive)
  const state = new MarketState(sink)
  const give = (events: readonly EngineEvent[], timeMs = (state.seq + 1) * 1_000) => {
    const seq = state.seq + 1
    const timestampNs = BigInt(timeMs) * 1_000_000n
    return state.apply(seq, encodeEventBatch({ ...batch(seq, events), timestampNs }))
  }
  give([listed()])
  const book = () => {
    const snapshot = state.market(SYMBOL)?.bookSnapshot(10)
    return [snapshot?.bids ?? [], snapshot?.asks ?? []]
  }
  return { sink, state, give, book }
}

const fill = (tradeID: number) =>
  trade({ tradeID, price: 100, qty: 5, buyer: 1_000, seller: 1_001, buyOrderID: 8, sellOrderID: 9 })

test('Market, IOC and FOK orders, stops that wait, and rejects never stand in the book', (t) => {
  const { give, book, sink } = market()
  give([
    report({ ordType: 'Market', timeInForce: 'IOC', orderID: 1 }),
    report({ timeInForce: 'IOC', orderID: 2 }),
    report({ timeInForce: 'FOK', orderID: 3 }),
    report({ ordType: 'StopLimit', ordStatus: 'PendingTrigger', orderID: 4 }),
    report({ execType: 'Rejected', ordStatus: 'Rejected', leavesQty: 0, orderID: 5 }),
    balance(),
  ])
  t.deepEqual(book(), [[], []])
  t.is(sink.messages.length, 0)
})

test('a stop limit order stands in the book from its election on', (t) => {
  const { give, book } = market()
  give([report({ ordType: 'StopLimit', ordStatus: 'PendingTrigger', orderID: 4 })])
  give([report({ ordType: 'StopLimit', execType: 'Triggered', orderID: 4 })])
  t.deepEqual(book()[0], [['1', '0.0000001']])
})

test('a reject of a replace or cancel leaves the order as it is', (t) => {
  const { give, book, sink } = market()
  give([report({ orderID: 1 })])
  give([report({ execType: 'Rejected', ordStatus: 'Rejected', orderID: 1, leavesQty: 0 })])
  t.deepEqual(book()[0], [['1', '0.0000001']])
  t.is(sink.of<BookDiff>('book').length, 1)
})

test('a replace keeps the place in the queue unless price changes or quantity is raised', (t) => {
  const { give, state } = market()
  const ids = () =>
    state
      .market(SYMBOL)
      ?.ordersSnapshot(10)
      .bids.map(([, , id]) => id)
  give([1, 2, 3].map((orderID) => report({ orderID })))
  give([report({ execType: 'Replaced', orderID: 1, orderQty: 4 })])
  t.deepEqual(ids(), [1, 2, 3])
  give([report({ execType: 'Replaced', orderID: 1, orderQty: 5 })])
  t.deepEqual(ids(), [2, 3, 1])
  give([report({ execType: 'Replaced', orderID: 2, price: 101 })])
  t.deepEqual(ids(), [2, 3, 1])
  give([report({ execType: 'Replaced', orderID: 2, price: 100 })])
  t.deepEqual(ids(), [3, 1, 2])
})

test('each command of a batch makes its own book message, and one that undoes itself none', (t) => {
  const { give, sink } = market()
  give([
    report({ orderID: 1, cmdIndex: 0 }),
    report({ orderID: 2, cmdIndex: 1 }),
    report({ orderID: 3, cmdIndex: 2 }),
    report({ orderID: 3, cmdIndex: 2, execType: 'Expired', ordStatus: 'Expired', leavesQty: 0 }),
  ])
  t.deepEqual(
    sink.of<BookDiff>('book').map(({ bids }) => bids),
    [[['1', '0.0000001']], [['1', '0.0000002']]],
  )
})

test('A6: a trade that comes twice is counted once, a trade id that jumps is said', (t) => {
  const { give, sink, state } = market()
  give([...fill(1)])
  give([...fill(1), ...fill(2)])
  give([...fill(4)])
  t.deepEqual(
    sink.of<TradeMessage>('trades').map(({ tradeID }) => tradeID),
    [1, 2, 4],
  )
  t.deepEqual(sink.tradeGaps, [[3, 4]])
  t.is(state.market(SYMBOL)?.series('1d').open?.trades, 3)
})

test('B8: a batch stamped earlier than the one before counts in the running bucket', (t) => {
  const { give, sink } = market()
  give(fill(1), 120_000)
  give(fill(2), 59_000)
  t.deepEqual(
    sink.of<TradeMessage>('trades').map(({ timestampMs }) => timestampMs),
    [120_000, 120_000],
  )
  give([], 180_000)
  const minutes = sink.of<CandleMessage>('candles').filter(({ interval }) => interval === '1m')
  t.deepEqual(
    minutes.map(({ openTimeMs, trades, closed }) => [openTimeMs, trades, closed]),
    [[120_000, 2, true]],
  )
})

test('a batch without trades closes what its time ended, once', (t) => {
  const { give, sink, state } = market()
  give(fill(1), 30_000)
  const live = state.market(SYMBOL)
  live?.conflate(31_999, sink)
  live?.conflate(32_000, sink)
  live?.conflate(33_000, sink)
  give([], 40_000)
  const seconds = sink.of<CandleMessage>('candles').filter(({ interval }) => interval === '1s')
  t.deepEqual(
    seconds.map(({ closed }) => closed),
    [false, true],
  )
  t.is(
    sink.lines.filter((line) => line.startsWith('candles') && line.includes('width=1s')).length,
    1,
  )
})

test('trades of one millisecond are points apart, and a replay makes the same points', (t) => {
  const runs = [market(), market()].map(({ give, sink }) => {
    give([...fill(1), ...fill(2), ...fill(3)], 5_000)
    return sink.lines.filter((line) => line.startsWith('trades'))
  })
  t.deepEqual(runs[0], runs[1])
  t.deepEqual(
    runs[0]?.map((line) => line.split(' ').at(-1)),
    ['5000000001', '5000000002', '5000000003'],
  )
})

test('while the log is caught up nothing is published, but numbers and points go on', (t) => {
  const silent = market(false)
  const loud = market()
  for (const { give } of [silent, loud]) {
    give([report({ orderID: 1 })])
    give(fill(1))
    give([report({ orderID: 2 })])
  }
  t.is(silent.sink.messages.length, 0)
  t.deepEqual(silent.sink.lines, loud.sink.lines)
  t.deepEqual(silent.state.dump(), loud.state.dump())
})

test('C8: a batch that comes in parts says what it would say whole, wherever it is cut', (t) => {
  const events = [
    report({ orderID: 1, cmdIndex: 0 }),
    report({ orderID: 9, side: 'Sell', orderQty: 5, account: 1_001, cmdIndex: 0 }),
    ...fill(1).map((event) => ({ ...event, cmdIndex: 1 })),
    report({ orderID: 2, cmdIndex: 1 }),
  ]
  const whole = market()
  whole.give(events)
  for (let cut = 0; cut <= events.length; cut++) {
    const { sink, state, book } = market()
    const [first, second] = parts(2, 2, events.slice(0, cut), events.slice(cut))
    if (first === undefined || second === undefined) return t.fail()
    const take = (part: typeof first) => {
      const timestampNs = 2_000_000_000n
      return state.apply(2, encodeEventBatch({ ...part, timestampNs }, part))
    }
    t.is(take(second), 'Gap')
    t.is(take(first), 'Applied')
    t.deepEqual([state.seq, state.isWhole], [1, false])
    t.is(take(first), 'Repeated')
    t.is(take(second), 'Applied')
    t.deepEqual([state.seq, state.isWhole], [2, true])
    t.deepEqual([sink.messages, book()], [whole.sink.messages, whole.book()])
  }
})
