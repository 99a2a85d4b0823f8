// In which order the events of one command come, and what those tell that are no reports.

import test from 'ava'
import type { Command } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import { Script } from '../../runtime/matching/driver-script.ts'
import { commandsOfTable } from '../helpers/book-table.ts'
import { opened, venues } from '../helpers/both-engines.ts'

/** `1001 PositionChanged`, one text an event. */
function namesOf(events: readonly EngineEvent[]): string[] {
  return events.map((event) => {
    const what = event.type === 'ExecutionReport' ? event.execType : event.type
    return `${event.account} ${what}`
  })
}

test('RPT-6: a command tells its steps, then positions, then balances, then what sums it up', (t) => {
  const perpetual = `
    list kind=perpetual initial=100000 maintenance=50000 taker=1000
    a1 gets 1000 USD
    a2 gets 1000 USD
  `
  for (const play of venues(perpetual)) {
    const [, fill = [], , cancel = [], , , , fire = []] = play(`
      a1 buy 10 @ 100 b1
      a2 sell 4 @ 100 s1
      a1 buy 1 @ 99 b2
      a1 masscancel
      a1 deadman 1
      a1 buy 1 @ 99 b3
      a1 buy 1 @ 98 b4
      clock 1970-01-01T00:00:01Z
    `)
    t.deepEqual(namesOf(fill), [
      '1002 New',
      '1002 Trade',
      '1001 Trade',
      '1001 PositionChanged',
      '1002 PositionChanged',
      '1001 BalanceChanged',
      '1002 BalanceChanged',
      '2 BalanceChanged',
    ])
    t.deepEqual(namesOf(cancel), [
      '1001 Canceled',
      '1001 Canceled',
      '1001 BalanceChanged',
      '1001 MassCanceled',
    ])
    t.deepEqual(namesOf(fire), [
      '1001 Canceled',
      '1001 Canceled',
      '1001 DeadManFired',
      '1001 BalanceChanged',
    ])
  }
})

test('RPT-7: BalanceChanged tells why and by how much a balance has changed, and how it stands', (t) => {
  for (const play of venues('list')) {
    const told = play(`
      a1 gets 1000 USD
      a2 gets 10 BTC
      a1 buy 5 @ 100 b1
      a1 replace b1 to 4 @ 100 as b2
      a2 sell 3 @ 100 s1
      a1 cancel b2
      a1 gives 200 USD
      a1 masscancel
    `).flatMap((events) => events.filter((event) => event.type === 'BalanceChanged'))
    t.deepEqual(
      told.map((b) => [b.account, b.assetId, b.reason, b.delta, b.balance, b.hold]),
      [
        [1001, 2, 'Credit', 100_000n, 100_000n, 0n],
        [1, 2, 'Credit', -100_000n, -100_000n, 0n],
        [1002, 1, 'Credit', 10n, 10n, 0n],
        [1, 1, 'Credit', -10n, -10n, 0n],
        [1001, 2, 'Hold', 0n, 100_000n, 50_000n],
        [1001, 2, 'Release', 0n, 100_000n, 40_000n],
        [1001, 2, 'Trade', -30_000n, 70_000n, 10_000n],
        [1001, 1, 'Trade', 3n, 3n, 0n],
        [1002, 1, 'Trade', -3n, 7n, 0n],
        [1002, 2, 'Trade', 30_000n, 30_000n, 0n],
        [1001, 2, 'Release', 0n, 70_000n, 0n],
        [1001, 2, 'Debit', -20_000n, 50_000n, 0n],
        [1, 2, 'Debit', 20_000n, -80_000n, 0n],
      ],
    )
  }
})

test('PRP-5: PositionChanged tells each position that a command has changed, once, as it stands', (t) => {
  const perpetual = `
    list kind=perpetual initial=100000 maintenance=50000
    a1 gets 1000 USD
    a2 gets 1000 USD
    a3 gets 1000 USD
  `
  for (const play of venues(perpetual)) {
    const told = play(`
      a1 buy 4 @ 100 b1
      a1 buy 6 @ 99 b2
      a2 sell 10 @ 99 s1
      a3 buy 15 @ 110 b3
      a1 sell 15 @ 110 s2
    `).flatMap((events) => events.filter((event) => event.type === 'PositionChanged'))
    t.deepEqual(
      told.map((p) => [p.account, p.netQty, p.cost, p.realizedPnl, p.reason]),
      [
        [1001, 10, 99_400n, 0n, 'Trade'],
        [1002, -10, -99_400n, 0n, 'Trade'],
        [1003, 15, 165_000n, 0n, 'Trade'],
        [1001, -5, -55_000n, 10_600n, 'Trade'],
      ],
    )
  }
})

