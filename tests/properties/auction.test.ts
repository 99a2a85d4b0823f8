// The auction price against a search over every tick, and the laws of an uncross, on random books.
// TE_TEST_SEED sets where to start.

import { isDeepStrictEqual } from 'node:util'
import test from 'ava'
import type { AuctionIndication, EngineEvent, ExecutionReport } from '#domain/event.ts'
import type { Side } from '#domain/order.ts'
import { commandsOfTable } from '../helpers/book-table.ts'
import { FastEngine } from '../helpers/engine-under-test.ts'
import { NaiveEngine } from '../helpers/naive-engine.ts'
import { FUNDS } from '../helpers/rule.ts'
import { Random } from '../helpers/workload-random.ts'

const FIRST_SEED = Number(process.env['TE_TEST_SEED'] ?? 1)
const BOOKS = 400
const PRICE_MAX = 40

interface Entered {
  readonly side: Side
  readonly price: number
  readonly qty: number
}

/** A market with a last trade (or none), in an auction; the orders entered, and the last indication. */
function auctionOf(seed: number) {
  const r = new Random(seed)
  const engine = new FastEngine({ capacity: 1 })
  const events: EngineEvent[] = []
  const play = (table: string) => {
    for (const command of commandsOfTable(table)) events.push(...engine.apply(command))
  }
  play(`list taker=1000 maker=-500
    a1 gets 1000000 USD
    a1 gets 100000 BTC
    a2 gets 1000000 USD
    a2 gets 100000 BTC`)
  const last = r.chance(30) ? 0 : 1 + r.below(PRICE_MAX)
  if (last > 0) play(`a1 sell 1 @ ${last} t1\n a2 buy 1 @ ${last} t2`)
  play('state Auction')
  const width = 2 + r.below(PRICE_MAX - 2)
  const orders: Entered[] = []
  for (let i = 0, count = r.below(24); i < count; i++) {
    const side = r.pick(['Buy', 'Sell'] as const)
    const price = 1 + r.below(width)
    const qty = 1 + r.below(r.pick([3, 9]))
    orders.push({ side, price, qty })
    play(`a${1 + r.below(2)} ${side.toLowerCase()} ${qty} @ ${price} o${i}`)
  }
  const told = events.filter((event) => event.type === 'AuctionIndication').at(-1)
  return { engine, orders, last, indication: told as AuctionIndication | undefined }
}

/** The rules said plainly, for every tick there is: volume, surplus, its side, the reference. */
function searched(orders: readonly Entered[], last: number) {
  const sum = (side: Side, holds: (price: number) => boolean) =>
    orders
      .filter((order) => order.side === side && holds(order.price))
      .reduce((total, order) => total + order.qty, 0)
  let best = Array.from({ length: PRICE_MAX }, (_, i) => {
    const buys = sum('Buy', (price) => price >= i + 1)
    const sells = sum('Sell', (price) => price <= i + 1)
    return { price: i + 1, volume: Math.min(buys, sells), surplus: buys - sells }
  })
  const keep = (weight: (one: (typeof best)[number]) => number) => {
    const least = Math.min(...best.map(weight))
    best = best.filter((one) => weight(one) === least)
  }
  keep((one) => -one.volume)
  keep((one) => Math.abs(one.surplus))
  if (best.every((one) => one.surplus > 0)) keep((one) => -one.price)
  if (best.every((one) => one.surplus < 0)) keep((one) => one.price)
  const [low, high] = [best[0]?.price ?? 0, best.at(-1)?.price ?? 0]
  const wanted = last === 0 ? Math.floor((low + high) / 2) : last
  keep((one) => Math.abs(one.price - wanted))
  return best[0]
}

test('AUC-4: the indicated price is the one that a search over every tick finds', (t) => {
  let traded = 0
  for (let seed = FIRST_SEED; seed < FIRST_SEED + BOOKS; seed++) {
    const { orders, last, indication, engine } = auctionOf(seed)
    const want = searched(orders, last)
    if (want === undefined || want.volume === 0) {
      t.is(indication?.indicativeQty ?? 0, 0, `TE_TEST_SEED=${seed}`)
      continue
    }
    traded += 1
    const { indicativePrice, indicativeQty, surplusQty, surplusSide } =
      indication as AuctionIndication
    const signed = surplusSide === 'Sell' ? -surplusQty : surplusQty
    const got = { price: indicativePrice, volume: indicativeQty, surplus: signed }
    t.deepEqual(got, want, `TE_TEST_SEED=${seed}`)
    engine.engine.checkInvariants()
  }
  t.true(traded > BOOKS / 4)
})

