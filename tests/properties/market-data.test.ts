// Laws of market data: the feed's books, sequences and messages against a tiny venue that is right
// by eye, through the same bytes as in production.

import test from 'ava'
import fc from 'fast-check'
import { formatSteps } from '#contracts/decimal.ts'
import { encodeEventBatch } from '#contracts/event-codec.ts'
import type { BookDiff, BookSnapshot, TradeMessage } from '#contracts/market-data.ts'
import type { EngineEvent } from '#domain/event.ts'
import { MarketState } from '../../runtime/feed/market-state.ts'
import { createStepText } from '../../runtime/feed/step-text.ts'
import { glueBook } from '../helpers/book-glue.ts'
import { BTC_USD, batch, listed } from '../helpers/events.ts'
import { recordingSink } from '../helpers/market-sink.ts'
import { createTinyVenue, levelsOf, seededRandom } from '../helpers/tiny-venue.ts'

const SYMBOL = BTC_USD.symbol
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 })

/** Runs a venue for some batches; after each, gives it and the state to a check. */
function run(seed: number, batches: number, afterEach: (r: Run) => void = () => undefined): Run {
  const random = seededRandom(seed)
  const venue = createTinyVenue(random)
  const sink = recordingSink()
  const state = new MarketState(sink)
  state.apply(1, bytesOf(1, [listed(BTC_USD)]))
  const result: Run = { venue, state, sink, log: [bytesOf(1, [listed(BTC_USD)])] }
  for (let seq = 2; seq < batches + 2; seq++) {
    const commands = 1 + Math.floor(random() * 3)
    const bytes = bytesOf(seq, Array.from({ length: commands }, (_, i) => venue.step(i)).flat())
    result.log.push(bytes)
    state.apply(seq, bytes)
    afterEach(result)
  }
  return result
}

interface Run {
  readonly venue: ReturnType<typeof createTinyVenue>
  readonly state: MarketState
  readonly sink: ReturnType<typeof recordingSink>
  readonly log: Uint8Array[]
}

test('the L3 view equals the venue book after every batch, and L2 is its sum', (t) => {
  fc.assert(
    fc.property(seeds, (seed) => {
      run(seed, 60, ({ venue, state }) => {
        const market = state.market(SYMBOL)
        for (const side of ['Buy', 'Sell'] as const) {
          const orders = venue.orders(side)
          const dump = market?.dump()
          const dumped = side === 'Buy' ? dump?.bids : dump?.asks
          // Nothing is hidden here: all that is open is shown.
          t.deepEqual(
            dumped,
            orders.map((order) => [...order, order[2], 0]),
          )
          const snapshot = market?.bookSnapshot(1_000)
          const shown = side === 'Buy' ? snapshot?.bids : snapshot?.asks
          t.deepEqual(shown, levelsOf(orders).map(text))
        }
      })
    }),
    { numRuns: 60 },
  )
})

test('a snapshot and the diffs after it give the same book, from any point on', (t) => {
  fc.assert(
    fc.property(seeds, fc.nat({ max: 39 }), (seed, from) => {
      let held: BookSnapshot | undefined
      let batches = 0
      const { state, sink } = run(seed, 40, (r) => {
        if (batches++ === from) held = r.state.market(SYMBOL)?.bookSnapshot(1_000)
      })
      const book = held && glueBook(held, sink.of<BookDiff>('book'))
      t.deepEqual(book, state.market(SYMBOL)?.bookSnapshot(1_000))
    }),
    { numRuns: 60 },
  )
})

test('a diff names only levels that changed, and a command without change sends none', (t) => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { sink } = run(seed, 60)
      const levels = new Map<string, string>()
      for (const diff of sink.of<BookDiff>('book')) {
        t.true(diff.bids.length + diff.asks.length > 0)
        for (const [side, list] of [
          ['b', diff.bids],
          ['a', diff.asks],
        ] as const) {
          for (const [price, qty] of list) {
            t.not(levels.get(side + price) ?? '0', qty)
            levels.set(side + price, qty)
          }
        }
      }
    }),
    { numRuns: 30 },
  )
})