test('LIQ-9, PRP-5: Liquidated ends a liquidation, one for each asset, after everything else', (t) => {
  for (const engine of opened('')) {
    const inEuros = (c: Command): Command =>
      c.type === 'ListInstrument' && c.baseAsset === 'ETH'
        ? { ...c, symbol: 'ETH-EUR', quoteAsset: 'EUR' }
        : c
    const play = (table: string): EngineEvent[] =>
      commandsOfTable(table).flatMap((command) => engine.apply(inEuros(command)))
    play(`
      list kind=perpetual initial=100000 maintenance=50000
      list kind=perpetual initial=100000 maintenance=50000 base=ETH
      mark 100
      mark 100 in=2
      a1 gets 120 USD
      a1 gets 10000 EUR
      a2 gets 1000 USD
      a2 gets 100000 EUR
      a1 buy 10 @ 100 b1
      a2 sell 10 @ 100 s1
      a1 sell 10 @ 100 in=2 e1
      a2 buy 10 @ 100 in=2 e2
      a1 buy 1 @ 50 b2
      mark 91
      mark 108 in=2
    `)
    const events = play('a1 liquidate')
    t.deepEqual(namesOf(events), [
      '1001 Canceled',
      '1001 New',
      '1001 Expired',
      '1001 New',
      '1001 Expired',
      '1002 PositionChanged',
      '1001 PositionChanged',
      '1001 PositionChanged',
      '1002 PositionChanged',
      '1001 BalanceChanged',
      '1002 BalanceChanged',
      '1001 BalanceChanged',
      '1002 BalanceChanged',
      '1001 Liquidated',
      '1001 Liquidated',
    ])
    const moved = events.filter((event) => event.type === 'PositionChanged')
    t.deepEqual(
      moved.map((p) => `${p.account} ${p.reason}`),
      ['1002 Deleverage', '1001 Liquidation', '1001 Liquidation', '1002 Deleverage'],
    )
    const ends = events.filter((event) => event.type === 'Liquidated')
    t.deepEqual(
      ends.map((e) => [e.assetId, e.equityBefore, e.maintenanceBefore, e.deleveragedQty]),
      [
        [2, 3_000n, 4_550n, 10],
        [4, 2_000n, 5_400n, 10],
      ],
    )
  }
})

test('INS-1: InstrumentChanged tells the whole definition, after a listing and after each change', (t) => {
  const script = new Script()
  for (const line of [
    '{"type":"ListInstrument","symbol":"BTC-USD","tickSize":"0.5","lotSize":"0.01","minQty":"0.02","maxQty":"100","minNotional":"5","maxNotional":"90000","priceBandPpm":100000,"makerFeePpm":-10,"takerFeePpm":20,"maxPosition":"50","maxOpenOrders":40,"allowedStpModes":["None","Decrement"],"defaultStpMode":"Decrement","tradingState":"Auction","volatilityGuard":{"bandPpm":5000,"action":"Auction"}}',
    '{"type":"AmendInstrument","symbol":"BTC-USD","takerFeePpm":30}',
    '{"type":"SetTradingState","symbol":"BTC-USD","tradingState":"Open"}',
  ]) {
    script.take(line)
  }
  const told = script.drain().toString().trim().split('\n')
  const listed = {
    event: 'InstrumentChanged',
    account: 0,
    symbol: 'BTC-USD',
    instrumentId: 1,
    kind: 'Spot',
    baseAsset: 'BTC',
    quoteAsset: 'USD',
    baseScale: 2,
    quoteScale: 3,
    tickSize: '0.5',
    lotSize: '0.01',
    notionalFactor: '5',
    lotBaseMinor: '1',
    minQty: '0.02',
    maxQty: '100',
    minNotional: '5',
    maxNotional: '90000',
    priceBandPpm: 100_000,
    makerFeePpm: -10,
    initialMarginPpm: 0,
    maintenanceMarginPpm: 0,
    maxPosition: '50',
    maxOpenOrders: 40,
    allowedStpModes: ['None', 'Decrement'],
    defaultStpMode: 'Decrement',
    volatilityGuard: { bandPpm: 5000, action: 'Auction' },
    transactTimeNs: '0',
    traceId: '00000000000000000000000000000000',
  }
  t.deepEqual(
    told.map((line) => JSON.parse(line) as unknown),
    [
      { ...listed, seq: 1, takerFeePpm: 20, tradingState: 'Auction' },
      { ...listed, seq: 2, takerFeePpm: 30, tradingState: 'Auction' },
      { ...listed, seq: 3, takerFeePpm: 30, tradingState: 'Open' },
    ],
  )
})
