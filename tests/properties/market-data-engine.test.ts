// The feed's book against the engine itself: after every batch the same levels, and every order that
// traded or was prevented as a maker stood first in the feed's queue at that moment.

import test from 'ava'
import fc from 'fast-check'
import { encodeCommandBatch } from '#contracts/command-codec.ts'
import { formatSteps } from '#contracts/decimal.ts'
import { decodeEventBatch } from '#contracts/event-codec.ts'
import { BookView } from '#domain/book-view.ts'
import type { Command } from '#domain/command.ts'
import { SIDES, STP_MODES, TIMES_IN_FORCE } from '#domain/order.ts'
import { MarketState } from '../../runtime/feed/market-state.ts'
import { createBatchApplier } from '../../runtime/matching/journal/batch-applier.ts'
import { createCommandFlow } from '../helpers/command-flow.ts'
import { recordingSink } from '../helpers/market-sink.ts'
import { PLAIN } from '../helpers/plain-order.ts'
import { seededRandom } from '../helpers/tiny-venue.ts'
import { RandomCommands, START_NS } from '../helpers/workload-random.ts'

const SYMBOL = 'BTC-USD'
const TRACE_ID = '0'.repeat(32)
const MID = 25_000
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 })

/** Batches of commands of every kind, around one price so that most things happen to most orders. */
function createCommands(seed: number): () => Uint8Array {
  const random = seededRandom(seed)
  const pick = (n: number): number => Math.floor(random() * n)
  const of = <T>(list: readonly T[]): T => list[pick(list.length)] as T
  const opening = createCommandFlow(seed)
  let sourceSeq = 0
  let orders = 0
  const sent: { clOrdID: string; account: number; price: number; orderQty: number }[] = []
  const one = (): Command => {
    const common = { account: 1_000 + pick(4), traceId: TRACE_ID }
    const kind = pick(20)
    const clOrdID = `p-${++orders}`
    // One of the last orders, by whose account it is: most of them still rest.
    const known = sent[Math.max(0, sent.length - 1 - pick(12))]
    const origClOrdID = known?.clOrdID ?? 'none'
    const owner = { ...common, account: known?.account ?? common.account }
    if (kind < 12) {
      const ordType = pick(8) === 0 ? 'Market' : 'Limit'
      const price = MID + pick(7) - 3
      const orderQty = 1 + pick(50)
      sent.push({ clOrdID, account: common.account, price, orderQty })
      return {
        type: 'NewOrder',
        ...PLAIN,
        ...common,
        instrumentId: 1,
        clOrdID,
        side: of(SIDES),
        ordType,
        timeInForce: ordType === 'Market' ? 'IOC' : of(['GTC', 'GTC', 'GTC', ...TIMES_IN_FORCE]),
        stpMode: of(STP_MODES),
        postOnly: ordType === 'Limit' && pick(8) === 0,
        price: ordType === 'Market' ? 0 : price,
        orderQty,
      }
    }
    if (kind < 14) return { type: 'CancelOrder', ...owner, orderID: 0, origClOrdID, clOrdID: '' }
    if (kind < 19) {
      const price = pick(2) === 0 ? (known?.price ?? MID) : MID + pick(7) - 3
      const orderQty = Math.max(1, (known?.orderQty ?? 9) + pick(9) - 4)
      sent.push({ clOrdID, account: owner.account, price, orderQty })
      const ids = { orderID: 0, origClOrdID, clOrdID }
      return { type: 'ReplaceOrder', ...owner, ...ids, price, orderQty }
    }
    return {
      type: 'MassCancel',
      ...common,
      instrumentId: 0,
      side: of([...SIDES, null]),
      clOrdID: '',
    }
  }
  return () => {
    if (sourceSeq++ === 0) return opening.next()
    const commands = Array.from({ length: 1 + pick(4) }, one)
    return encodeCommandBatch({ source: 1, sourceSeq }, commands)
  }
}