test('book and trade messages of an instrument share one sequence without gaps', (t) => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { sink, venue } = run(seed, 60)
      const seqs = sink.messages.map(({ message }) => (message as { seq: number }).seq)
      t.deepEqual(
        seqs,
        Array.from({ length: seqs.length }, (_, i) => i + 1),
      )
      const trades = sink.of<TradeMessage>('trades')
      t.deepEqual(
        trades.map(({ price, qty }) => [price, qty]),
        venue.trades.map(({ price, qty }) => text([price, qty])),
      )
      t.deepEqual(
        trades.map(({ tradeID }) => tradeID),
        venue.trades.map((_, i) => i + 1),
      )
    }),
    { numRuns: 30 },
  )
})

test('C8: whichever book message is lost, the next one shows the gap', (t) => {
  const diffs = run(7, 1_500).sink.of<BookDiff>('book').slice(0, 1_001)
  t.is(diffs.length, 1_001)
  for (let lost = 0; lost < 1_000; lost++) {
    const seen = diffs.filter((_, i) => i !== lost)
    let held = 0
    const gapAt = seen.findIndex((diff) => {
      const follows = diff.prevSeq === held
      held = diff.seq
      return !follows
    })
    t.is(gapAt, lost)
  }
})

test('C8: whichever event batch is lost, the state refuses the next one', (t) => {
  const { log } = run(11, 100)
  for (let lost = 2; lost < log.length; lost++) {
    const state = new MarketState(recordingSink())
    for (let seq = 1; seq < lost; seq++) state.apply(seq, log[seq - 1] ?? new Uint8Array())
    t.is(state.apply(lost + 1, log[lost] ?? new Uint8Array()), 'Gap')
    t.is(state.seq, lost - 1)
  }
})

test('A6: repeated and shuffled batches end in the state of the log read once', (t) => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { log, state, sink } = run(seed, 40)
      const random = seededRandom(seed + 1)
      const again = new MarketState(recordingSink())
      while (again.seq < log.length) {
        const near = again.seq + 1 + Math.floor((random() - 0.5) * 6)
        const seq = Math.min(log.length, Math.max(1, near))
        again.apply(seq, log[seq - 1] ?? new Uint8Array())
      }
      t.deepEqual(again.dump(), state.dump())
      t.true(sink.messages.length > 0)
    }),
    { numRuns: 30 },
  )
})

test('snapshot + replay = replay: messages after a restart carry the same numbers', (t) => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 40 }), (seed, at) => {
      const { log, state, sink } = run(seed, 40)
      const before = new MarketState(recordingSink())
      for (let seq = 1; seq <= at; seq++) before.apply(seq, log[seq - 1] ?? new Uint8Array())
      const sinkAfter = recordingSink()
      const after = new MarketState(sinkAfter)
      after.load(JSON.parse(JSON.stringify(before.dump())) as ReturnType<typeof before.dump>)
      for (let seq = at + 1; seq <= log.length; seq++)
        after.apply(seq, log[seq - 1] ?? new Uint8Array())
      t.deepEqual(after.dump(), state.dump())
      const sent = sinkAfter.messages.length
      if (sent > 0) t.deepEqual(sinkAfter.messages, sink.messages.slice(-sent))
    }),
    { numRuns: 40 },
  )
})

test('the fast decimal text is that of the contract', (t) => {
  const steps = fc.oneof(fc.nat(), fc.maxSafeNat())
  const sizes = fc.constantFrom('1', '0.01', '0.00000001', '0.5', '0.05', '10', '2.5', '0.00025')
  fc.assert(
    fc.property(steps, sizes, (n, step) => {
      t.is(createStepText(step)(n), formatSteps(n, step))
    }),
    { numRuns: 2_000 },
  )
})

function bytesOf(seq: number, events: readonly EngineEvent[]): Uint8Array {
  return encodeEventBatch(batch(seq, events))
}

function text([price, qty]: readonly [number, number]): [string, string] {
  return [formatSteps(price, BTC_USD.tickSize), formatSteps(qty, BTC_USD.lotSize)]
}