test('an uncross trades the volume at the price, nobody beyond the own limit, and uncrosses', (t) => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + BOOKS; seed++) {
    const { engine, indication } = auctionOf(seed)
    if (indication === undefined) continue
    const said = engine.apply(commandsOfTable('state Open')[0] as never)
    const trades = said.filter(
      (event): event is ExecutionReport =>
        event.type === 'ExecutionReport' && event.execType === 'Trade',
    )
    for (const side of ['Buy', 'Sell'] as const) {
      const fills = trades.filter((trade) => trade.side === side)
      const volume = fills.reduce((sum, fill) => sum + fill.lastQty, 0)
      t.is(volume, indication.indicativeQty, `TE_TEST_SEED=${seed} ${side}`)
      for (const { price, lastPx } of fills) {
        t.is(lastPx, indication.indicativePrice)
        t.true(side === 'Buy' ? price >= lastPx : price <= lastPx, `TE_TEST_SEED=${seed}`)
      }
    }
    const bid = engine.levels(1, 'Buy')[0]?.price ?? 0
    const ask = engine.levels(1, 'Sell')[0]?.price ?? Number.POSITIVE_INFINITY
    t.true(bid < ask, `TE_TEST_SEED=${seed}`)
    const sum = engine.balances().reduce((total, { balance }) => total + balance, 0n)
    t.is(sum, 0n, 'what is paid is received')
    engine.engine.checkInvariants()
  }
})

test('a restored auction tells nothing twice and has the same hash', (t) => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + 40; seed++) {
    const { engine } = auctionOf(seed)
    const before = engine.engine.stateHash()
    engine.restart()
    t.is(engine.engine.stateHash(), before)
    engine.engine.checkInvariants()
    const said = commandsOfTable('state Auction').flatMap((command) => engine.apply(command))
    t.deepEqual(
      said.map((event) => event.type),
      ['InstrumentChanged'],
      `TE_TEST_SEED=${seed}`,
    )
  }
})

/** One random line: mostly orders at prices that cross, of all kinds that an auction takes. */
function randomLine(r: Random, sent: number): string {
  const who = `a${1 + r.below(3)}`
  const old = Math.max(0, sent - r.below(30))
  const qty = 1 + r.below(20)
  const price = 90 + r.below(20)
  const side = r.pick(['buy', 'sell'])
  const kind = r.below(100)
  if (kind < 3) return `state ${r.pick(['Auction', 'Auction', 'Open', 'Halted', 'CancelOnly'])}`
  if (kind < 5)
    return `amend guard=${r.pick([0, 20_000, 60_000])}:${r.pick(['Auction', 'EndSweep'])}`
  if (kind < 6) return `${who} masscancel ${side}`
  if (kind < 20) return `${who} cancel o${old}`
  if (kind < 32) return `${who} replace o${old} to ${qty} @ ${price} as o${sent}`
  if (kind < 37) return `${who} ${side} ${qty} @ market stop=${price} o${sent}`
  if (kind < 45) return `${who} ${side} ${qty + 9} @ ${price} show=${1 + r.below(9)} o${sent}`
  const force = r.pick(['GTC', 'GTC', 'GTC', 'GTC', 'DAY', 'GFA', 'GFA', 'IOC', 'FOK'])
  return `${who} ${side} ${qty} @ ${price} ${force} o${sent}`
}

test('B1: both engines say the same through long auctions, event by event', (t) => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + 25; seed++) {
    const r = new Random(seed)
    const engines = [new FastEngine({ capacity: 1 }), new NaiveEngine()] as const
    const opening = commandsOfTable(`${FUNDS} state Auction`)
    for (let sent = 0; sent < 500; sent++) {
      const line = randomLine(r, sent)
      for (const command of sent === 0 ? opening : commandsOfTable(line)) {
        const [fast, naive] = engines.map((engine) => engine.apply(command))
        if (isDeepStrictEqual(fast, naive)) continue
        return t.deepEqual(fast, naive, `TE_TEST_SEED=${seed} command ${sent}: ${line}`)
      }
      if (sent % 10 === 0) engines[0].engine.checkInvariants()
    }
    t.deepEqual(engines[0].balances(), engines[1].balances())
  }
  t.pass()
})