test('the feed shows the levels of the engine after every batch', (t) => {
  let trades = 0
  fc.assert(
    fc.property(seeds, (seed) => {
      const next = createCommands(seed)
      const applier = createBatchApplier()
      const state = new MarketState(recordingSink(false))
      for (let seq = 1; seq <= 150; seq++) {
        const { parts, trades: made } = applier.apply(seq, BigInt(seq) * 1_000_000_000n, next())
        trades += made
        t.is(state.apply(seq, parts[0].bytes), 'Applied')
        const shown = state.market(SYMBOL)?.bookSnapshot(1_000)
        for (const side of SIDES) {
          const levels = applier.engine.levels(1, side)
          const expected = levels.map(({ price, qty }) => [
            formatSteps(price, '0.01'),
            formatSteps(qty, '0.00000001'),
          ])
          t.deepEqual(side === 'Buy' ? shown?.bids : shown?.asks, expected)
        }
        const orders = state.market(SYMBOL)?.ordersSnapshot(1_000)
        const resting = (orders?.bids.length ?? 0) + (orders?.asks.length ?? 0)
        t.is(resting, applier.engine.openOrderCount)
      }
    }),
    { numRuns: 30 },
  )
  t.true(trades > 500, `only ${trades} trades: the streams prove little`)
})

test('whoever trades or is prevented as a maker stood first in the queue', (t) => {
  let makers = 0
  fc.assert(
    fc.property(seeds, (seed) => {
      const next = createCommands(seed)
      const applier = createBatchApplier()
      const view = new BookView()
      for (let seq = 1; seq <= 150; seq++) {
        const { bytes } = applier.apply(seq, BigInt(seq) * 1_000_000_000n, next()).parts[0]
        let taker = 0
        let cmdIndex = -1
        for (const event of decodeEventBatch(bytes).events) {
          if (event.type === 'InstrumentChanged') {
            view.isUncrossing = event.instrument.tradingState !== 'Open'
          }
          if (event.type !== 'ExecutionReport') continue
          if (event.cmdIndex !== cmdIndex) taker = event.orderID
          cmdIndex = event.cmdIndex
          const isMaker = event.orderID !== taker
          if (isMaker && (event.execType === 'Trade' || event.execType === 'TradePrevented')) {
            t.is(view.orders(event.side, 1)[0]?.[0], event.orderID)
            makers++
          }
          view.apply(event)
        }
      }
    }),
    { numRuns: 30 },
  )
  t.true(makers > 500, `only ${makers} makers: the streams prove little`)
})

/** A random command; more of the resting ones than the generator makes are icebergs. */
function nextCommand(commands: RandomCommands): Command {
  const command = commands.next()
  const { random } = commands
  if (command.type !== 'NewOrder' || command.ordType !== 'Limit' || !random.chance(30)) {
    return command
  }
  return { ...command, displayQty: Math.max(1, Math.floor(command.orderQty / random.pick([2, 5]))) }
}

test('the feed shows the levels of the engine through icebergs, triggers, lists and auctions', (t) => {
  let shown = 0
  for (let seed = 1; seed <= 25; seed++) {
    const commands = new RandomCommands(seed)
    const applier = createBatchApplier()
    const state = new MarketState(recordingSink(false))
    const take = (batch: readonly Command[]): void => {
      const seq = applier.seq() + 1
      const data = encodeCommandBatch({ source: 1, sourceSeq: seq }, batch)
      const { bytes } = applier.apply(seq, START_NS + BigInt(seq) * 3_000_000n, data).parts[0]
      commands.observe(decodeEventBatch(bytes).events)
      t.is(state.apply(seq, bytes), 'Applied')
    }
    for (const command of commands.opening()) take([command])
    for (let round = 0; round < 400; round++) {
      take(Array.from({ length: 1 + commands.random.below(3) }, () => nextCommand(commands)))
      for (const instrument of applier.engine.instruments()) {
        const book = state.market(instrument.symbol)?.bookSnapshot(1_000)
        for (const side of SIDES) {
          const expected = applier.engine
            .levels(instrument.instrumentId, side)
            .map(({ price, qty }) => [
              formatSteps(price, instrument.tickSize),
              formatSteps(qty, instrument.lotSize),
            ])
          shown += expected.length
          const found = side === 'Buy' ? book?.bids : book?.asks
          t.deepEqual(found, expected, `seed ${seed}, round ${round}, ${side}`)
        }
      }
    }
  }
  t.true(shown > 10_000, `only ${shown} levels: the streams prove little`)
})
